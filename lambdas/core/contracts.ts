import * as z from 'zod';

/** The kinds of assets, in the order in which their errors name a promotion. */
export const kinds = ['dynamodb', 'quicksight', 'dms', 'databricks'] as const;
/** One of {@link kinds}. */
export type Kind = (typeof kinds)[number];

/** What a kind's state machine can be asked to do. */
export const verbs = ['export', 'plan', 'import', 'verify', 'rollback'] as const;
/** One of {@link verbs}. */
export type Verb = (typeof verbs)[number];

/** Modes of an execution; each runs a fixed list of verbs. */
export const modes = ['export', 'plan', 'import', 'migrate', 'verify', 'rollback'] as const;
/** One of {@link modes}. */
export type Mode = (typeof modes)[number];

/** Verbs of each mode, in order; `plan` is preceded by an export where there is no bundle yet. */
export const verbsOf: Readonly<Record<Mode, readonly Verb[]>> = {
  export: ['export'],
  plan: ['plan'],
  import: ['plan', 'import', 'verify'],
  migrate: ['export', 'plan', 'import', 'verify'],
  verify: ['verify'],
  rollback: ['rollback'],
};

/** What a plan says of one asset, each with a reason. */
export const planActions = [
  'create',
  'update',
  'replace',
  'adopt',
  'unchanged',
  'skip',
  'conflict',
  'unsupported',
] as const;
/** One of {@link planActions}. */
export type PlanAction = (typeof planActions)[number];

/** A pointer to an object in the artefact bucket, fit to be carried in state. */
export const artefactPointer = z.strictObject({
  bucket: z.string(),
  key: z.string(),
  versionId: z.string().optional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  count: z.int().nonnegative().optional(),
});
/** See {@link artefactPointer}. */
export type ArtefactPointer = z.infer<typeof artefactPointer>;

/** Something that a person must know, without being an error. */
export interface Finding {
  readonly code: string;
  /** Logical id of the asset, absent where the finding is about the whole run. */
  readonly asset?: string;
  readonly message: string;
}

/** How many assets ended how; `planned` is the sum of the seven after it. */
export interface Counts {
  planned: number;
  created: number;
  updated: number;
  replaced: number;
  adopted: number;
  unchanged: number;
  skipped: number;
  failed: number;
  verified: number;
  mismatched: number;
}

import * as z from 'zod';
import { artefactPointer } from '../core/contracts.ts';

/** Table names as the service takes them: 3 to 255 of these characters (API reference, CreateTable). */
export const tableNamePattern = /^[A-Za-z0-9_.-]{3,255}$/;

const tableName = z.string().min(1);

/** What an input may say of DynamoDB. Fields marked `tuning` may differ between the runs of one promotion. */
export const dynamodbRequest = z.strictObject({
  tables: z
    .array(z.union([tableName, z.strictObject({ name: tableName, as: tableName.optional() })]))
    .min(1)
    // A name alone has one spelling, so that two ways to write the same input are the same input.
    .transform((tables) =>
      tables.map((table) => (typeof table === 'object' && table.as === undefined ? table.name : table)),
    )
    .describe('Source tables by name; `as` names the destination table, whatever `rename` says'),
  rename: z
    .strictObject({
      prefix: z
        .strictObject({ from: z.string().min(1), to: z.string() })
        .describe('Names must begin with `from`, which becomes `to`'),
    })
    .optional()
    .describe('How destination names are made; default: the same name'),
  existing: z
    .enum(['fail', 'adopt', 'replace', 'merge'])
    .default('fail')
    .describe('What happens to a table that is there: fail, adopt an empty one, merge items into it'),
  verify: z
    .enum(['full', 'sample', 'count', 'none'])
    .default('full')
    .meta({ tuning: true })
    .describe('How much of the data is compared'),
  segments: z
    .union([z.literal('auto'), z.int().min(1).max(1_000_000)])
    .default('auto')
    .meta({ tuning: true })
    .describe('Parallel scan segments a table; fixed by the first run of a promotion'),
});
/** See {@link dynamodbRequest}. */
export type DynamodbRequest = z.output<typeof dynamodbRequest>;

/** A part of `request.json` as DynamoDB's workers read it. */
export const dynamodbRequestFile = z.object({
  promotionId: z.string(),
  source: z.string(),
  destination: z.string(),
  bundle: z.string(),
  mode: z.string(),
  kinds: z.object({ dynamodb: dynamodbRequest }),
});

/** What the state machine calls each control worker with. */
export const workerInput = z.strictObject({
  promotionId: z.string(),
  request: artefactPointer,
  /** ARN of the promotion's execution, named by the lock. */
  promotionExecution: z.string(),
  /** ARN of this kind's execution. */
  execution: z.string(),
  /** Times the state machine waited for this step already. */
  polls: z.int().nonnegative(),
});
/** See {@link workerInput}. */
export type WorkerInput = z.infer<typeof workerInput>;

/** What a worker that looks at a round is called with. */
export const roundInput = workerInput.extend({ round: z.int().nonnegative() });

/** What Verify is called with: without a round it begins, with one it collects. */
export const verifyInput = workerInput.extend({ round: z.int().nonnegative().optional() });

/** What a control worker answers: done, or call again after a wait. */
export interface Progress {
  readonly more: boolean;
  readonly waitSeconds: number;
}

/** One line of a segment list: the segments that one child of the Distributed Map copies or compares. */
export const segmentGroup = z.strictObject({
  table: z.string(),
  as: z.string(),
  /** Id of the destination table: one that is created anew under the same name is copied anew. */
  tableId: z.string(),
  /** TotalSegments of the parallel scan; frozen for the promotion, because a checkpoint is valid for one number only. */
  total: z.int().positive(),
  segments: z.array(z.int().nonnegative()).min(1),
});
/** See {@link segmentGroup}. */
export type SegmentGroup = z.infer<typeof segmentGroup>;

/** What a child of the Distributed Map is called with. */
export const segmentInput = z.strictObject({
  promotionId: z.string(),
  request: artefactPointer,
  promotionExecution: z.string(),
  group: segmentGroup,
  /** Set when the child failed for good: written into the checkpoint, where the collecting worker finds it. */
  failure: z.object({ Error: z.string(), Cause: z.string().nullish() }).optional(),
});
/** See {@link segmentInput}. */
export type SegmentInput = z.infer<typeof segmentInput>;

/** What a collecting worker answers: which segments the next round of the Distributed Map takes. */
export interface Round {
  /** Null when nothing is left. */
  readonly segments: z.infer<typeof artefactPointer> | null;
  readonly concurrency: number;
  readonly round: number;
}

/** Counts of a copied or compared table; `rejected` items could not be written and are reported one by one. */
export interface ItemCounts {
  read: number;
  written: number;
  rejected: number;
  compared: number;
  missing: number;
  extra: number;
  different: number;
}

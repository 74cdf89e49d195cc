import * as z from 'zod';
import { artefactPointer, kinds, modes, verbs } from '../core/contracts.ts';
import { dynamodbRequest } from '../dynamodb/contracts.ts';

/** A promotion's name: also a folder of the artefact bucket and the source identity of its sessions. */
export const promotionIdPattern = /^[A-Za-z0-9_-]{2,40}$/;

const promotionId = z.string().regex(promotionIdPattern, 'a promotion id has 2 to 40 of A-Z a-z 0-9 _ -');
const later = z.record(z.string(), z.unknown());

/** The input of an execution; its JSON Schema is written to `docs/execution-input.schema.json`. */
export const executionInput = z.strictObject({
  mode: z.enum(modes).describe('What the run does'),
  source: z.string().min(1).describe('Name of the environment that is promoted from'),
  destination: z.string().min(1).describe('Name of the environment that is promoted to'),
  promotionId: promotionId.optional().describe('Name of the intended change; default: made from the execution name'),
  bundle: promotionId
    .optional()
    .describe('The promotion whose export is read, or for rollback whose journal is undone; default: this one'),
  approval: z.enum(['none', 'required']).default('none').describe('Whether a person must approve the plan'),
  onFailure: z.enum(['keep', 'rollback']).default('keep').describe('What happens to a half-done import'),
  rollback: z
    .strictObject({
      stages: z.array(z.enum(['assets', 'foundation'])).optional(),
      artefacts: z.string().optional(),
    })
    .optional()
    .describe('Which stages mode rollback undoes'),
  kinds: z
    .strictObject({
      dynamodb: dynamodbRequest.optional(),
      quicksight: later.optional(),
      dms: later.optional(),
      databricks: later.optional(),
    })
    .describe('What is promoted, by kind; at least one'),
});
/** See {@link executionInput}. */
export type ExecutionInput = z.output<typeof executionInput>;

/** One verb of a run and the kinds that it goes over. */
export const step = z.strictObject({ verb: z.enum(verbs), kinds: z.array(z.enum(kinds)) });
/** See {@link step}. */
export type Step = z.infer<typeof step>;

/** The canonical input as `request.json` holds it: checked, defaults filled in. */
export const requestFile = z.strictObject({
  promotionId,
  mode: z.enum(modes),
  source: z.string(),
  destination: z.string(),
  bundle: promotionId,
  approval: z.enum(['none', 'required']),
  onFailure: z.enum(['keep', 'rollback']),
  kinds: executionInput.shape.kinds,
});
/** See {@link requestFile}. */
export type RequestFile = z.infer<typeof requestFile>;

/** What Validate and Lock are called with. */
export const startInput = z.strictObject({
  input: z.unknown(),
  execution: z.string(),
  executionName: z.string(),
  /** How often Lock was called before for the same execution. */
  polls: z.int().nonnegative().default(0),
});

/** What one iteration of a verb's Map leaves: an error of the child, or nothing but its names. */
export const stepResult = z.strictObject({
  kind: z.enum(kinds),
  verb: z.enum(verbs),
  error: z.string().optional(),
  cause: z.string().optional(),
});
/** See {@link stepResult}. */
export type StepResult = z.infer<typeof stepResult>;

/** What Report is called with. */
export const reportInput = z.strictObject({
  execution: z.string(),
  executionName: z.string(),
  /** As the input has it, unchecked. */
  promotionId: z.unknown(),
  startedAt: z.string(),
  /** Null when the run ended before it had the lock; then nothing is written. */
  request: artefactPointer.nullable(),
  results: z.array(stepResult),
  /** The error of Validate or Lock. */
  rejected: z.strictObject({ error: z.string(), cause: z.string() }).nullable(),
});

import * as z from 'zod';
import { artefactPointer } from '../core/contracts.ts';

export type { SegmentGroup, SegmentInput } from './segment-contracts.ts';

/** Table names as the service takes them: 3 to 255 of these characters (API reference, CreateTable). */
export const tableNamePattern = /^[A-Za-z0-9_.-]{3,255}$/;

const tableName = z.string().min(1);
const attributeName = z.string().min(1).max(255);
const attributeValue = z.record(z.string(), z.unknown()).describe('A value as DynamoDB JSON, such as {"S":"prod"}');

/** Settings of a table that an input may leave out, each under the name that reports use. */
export const settingNames = [
  'autoscaling',
  'contributorInsights',
  'deletionProtection',
  'encryption',
  'kinesisStreaming',
  'onDemandThroughput',
  'pointInTimeRecovery',
  'resourcePolicy',
  'streams',
  'tableClass',
  'tags',
  'timeToLive',
  'warmThroughput',
] as const;
/** One of {@link settingNames}. */
export type SettingName = (typeof settingNames)[number];

const unitsPerSecond = z.union([
  z.number().positive(),
  z.string().regex(/^(100|[1-9]\d?)%$/, 'give a number of units, or a share of what the table has: "1%" to "100%"'),
]);

/** See {@link TransformStep}. */
export const transformStep = z.union([
  z.strictObject({ renameAttribute: z.tuple([attributeName, attributeName]) }),
  z.strictObject({ dropAttribute: attributeName }),
  z.strictObject({ setAttribute: z.tuple([attributeName, attributeValue]) }),
  z.strictObject({ replacePrefix: z.tuple([attributeName, z.string().min(1), z.string()]) }),
]);
/** One step of a transformation of items. */
export type TransformStep = z.infer<typeof transformStep>;

/** What an input may say of DynamoDB. Fields marked `tuning` may differ between the runs of one promotion. */
export const dynamodbRequest = z.strictObject({
  tables: z
    .array(
      z.union([
        tableName,
        z.strictObject({ name: tableName, as: tableName.optional() }),
        z.strictObject({ prefix: z.string().min(1) }),
        z.strictObject({
          tag: z
            .record(z.string().min(1).max(128), z.string().max(256))
            .refine((tags) => Object.keys(tags).length > 0, { message: 'name at least one tag' }),
        }),
      ]),
    )
    .min(1)
    // A name alone has one spelling, so that two ways to write the same input are the same input.
    .transform((tables) =>
      tables.map((table) =>
        typeof table === 'object' && 'name' in table && table.as === undefined ? table.name : table,
      ),
    )
    .describe('Source tables by name, by prefix or by tags; `as` names the destination table, whatever `rename` says'),
  rename: z
    .strictObject({
      prefix: z
        .strictObject({ from: z.string().min(1), to: z.string() })
        .optional()
        .describe('Names must begin with `from`, which becomes `to`'),
      map: z.record(tableName, tableName).optional().describe('Destination names by source name'),
      regex: z
        .strictObject({ match: z.string().min(1).max(256), replace: z.string().max(256) })
        .optional()
        .describe('A regular expression that must match the whole name, and what becomes of it ($1, $<name>)'),
    })
    .refine((rename) => Object.values(rename).filter((rule) => rule !== undefined).length === 1, {
      message: 'give one of prefix, map and regex',
    })
    .optional()
    .describe('How destination names are made; default: the same name'),
  existing: z
    .enum(['fail', 'adopt', 'replace', 'merge'])
    .default('fail')
    .describe(
      'What happens to a table that is there: fail, adopt an empty one, replace it after a backup, merge items into it',
    ),
  engine: z
    .enum(['auto', 'raw', 'sdk', 'exportImport'])
    .default('auto')
    .describe('How the data travels: by scans and writes (raw, sdk) or by an export to S3 and an import from there'),
  segments: z
    .union([z.literal('auto'), z.int().min(1).max(1_000_000)])
    .default('auto')
    .meta({ tuning: true })
    .describe('Parallel scan segments a table; fixed by the first run of a promotion'),
  concurrency: z.int().min(1).max(1000).default(20).meta({ tuning: true }).describe('Copying workers at once'),
  limits: z
    .strictObject({ readUnits: unitsPerSecond.optional(), writeUnits: unitsPerSecond.optional() })
    .optional()
    .meta({ tuning: true })
    .describe('Capacity units a second over the whole run, indexes included; "50%" is of what each table has'),
  filter: z
    .strictObject({
      expression: z.string().min(1).max(4096),
      names: z.record(z.string().regex(/^#/), attributeName).default({}),
      values: z.record(z.string().regex(/^:/), attributeValue).default({}),
    })
    .optional()
    .describe('A filter expression of DynamoDB: items that do not meet it are not promoted'),
  projection: z
    .array(attributeName)
    .min(1)
    .optional()
    .describe('Attributes that are promoted; those of the key always are'),
  transform: z.array(transformStep).min(1).optional().describe('Changes made to every item, in this order'),
  skipExpired: z.boolean().default(false).describe('Leaves out items whose time to live is over'),
  onlyIfAbsent: z.boolean().default(false).describe('Writes no item whose key the destination has already'),
  verify: z
    .enum(['full', 'sample', 'count', 'none'])
    .default('full')
    .meta({ tuning: true })
    .describe('How much of the data is compared'),
  repair: z
    .boolean()
    .default(false)
    .meta({ tuning: true })
    .describe('With mode verify, and verify full or sample: writes what is missing or different'),
  kmsKeys: z
    .record(z.string().min(1), z.string().min(1))
    .default({})
    .describe('Customer managed keys of the destination (ARN or alias) by those of the source (ARN)'),
  settings: z
    .strictObject({ exclude: z.array(z.enum(settingNames)).default([]) })
    .default({ exclude: [] })
    .describe('Settings that are not carried over'),
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
export const roundInput = workerInput.extend({
  round: z.int().nonnegative(),
  /** Children that the round had at once. */
  concurrency: z.int().positive(),
});

/** What Verify is called with: without a round it begins, with one it collects. */
export const verifyInput = roundInput.partial({ round: true, concurrency: true });

/** What a control worker answers: done, or call again after a wait. */
export interface Progress {
  readonly more: boolean;
  readonly waitSeconds: number;
}

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

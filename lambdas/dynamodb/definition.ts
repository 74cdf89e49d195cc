import * as z from 'zod';
import { comparable } from './comparable.ts';
import type { SettingName } from './contracts.ts';
import { checkTable } from './table-rules.ts';

export { keyNames, usedAttributes } from './key-attributes.ts';
export { ownershipTag } from './ownership-tag.ts';

const keySchema = z
  .array(z.strictObject({ AttributeName: z.string().min(1).max(255), KeyType: z.enum(['HASH', 'RANGE']) }))
  .min(1);
const throughput = z.strictObject({
  ReadCapacityUnits: z.int().positive(),
  WriteCapacityUnits: z.int().positive(),
});
/** -1 takes a maximum away (API reference, OnDemandThroughput); an export leaves such members out. */
const onDemandThroughput = z.strictObject({
  MaxReadRequestUnits: z.int().positive().optional(),
  MaxWriteRequestUnits: z.int().positive().optional(),
});
/** What a table or index takes at once without growing first; asked for where the source has more than any new table. */
const warmThroughput = z.strictObject({
  ReadUnitsPerSecond: z.int().positive(),
  WriteUnitsPerSecond: z.int().positive(),
});
const projection = z.strictObject({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string().min(1).max(255)).min(1).optional(),
});
const indexName = z.string().regex(/^[A-Za-z0-9_.-]{3,255}$/, 'an index name has 3 to 255 of A-Z a-z 0-9 _ . -');

/** Members of CreateTable, in the service's own spelling. */
const tableMembers = z.strictObject({
  TableName: z.string(),
  AttributeDefinitions: z
    .array(z.strictObject({ AttributeName: z.string().min(1).max(255), AttributeType: z.enum(['S', 'N', 'B']) }))
    .min(1),
  KeySchema: keySchema,
  BillingMode: z.enum(['PROVISIONED', 'PAY_PER_REQUEST']),
  ProvisionedThroughput: throughput.optional(),
  OnDemandThroughput: onDemandThroughput.optional(),
  WarmThroughput: warmThroughput.optional(),
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: indexName,
        KeySchema: keySchema,
        Projection: projection,
        ProvisionedThroughput: throughput.optional(),
        OnDemandThroughput: onDemandThroughput.optional(),
        WarmThroughput: warmThroughput.optional(),
      }),
    )
    .optional(),
  LocalSecondaryIndexes: z
    .array(z.strictObject({ IndexName: indexName, KeySchema: keySchema, Projection: projection }))
    .optional(),
  StreamSpecification: z
    .strictObject({
      StreamEnabled: z.literal(true),
      StreamViewType: z.enum(['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY']),
    })
    .optional(),
  /**
   * Server-side encryption with a KMS key; absent means a key that DynamoDB owns. With a key id it is a customer managed
   * key, of the source in a bundle; without, the key `aws/dynamodb` that AWS manages in each account.
   */
  SSESpecification: z
    .strictObject({
      Enabled: z.literal(true),
      SSEType: z.literal('KMS'),
      KMSMasterKeyId: z.string().min(1).max(2048).optional(),
    })
    .optional(),
  TableClass: z.enum(['STANDARD', 'STANDARD_INFREQUENT_ACCESS']),
  DeletionProtectionEnabled: z.boolean(),
});
/** What CreateTable makes of a table by itself. */
export type TableMembers = z.infer<typeof tableMembers>;

/** What Application Auto Scaling does with one capacity of the table, or of an index where `IndexName` names one. */
const scalableTarget = z.strictObject({
  IndexName: indexName.nullable(),
  Dimension: z.enum(['ReadCapacityUnits', 'WriteCapacityUnits']),
  MinCapacity: z.int().positive(),
  MaxCapacity: z.int().positive(),
  SuspendedState: z
    .strictObject({
      DynamicScalingInSuspended: z.boolean(),
      DynamicScalingOutSuspended: z.boolean(),
      ScheduledScalingSuspended: z.boolean(),
    })
    .optional(),
  policies: z.array(
    z.strictObject({
      PolicyName: z.string().min(1).max(256),
      /** TargetTrackingScalingPolicyConfiguration in the service's spelling; DynamoDB takes no other kind of policy. */
      TargetTracking: z.looseObject({ TargetValue: z.number() }),
    }),
  ),
});
/** See {@link TableDefinition}. */
export type ScalableTarget = z.infer<typeof scalableTarget>;

const kinesisDestination = z.strictObject({
  StreamArn: z.string().regex(/^arn:[^:]+:kinesis:[^:]+:\d{12}:stream\/.+$/, 'the ARN of a Kinesis data stream'),
  ApproximateCreationDateTimePrecision: z.enum(['MILLISECOND', 'MICROSECOND']),
});
/** See {@link TableDefinition}. */
export type KinesisDestination = z.infer<typeof kinesisDestination>;

const contributorInsights = z.strictObject({
  IndexName: indexName.nullable(),
  Mode: z.enum(['ACCESSED_AND_THROTTLED_KEYS', 'THROTTLED_KEYS']),
});
/** See {@link TableDefinition}. */
export type ContributorInsights = z.infer<typeof contributorInsights>;

/** The document as JSON, so that a person can read and edit it; what DynamoDB makes of it is its own affair. */
const resourcePolicy = z.looseObject({ Statement: z.union([z.array(z.looseObject({})), z.looseObject({})]) });
/** See {@link TableDefinition}. */
export type ResourcePolicy = z.infer<typeof resourcePolicy>;

/**
 * A table with all its settings, as a bundle file holds it: the members of CreateTable in the service's own spelling,
 * and beside them what is set by calls of its own. ARNs are those of the source. Settings that an earlier version did
 * not know have defaults, so that its bundles can still be read.
 */
export const tableDefinition = z
  .strictObject({
    table: tableMembers,
    timeToLive: z.strictObject({ AttributeName: z.string().min(1).max(255) }).nullable(),
    pointInTimeRecovery: z.strictObject({ RecoveryPeriodInDays: z.int().min(1).max(35) }).nullable(),
    tags: z.array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) })),
    autoscaling: z.array(scalableTarget).default([]),
    resourcePolicy: resourcePolicy.nullable().default(null),
    kinesisStreaming: z.array(kinesisDestination).default([]),
    contributorInsights: z.array(contributorInsights).default([]),
  })
  .superRefine((definition, context) => checkTable(definition, context));
/**
 * See {@link tableDefinition}. `excluded` is no part of a bundle: a definition that was made for a destination names the
 * settings there that are neither set nor compared.
 */
export type TableDefinition = z.infer<typeof tableDefinition> & { readonly excluded?: readonly SettingName[] };

/** One difference between two definitions, for a person: where, what is wanted, what is there. */
export interface Difference {
  readonly path: string;
  readonly wanted: string;
  readonly found: string;
}

/**
 * Compares what a destination should be with what it is; the order of indexes, attributes and tags does not count. A
 * capacity that is scaled automatically is right anywhere between its bounds, a warm throughput from what is wanted
 * upwards, because the service moves both by itself.
 */
export function differences(wanted: TableDefinition, found: TableDefinition): Difference[] {
  const left = flatten(comparable(wanted, wanted));
  const right = flatten(comparable(found, wanted));
  return [...new Set([...left.keys(), ...right.keys()])].sort().flatMap((path) => {
    const [one, other] = [left.get(path) ?? 'absent', right.get(path) ?? 'absent'];
    return one === other ? [] : [{ path, wanted: one, found: other }];
  });
}

/** True when both have the same keys and indexes, so that any item of one can be an item of the other. */
export function sameSchema(wanted: TableDefinition, found: TableDefinition): boolean {
  return schemaDifferences(wanted, found).length === 0;
}

/** The differences in keys, attribute types and indexes alone. */
export function schemaDifferences(wanted: TableDefinition, found: TableDefinition): Difference[] {
  return differences(wanted, found).filter(({ path }) =>
    /^\/table\/(KeySchema|AttributeDefinitions|GlobalSecondaryIndexes\/[^/]+\/(KeySchema|Projection)|LocalSecondaryIndexes)/.test(
      path,
    ),
  );
}

function flatten(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value)) into.set(path, JSON.stringify([...value].sort()));
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) flatten(member, `${path}/${name}`, into);
  } else if (value !== undefined && value !== null) into.set(path, JSON.stringify(value));
  return into;
}

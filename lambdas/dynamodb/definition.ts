import * as z from 'zod';
import { checkTable } from './table-rules.ts';

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
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: indexName,
        KeySchema: keySchema,
        Projection: projection,
        ProvisionedThroughput: throughput.optional(),
        OnDemandThroughput: onDemandThroughput.optional(),
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
  /** Server-side encryption with a KMS key; absent means a key that DynamoDB owns. */
  SSESpecification: z.strictObject({ Enabled: z.literal(true), SSEType: z.literal('KMS') }).optional(),
  TableClass: z.enum(['STANDARD', 'STANDARD_INFREQUENT_ACCESS']),
  DeletionProtectionEnabled: z.boolean(),
});
/** What CreateTable makes of a table by itself. */
export type TableMembers = z.infer<typeof tableMembers>;

/**
 * A table with all its settings, as a bundle file holds it: the members of CreateTable in the service's own spelling,
 * and beside them what is set by calls of its own. Names of other accounts' keys and roles are not part of it.
 */
export const tableDefinition = z
  .strictObject({
    table: tableMembers,
    timeToLive: z.strictObject({ AttributeName: z.string().min(1).max(255) }).nullable(),
    pointInTimeRecovery: z.strictObject({ RecoveryPeriodInDays: z.int().min(1).max(35) }).nullable(),
    tags: z.array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) })),
  })
  .superRefine(({ table }, context) => checkTable(table, context));
/** See {@link tableDefinition}. */
export type TableDefinition = z.infer<typeof tableDefinition>;

/** The tag that a created table carries: its value is the ARN of the source table, never the promotion. */
export const ownershipTag = 'cross-account-promoter';

/** Attribute names of the primary key, partition key first. */
export function keyNames({ KeySchema }: Pick<TableDefinition['table'], 'KeySchema'>): string[] {
  return [...KeySchema].sort((a, b) => a.KeyType.localeCompare(b.KeyType)).map(({ AttributeName }) => AttributeName);
}

/** An attribute that no key uses is refused by the service; an edited bundle may have left one over. */
export function usedAttributes(table: TableDefinition['table']): TableDefinition['table']['AttributeDefinitions'] {
  const schemas = [table, ...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  const used = new Set(schemas.flatMap(({ KeySchema }) => KeySchema.map(({ AttributeName }) => AttributeName)));
  return table.AttributeDefinitions.filter(({ AttributeName }) => used.has(AttributeName));
}

/** One difference between two definitions, for a person: where, what is wanted, what is there. */
export interface Difference {
  readonly path: string;
  readonly wanted: string;
  readonly found: string;
}

/** Compares what a destination should be with what it is; the order of indexes, attributes and tags does not count. */
export function differences(wanted: TableDefinition, found: TableDefinition): Difference[] {
  const left = flatten(comparable(wanted));
  const right = flatten(comparable(found));
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

function comparable(definition: TableDefinition): unknown {
  const { table, tags, ...rest } = definition;
  const byName = <T extends { IndexName: string }>(indexes: readonly T[] | undefined) =>
    Object.fromEntries(
      (indexes ?? []).map(({ IndexName, ...index }) => [
        IndexName,
        { ...index, KeySchema: keyText(index as unknown as { KeySchema: z.infer<typeof keySchema> }) },
      ]),
    );
  return {
    ...rest,
    table: {
      ...table,
      TableName: undefined,
      KeySchema: keyText(table),
      AttributeDefinitions: Object.fromEntries(
        usedAttributes(table).map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
      ),
      GlobalSecondaryIndexes: byName(table.GlobalSecondaryIndexes),
      LocalSecondaryIndexes: byName(table.LocalSecondaryIndexes),
    },
    tags: Object.fromEntries(tags.filter(({ Key }) => Key !== ownershipTag).map(({ Key, Value }) => [Key, Value])),
  };
}

function keyText({ KeySchema }: { KeySchema: z.infer<typeof keySchema> }): string {
  return KeySchema.map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName}`).join(', ');
}

function flatten(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value)) into.set(path, JSON.stringify([...value].sort()));
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) flatten(member, `${path}/${name}`, into);
  } else if (value !== undefined && value !== null) into.set(path, JSON.stringify(value));
  return into;
}

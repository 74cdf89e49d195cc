import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { TableMembers } from './definition.ts';

/**
 * What a new table takes at once in either mode without being asked (developer guide, warm throughput): only what is
 * above it has been grown or paid for, and is worth carrying over.
 */
const warmByDefault = { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4_000 };

/**
 * The members of CreateTable that would make the described table. A KMS key is named as it is described; whether it is
 * one that AWS manages, only KMS knows.
 */
export function tableMembers(described: TableDescription): TableMembers {
  // A table that was never switched to on-demand has no summary at all: it is provisioned.
  const onDemand = described.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';
  const units = (of: { ReadCapacityUnits?: number; WriteCapacityUnits?: number } | undefined) =>
    onDemand
      ? {}
      : {
          ProvisionedThroughput: {
            ReadCapacityUnits: of?.ReadCapacityUnits ?? 1,
            WriteCapacityUnits: of?.WriteCapacityUnits ?? 1,
          },
        };
  const globals = (described.GlobalSecondaryIndexes ?? []).map((index) => ({
    IndexName: index.IndexName ?? '',
    KeySchema: keysOf(index.KeySchema),
    Projection: projectionOf(index.Projection),
    ...units(index.ProvisionedThroughput),
    ...maximum(index.OnDemandThroughput),
    ...warm(index.WarmThroughput, index.ProvisionedThroughput),
  }));
  const locals = (described.LocalSecondaryIndexes ?? []).map((index) => ({
    IndexName: index.IndexName ?? '',
    KeySchema: keysOf(index.KeySchema),
    Projection: projectionOf(index.Projection),
  }));
  const stream = described.StreamSpecification;
  return {
    TableName: described.TableName ?? '',
    AttributeDefinitions: (described.AttributeDefinitions ?? []).map(({ AttributeName, AttributeType }) => ({
      AttributeName: AttributeName ?? '',
      AttributeType: AttributeType ?? 'S',
    })),
    KeySchema: keysOf(described.KeySchema),
    BillingMode: onDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED',
    ...units(described.ProvisionedThroughput),
    ...maximum(described.OnDemandThroughput),
    ...warm(described.WarmThroughput, described.ProvisionedThroughput),
    ...(globals.length > 0 ? { GlobalSecondaryIndexes: byIndexName(globals) } : {}),
    ...(locals.length > 0 ? { LocalSecondaryIndexes: byIndexName(locals) } : {}),
    ...(stream?.StreamEnabled && stream.StreamViewType
      ? { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType } }
      : {}),
    ...encryption(described.SSEDescription),
    TableClass: described.TableClassSummary?.TableClass ?? 'STANDARD',
    DeletionProtectionEnabled: described.DeletionProtectionEnabled ?? false,
  };
}

function byIndexName<T extends { IndexName: string }>(indexes: T[]): T[] {
  return indexes.sort((a, b) => (a.IndexName < b.IndexName ? -1 : 1));
}

/** A key schema without the optional marks of the SDK's types. */
export function keysOf(schema: TableDescription['KeySchema']): TableMembers['KeySchema'] {
  return (schema ?? []).map(({ AttributeName, KeyType }) => ({
    AttributeName: AttributeName ?? '',
    KeyType: KeyType ?? 'HASH',
  }));
}

type Index = NonNullable<TableDescription['GlobalSecondaryIndexes']>[number];

function projectionOf(of: Index['Projection']) {
  const attributes = of?.NonKeyAttributes ?? [];
  return {
    ProjectionType: of?.ProjectionType ?? 'ALL',
    ...(attributes.length > 0 ? { NonKeyAttributes: [...attributes].sort() } : {}),
  };
}

/** -1 stands for "no maximum". */
function maximum(of: Index['OnDemandThroughput']) {
  const set = Object.entries(of ?? {}).filter(([, units]) => typeof units === 'number' && units > 0);
  return set.length > 0 ? { OnDemandThroughput: Object.fromEntries(set) } : {};
}

function encryption(sse: TableDescription['SSEDescription']): Pick<TableMembers, 'SSESpecification'> {
  if (sse?.SSEType !== 'KMS' || sse.Status === 'DISABLED' || sse.Status === 'DISABLING') return {};
  const key = sse.KMSMasterKeyArn ? { KMSMasterKeyId: sse.KMSMasterKeyArn } : {};
  return { SSESpecification: { Enabled: true, SSEType: 'KMS', ...key } };
}

/** Both members, because the service wants none below its default; nothing where the table has no more than any other. */
function warm(
  of: TableDescription['WarmThroughput'] | Index['WarmThroughput'],
  provisioned: Index['ProvisionedThroughput'],
) {
  const read = of?.ReadUnitsPerSecond ?? 0;
  const write = of?.WriteUnitsPerSecond ?? 0;
  const byDefault = {
    read: Math.max(warmByDefault.ReadUnitsPerSecond, provisioned?.ReadCapacityUnits ?? 0),
    write: Math.max(warmByDefault.WriteUnitsPerSecond, provisioned?.WriteCapacityUnits ?? 0),
  };
  if (read <= byDefault.read && write <= byDefault.write) return {};
  return {
    WarmThroughput: {
      ReadUnitsPerSecond: Math.max(read, warmByDefault.ReadUnitsPerSecond),
      WriteUnitsPerSecond: Math.max(write, warmByDefault.WriteUnitsPerSecond),
    },
  };
}

import type { IndexDefinition } from './engine/dynalite.ts';
import { describeReplicas } from './replicas.ts';
import type { Capacity, GlobalIndex, Table, Throughput } from './table.ts';

type Description = Record<string, unknown>;

/** The `TableDescription` of the service model; members that do not apply are absent, as the service leaves them out. */
export function describeTable(table: Table): Description {
  const { billingSummary, stream, encryption, tableClass, localIndexes, globalIndexes } = table;
  return {
    AttributeDefinitions: [...table.attributes].sort((left, right) =>
      left.AttributeName < right.AttributeName ? -1 : 1,
    ),
    TableName: table.name,
    KeySchema: table.keySchema,
    TableStatus: table.status,
    CreationDateTime: table.createdAt,
    ProvisionedThroughput: describeCapacity(table.capacity),
    TableSizeBytes: table.measures.bytes,
    ItemCount: table.measures.items,
    TableArn: table.arn,
    TableId: table.id,
    ...(billingSummary
      ? {
          BillingModeSummary: {
            BillingMode: table.billing,
            ...optional('LastUpdateToPayPerRequestDateTime', billingSummary.onDemandSince),
          },
        }
      : {}),
    ...(localIndexes.length > 0
      ? { LocalSecondaryIndexes: localIndexes.map((index) => describeIndex(table, index)) }
      : {}),
    ...(globalIndexes.length > 0
      ? { GlobalSecondaryIndexes: globalIndexes.map((index) => describeGlobalIndex(table, index)) }
      : {}),
    ...(stream?.enabled ? { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.viewType } } : {}),
    ...(stream ? { LatestStreamLabel: stream.label, LatestStreamArn: `${table.arn}/stream/${stream.label}` } : {}),
    ...(encryption
      ? { SSEDescription: { Status: encryption.status, SSEType: 'KMS', KMSMasterKeyArn: encryption.keyArn } }
      : {}),
    ...(tableClass
      ? {
          TableClassSummary: {
            TableClass: tableClass.name,
            ...optional('LastUpdateDateTime', tableClass.changes.at(-1)),
          },
        }
      : {}),
    ...describeReplicas(table),
    ...(table.restored
      ? {
          RestoreSummary: {
            SourceBackupArn: table.restored.backupArn,
            SourceTableArn: table.restored.tableArn,
            RestoreDateTime: table.restored.at,
            RestoreInProgress: table.restored.inProgress,
          },
        }
      : {}),
    DeletionProtectionEnabled: table.deletionProtection,
    ...describeLimits(table, table.warmStatus === 'ACTIVE' ? table.status : table.warmStatus),
  };
}

const optional = (name: string, value: number | undefined): Description =>
  value === undefined ? {} : { [name]: value };

const DAY = 24 * 60 * 60;

function describeCapacity({ read, write, increasedAt, decreases }: Capacity): Description {
  const today = Math.floor(Date.now() / 1000 / DAY) * DAY;
  return {
    NumberOfDecreasesToday: decreases.filter((moment) => moment >= today).length,
    ReadCapacityUnits: read,
    WriteCapacityUnits: write,
    ...optional('LastIncreaseDateTime', increasedAt),
    ...optional('LastDecreaseDateTime', decreases.at(-1)),
  };
}

function describeLimits({ onDemand, warm }: Throughput, warmStatus: string): Description {
  return {
    ...(onDemand
      ? { OnDemandThroughput: { MaxReadRequestUnits: onDemand.read, MaxWriteRequestUnits: onDemand.write } }
      : {}),
    WarmThroughput: { ReadUnitsPerSecond: warm.read, WriteUnitsPerSecond: warm.write, Status: warmStatus },
  };
}

function describeIndex(table: Table, { IndexName, KeySchema, Projection }: IndexDefinition): Description {
  const measures = table.measures.indexes[IndexName];
  return {
    IndexName,
    KeySchema,
    Projection,
    IndexSizeBytes: measures?.bytes ?? 0,
    ItemCount: measures?.items ?? 0,
    IndexArn: `${table.arn}/index/${IndexName}`,
  };
}

function describeGlobalIndex(table: Table, index: GlobalIndex): Description {
  return {
    ...describeIndex(table, index.definition),
    IndexStatus: index.status,
    ...(index.backfilling ? { Backfilling: true } : {}),
    ProvisionedThroughput: describeCapacity(index.capacity),
    ...describeLimits(index, index.warmStatus === 'ACTIVE' ? index.status : index.warmStatus),
  };
}

import type { CreateTableInput, NewIndex } from '../create-table.ts';
import type { Table, Throughput } from '../table.ts';

/** A table as a backup keeps it: what a restored table is made from, and what only the description tells. */
export interface BackupSource {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly createdAt: number;
  readonly definition: CreateTableInput;
  readonly keyArn: string | null;
  /** The table's statistics of that moment, which are hours old. */
  readonly bytes: number;
  readonly features: Record<string, unknown>;
}

/** The table of this moment. */
export function sourceOf(table: Table): BackupSource {
  const { name, arn, id, createdAt, encryption, timeToLive, stream } = table;
  const globalIndexes = table.globalIndexes.map(
    (index): NewIndex => ({
      ...index.definition,
      ...throughputOf(index, table.billing),
    }),
  );
  return {
    ...{ name, arn, id, createdAt, keyArn: encryption?.keyArn ?? null, bytes: table.measures.bytes },
    definition: {
      TableName: name,
      AttributeDefinitions: table.attributes,
      KeySchema: table.keySchema,
      LocalSecondaryIndexes: table.localIndexes,
      GlobalSecondaryIndexes: globalIndexes,
      BillingMode: table.billing,
      ...throughputOf(table, table.billing),
    },
    features: {
      ...(stream?.enabled && { StreamDescription: { StreamEnabled: true, StreamViewType: stream.viewType } }),
      ...(timeToLive.status !== 'DISABLED' && {
        TimeToLiveDescription: { TimeToLiveStatus: timeToLive.status, AttributeName: timeToLive.attribute },
      }),
      ...(encryption && {
        SSEDescription: { Status: encryption.status, SSEType: 'KMS', KMSMasterKeyArn: encryption.keyArn },
      }),
    },
  };
}

function throughputOf({ capacity, onDemand }: Throughput, billing: Table['billing']) {
  const provisioned = { ReadCapacityUnits: capacity.read, WriteCapacityUnits: capacity.write };
  return {
    ...(billing === 'PROVISIONED' && { ProvisionedThroughput: provisioned }),
    ...(onDemand && {
      OnDemandThroughput: { MaxReadRequestUnits: onDemand.read, MaxWriteRequestUnits: onDemand.write },
    }),
  };
}

/** The two members of a BackupDescription that are about the table. */
export interface BackupDescription {
  readonly SourceTableDetails: Record<string, unknown>;
  readonly SourceTableFeatureDetails: Record<string, unknown>;
}

/** A table on demand has a provisioned throughput of zero, here as in DescribeTable. */
const NONE = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

/** What DescribeBackup tells of the table; `items` is their number in the backup. */
export function describeSource(source: BackupSource, items: number): BackupDescription {
  const { definition, features } = source;
  const { LocalSecondaryIndexes: local = [], GlobalSecondaryIndexes: global = [] } = definition;
  return {
    SourceTableDetails: {
      TableName: source.name,
      TableId: source.id,
      TableArn: source.arn,
      TableSizeBytes: source.bytes,
      KeySchema: definition.KeySchema,
      TableCreationDateTime: source.createdAt,
      ProvisionedThroughput: definition.ProvisionedThroughput ?? NONE,
      ...(definition.OnDemandThroughput && { OnDemandThroughput: definition.OnDemandThroughput }),
      ItemCount: items,
      BillingMode: definition.BillingMode,
    },
    SourceTableFeatureDetails: {
      ...(local.length > 0 && { LocalSecondaryIndexes: local }),
      ...(global.length > 0 && {
        GlobalSecondaryIndexes: global.map((index) => ({ ProvisionedThroughput: NONE, ...index })),
      }),
      ...features,
    },
  };
}

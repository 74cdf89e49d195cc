import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTagsOfResourceCommand,
  type TableDescription,
  type Tag,
} from '@aws-sdk/client-dynamodb';
import type { Finding } from '../core/contracts.ts';
import { PromotionError } from '../core/errors.ts';
import { allPages } from '../core/paging.ts';
import { attempt, errorCode, named } from '../core/retry.ts';
import { keyNames, type TableDefinition } from './definition.ts';

/** A table as it is: its definition, what the service says of its size, and what could not be carried over. */
export interface TableState {
  readonly definition: TableDefinition;
  readonly arn: string;
  /** Changes when a table is deleted and created again under the same name. */
  readonly id: string;
  readonly status: string;
  /** True when the table and every index can be written. */
  readonly active: boolean;
  /** Refreshed by the service about every six hours: 0 may mean unknown. */
  readonly statistics: { readonly items: number; readonly bytes: number };
  readonly findings: readonly Finding[];
}

/** Reads a table with all its settings; null when there is none of that name. */
export async function readTable(client: DynamoDBClient, name: string): Promise<TableState | null> {
  try {
    const description = await describeTable(client, name);
    if (!description) return null;
    const [timeToLive, pointInTimeRecovery, tags] = await Promise.all([
      readTimeToLive(client, name),
      readPointInTimeRecovery(client, name),
      readTags(client, description.TableArn ?? ''),
    ]);
    return {
      definition: { table: tableMembers(description), timeToLive, pointInTimeRecovery, tags },
      arn: description.TableArn ?? '',
      id: description.TableId ?? '',
      status: description.TableStatus ?? '',
      active: isActive(description),
      statistics: { items: description.ItemCount ?? 0, bytes: description.TableSizeBytes ?? 0 },
      findings: findingsOf(name, description),
    };
  } catch (error) {
    // Between its description and its settings a table may have gone.
    if (errorCode(error) === 'ResourceNotFoundException') return null;
    throw named(error, `reading table ${name}`);
  }
}

/** DescribeTable alone; null when there is no such table. */
export async function describeTable(client: DynamoDBClient, name: string): Promise<TableDescription | null> {
  try {
    const { Table } = await attempt(() => client.send(new DescribeTableCommand({ TableName: name })), {
      check: (answer) => (answer.Table?.TableStatus ? null : `dynamodb answered no description of ${name}`),
    });
    return Table ?? null;
  } catch (error) {
    if (errorCode(error) === 'ResourceNotFoundException') return null;
    throw named(error, `describing table ${name}`);
  }
}

/** Names of the primary key's attributes; a table that has gone is `Promotion.Data`, because others may go on. */
export async function tableKeyNames(client: DynamoDBClient, name: string): Promise<string[]> {
  const description = await describeTable(client, name);
  if (description) return keyNames({ KeySchema: keysOf(description.KeySchema) });
  throw new PromotionError('Promotion.Data', {
    code: 'TableGone',
    message: `table ${name} was there when the promotion was planned and is not any more`,
    resolution: 'put it back or leave it out, then start again',
  });
}

/** Items may be written only when the table and every index are active; an index may follow later than its table. */
export function isActive(description: TableDescription): boolean {
  return (
    description.TableStatus === 'ACTIVE' &&
    (description.GlobalSecondaryIndexes ?? []).every(({ IndexStatus }) => IndexStatus === 'ACTIVE')
  );
}

async function readTimeToLive(client: DynamoDBClient, name: string): Promise<TableDefinition['timeToLive']> {
  const { TimeToLiveDescription: ttl } = await attempt(
    () => client.send(new DescribeTimeToLiveCommand({ TableName: name })),
    { check: (answer) => (answer.TimeToLiveDescription ? null : `dynamodb answered no time to live of ${name}`) },
  );
  const on = ttl?.TimeToLiveStatus === 'ENABLED' || ttl?.TimeToLiveStatus === 'ENABLING';
  return on && ttl?.AttributeName ? { AttributeName: ttl.AttributeName } : null;
}

async function readPointInTimeRecovery(
  client: DynamoDBClient,
  name: string,
): Promise<TableDefinition['pointInTimeRecovery']> {
  const { ContinuousBackupsDescription: backups } = await attempt(
    () => client.send(new DescribeContinuousBackupsCommand({ TableName: name })),
    { check: (answer) => (answer.ContinuousBackupsDescription ? null : `dynamodb answered no backups of ${name}`) },
  );
  const recovery = backups?.PointInTimeRecoveryDescription;
  // 35 days is what the service keeps when nothing else was asked for (API reference).
  return recovery?.PointInTimeRecoveryStatus === 'ENABLED'
    ? { RecoveryPeriodInDays: recovery.RecoveryPeriodInDays ?? 35 }
    : null;
}

async function readTags(client: DynamoDBClient, arn: string): Promise<TableDefinition['tags']> {
  const tags: Tag[] = await allPages(`listing tags of ${arn}`, async (token) => {
    const page = await attempt(
      () => client.send(new ListTagsOfResourceCommand({ ResourceArn: arn, NextToken: token })),
      { check: (answer) => (answer.Tags ? null : `dynamodb answered no tags of ${arn}`) },
    );
    return { items: page.Tags ?? [], next: page.NextToken ?? null };
  });
  return (
    tags
      .map(({ Key, Value }) => ({ Key: Key ?? '', Value: Value ?? '' }))
      // Names that begin with aws: are the services' own and cannot be set by anyone else.
      .filter(({ Key }) => !Key.startsWith('aws:'))
      .sort((a, b) => (a.Key < b.Key ? -1 : 1))
  );
}

function tableMembers(described: TableDescription): TableDefinition['table'] {
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
    ...(globals.length > 0 ? { GlobalSecondaryIndexes: byIndexName(globals) } : {}),
    ...(locals.length > 0 ? { LocalSecondaryIndexes: byIndexName(locals) } : {}),
    ...(stream?.StreamEnabled && stream.StreamViewType
      ? { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.StreamViewType } }
      : {}),
    ...(described.SSEDescription?.SSEType === 'KMS' && described.SSEDescription.Status !== 'DISABLED'
      ? { SSESpecification: { Enabled: true, SSEType: 'KMS' } }
      : {}),
    TableClass: described.TableClassSummary?.TableClass ?? 'STANDARD',
    DeletionProtectionEnabled: described.DeletionProtectionEnabled ?? false,
  };
}

function byIndexName<T extends { IndexName: string }>(indexes: T[]): T[] {
  return indexes.sort((a, b) => (a.IndexName < b.IndexName ? -1 : 1));
}

function keysOf(schema: TableDescription['KeySchema']): TableDefinition['table']['KeySchema'] {
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

function findingsOf(name: string, described: TableDescription): Finding[] {
  const findings: Finding[] = [];
  const keyArn = described.SSEDescription?.KMSMasterKeyArn;
  if (keyArn) {
    findings.push({
      code: 'KeyNotCarried',
      asset: name,
      message: `${name} is encrypted with ${keyArn}; the destination gets the account's own aws/dynamodb key`,
    });
  }
  if ((described.Replicas ?? []).length > 0) {
    const regions = described.Replicas?.map(({ RegionName }) => RegionName).join(', ');
    findings.push({
      code: 'ReplicasNotCarried',
      asset: name,
      message: `${name} is a global table with replicas in ${regions}; the destination gets one table`,
    });
  }
  return findings;
}

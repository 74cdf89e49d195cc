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
import { readAutoscaling } from './autoscaling.ts';
import type { SettingName } from './contracts.ts';
import { readContributorInsights } from './contributor-insights.ts';
import { keyNames, type TableDefinition } from './definition.ts';
import type { DescribeKey } from './encryption.ts';
import { readKinesisStreaming } from './kinesis-streaming.ts';
import { readResourcePolicy } from './resource-policy.ts';
import type { TableClients } from './table-clients.ts';
import { findingsOf } from './table-findings.ts';
import { keysOf, tableMembers } from './table-members.ts';

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
  /** Regions of a global table; none for a table that stands alone. */
  readonly replicas: readonly string[];
  readonly findings: readonly Finding[];
}

/** Settings that only {@link readWholeTable} reads. */
const notInDescription: readonly SettingName[] = [
  'autoscaling',
  'contributorInsights',
  'encryption',
  'kinesisStreaming',
  'resourcePolicy',
];

/**
 * Reads what says whose a table is and what it is like, with four calls; null when there is none of that name. The
 * settings that take more are `excluded` from its definition: for those see {@link readWholeTable}.
 */
export async function readTable(client: DynamoDBClient, name: string): Promise<TableState | null> {
  return await unlessGone(name, async () => {
    const description = await describeTable(client, name);
    if (!description) return null;
    const settings = { autoscaling: [], contributorInsights: [], kinesisStreaming: [], resourcePolicy: null };
    const definition = { ...(await baseDefinition(client, name, description)), ...settings };
    return stateOf(description, { ...definition, excluded: notInDescription }, findingsOf(name, description));
  });
}

/** Reads a table with all its settings; null when there is none of that name. */
export async function readWholeTable(clients: TableClients, name: string): Promise<TableState | null> {
  const { dynamodb, autoscaling, describeKey } = clients;
  return await unlessGone(name, async () => {
    const description = await describeTable(dynamodb, name);
    if (!description) return null;
    const indexes = (description.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName ?? '');
    const streamArn = description.StreamSpecification?.StreamEnabled ? description.LatestStreamArn : undefined;
    const [base, scaling, resourcePolicy, kinesisStreaming, contributorInsights, streamPolicy] = await Promise.all([
      baseDefinition(dynamodb, name, description).then((definition) => withKey(definition, describeKey)),
      readAutoscaling(autoscaling, name, indexes),
      readResourcePolicy(dynamodb, description.TableArn ?? ''),
      readKinesisStreaming(dynamodb, name),
      readContributorInsights(dynamodb, name),
      streamArn ? readResourcePolicy(dynamodb, streamArn) : null,
    ]);
    const { targets, scheduledActions } = scaling;
    const settings = { autoscaling: [...targets], resourcePolicy, kinesisStreaming, contributorInsights };
    const findings = findingsOf(name, description, { scheduledActions, streamPolicy: streamPolicy !== null });
    return stateOf(description, { ...base, ...settings }, findings);
  });
}

/** Between its description and its settings a table may go. */
async function unlessGone(name: string, read: () => Promise<TableState | null>): Promise<TableState | null> {
  try {
    return await read();
  } catch (error) {
    if (errorCode(error) === 'ResourceNotFoundException') return null;
    throw named(error, `reading table ${name}`);
  }
}

type BaseDefinition = Pick<TableDefinition, 'table' | 'timeToLive' | 'pointInTimeRecovery' | 'tags'>;

async function baseDefinition(
  client: DynamoDBClient,
  name: string,
  description: TableDescription,
): Promise<BaseDefinition> {
  const [timeToLive, pointInTimeRecovery, tags] = await Promise.all([
    readTimeToLive(client, name),
    readPointInTimeRecovery(client, name),
    readTags(client, description.TableArn ?? ''),
  ]);
  return { table: tableMembers(description), timeToLive, pointInTimeRecovery, tags };
}

function stateOf(description: TableDescription, definition: TableDefinition, findings: readonly Finding[]): TableState {
  return {
    definition,
    arn: description.TableArn ?? '',
    id: description.TableId ?? '',
    status: description.TableStatus ?? '',
    active: isActive(description),
    statistics: { items: description.ItemCount ?? 0, bytes: description.TableSizeBytes ?? 0 },
    replicas: (description.Replicas ?? []).map(({ RegionName }) => RegionName ?? ''),
    findings,
  };
}

/** The key `aws/dynamodb`, which AWS manages in every account, needs no name: the destination has its own. */
async function withKey<T extends Pick<TableDefinition, 'table'>>(definition: T, describeKey: DescribeKey): Promise<T> {
  const key = definition.table.SSESpecification?.KMSMasterKeyId;
  if (key === undefined || !(await describeKey(key))?.managedByAws) return definition;
  return { ...definition, table: { ...definition.table, SSESpecification: { Enabled: true, SSEType: 'KMS' } } };
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

/** All tags of a table, every page, those that the services set too; errors are the client's own. */
export async function listTags(client: DynamoDBClient, arn: string): Promise<TableDefinition['tags']> {
  const tags: Tag[] = await allPages(`listing tags of ${arn}`, async (token) => {
    const page = await attempt(
      () => client.send(new ListTagsOfResourceCommand({ ResourceArn: arn, NextToken: token })),
      { check: (answer) => (answer.Tags ? null : `dynamodb answered no tags of ${arn}`) },
    );
    return { items: page.Tags ?? [], next: page.NextToken ?? null };
  });
  return tags
    .map(({ Key, Value }) => ({ Key: Key ?? '', Value: Value ?? '' }))
    .sort((a, b) => (a.Key < b.Key ? -1 : 1));
}

/** Names that begin with aws: are the services' own and cannot be set by anyone else. */
async function readTags(client: DynamoDBClient, arn: string): Promise<TableDefinition['tags']> {
  return (await listTags(client, arn)).filter(({ Key }) => !Key.startsWith('aws:'));
}

import {
  type DynamoDBClient,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { sameJson } from '../core/json.ts';
import { attempt, errorCode, named } from '../core/retry.ts';
import type { TableDefinition } from './definition.ts';

/** A setting that is applied after the load, by a call of its own. */
export interface Setting {
  /** Also the name of its step in the journal. */
  readonly step: string;
  /** The part of a definition that it sets. */
  read(definition: TableDefinition): unknown;
  /** Brings a table to what `wanted` says; called only where {@link read} differs. */
  apply(client: DynamoDBClient, table: string, wanted: TableDefinition): Promise<unknown>;
}

/**
 * In the order in which they are applied. Before the load, a maximum would throttle it, a stream would flood its
 * consumers, and expiry would delete what is still to be compared; protection comes last, so that a rollback of what
 * went wrong before is not in its own way.
 */
export const settingsAfterLoad: readonly Setting[] = [
  {
    step: 'pointInTimeRecovery',
    read: ({ pointInTimeRecovery }) => pointInTimeRecovery,
    apply: (client, TableName, { pointInTimeRecovery: wanted }) =>
      client.send(
        new UpdateContinuousBackupsCommand({
          TableName,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: wanted !== null, ...wanted },
        }),
      ),
  },
  {
    step: 'onDemandThroughput',
    read: ({ table }) => table.OnDemandThroughput ?? null,
    apply: (client, TableName, { table }) =>
      client.send(new UpdateTableCommand({ TableName, OnDemandThroughput: table.OnDemandThroughput })),
  },
  {
    step: 'indexOnDemandThroughput',
    read: ({ table }) => indexMaxima(table),
    apply: (client, TableName, { table }) =>
      client.send(
        new UpdateTableCommand({
          TableName,
          GlobalSecondaryIndexUpdates: indexMaxima(table).map((Update) => ({ Update })),
        }),
      ),
  },
  {
    step: 'streamSpecification',
    read: ({ table }) => table.StreamSpecification ?? null,
    apply: (client, TableName, { table }) =>
      client.send(new UpdateTableCommand({ TableName, StreamSpecification: table.StreamSpecification })),
  },
  {
    step: 'timeToLive',
    read: ({ timeToLive }) => timeToLive,
    apply: (client, TableName, { timeToLive }) =>
      client.send(
        new UpdateTimeToLiveCommand({
          TableName,
          TimeToLiveSpecification: { Enabled: true, AttributeName: timeToLive?.AttributeName },
        }),
      ),
  },
  {
    step: 'deletionProtection',
    read: ({ table }) => table.DeletionProtectionEnabled,
    apply: (client, TableName, { table }) =>
      client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: table.DeletionProtectionEnabled })),
  },
];

/** The first setting in which a table we made is not yet what it should be; null when there is none. */
export function nextSetting(wanted: TableDefinition, found: TableDefinition): Setting | null {
  return settingsAfterLoad.find((setting) => !sameJson(setting.read(wanted), setting.read(found))) ?? null;
}

/** Applies a setting; `busy` when the table is just being changed and has to be asked again later. */
export async function applySetting(
  client: DynamoDBClient,
  table: string,
  setting: Setting,
  wanted: TableDefinition,
): Promise<'applied' | 'busy'> {
  try {
    await attempt(() => setting.apply(client, table, wanted));
    return 'applied';
  } catch (error) {
    if (['ResourceInUseException', 'ContinuousBackupsUnavailableException'].includes(errorCode(error))) return 'busy';
    if (errorCode(error) === 'LimitExceededException') return 'busy';
    throw named(error, `setting ${setting.step} of table ${table}`);
  }
}

function indexMaxima(table: TableDefinition['table']) {
  return (table.GlobalSecondaryIndexes ?? []).flatMap(({ IndexName, OnDemandThroughput }) =>
    OnDemandThroughput ? [{ IndexName, OnDemandThroughput }] : [],
  );
}

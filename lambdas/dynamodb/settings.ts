import { UpdateContinuousBackupsCommand, UpdateTableCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { sameJson, stableJson } from '../core/json.ts';
import { attempt, errorCode, named } from '../core/retry.ts';
import { applyAutoscaling } from './autoscaling.ts';
import type { SettingName } from './contracts.ts';
import { applyContributorInsights } from './contributor-insights.ts';
import type { TableDefinition } from './definition.ts';
import { applyKinesisStreaming } from './kinesis-streaming.ts';
import { policyText } from './policy-text.ts';
import type { TableState } from './read-table.ts';
import { applyResourcePolicy } from './resource-policy.ts';
import type { TableClients } from './table-clients.ts';

/** A setting that is applied after the load, by calls of its own. */
export interface Setting {
  /** Also the name of its step in the journal. */
  readonly step: string;
  /** What an input calls it that leaves it out. */
  readonly name: SettingName;
  /** True when the table is UPDATING after the call, so that the next setting has to wait. */
  readonly occupies: boolean;
  /** The part of a definition that it sets, in a form that can be compared; of a list each entry by itself. */
  read(definition: TableDefinition): unknown;
  /** True where it only adds: what somebody else has added besides is left. */
  readonly adds?: boolean;
  /** Brings a table to what `wanted` says; called only where {@link read} differs. */
  apply(
    clients: TableClients,
    found: Pick<TableState, 'arn' | 'definition'>,
    wanted: TableDefinition,
  ): Promise<unknown>;
}

const nameOf = ({ definition }: Pick<TableState, 'definition'>) => definition.table.TableName;

/**
 * In the order in which they are applied. Before the load, a maximum would throttle it, streams would flood their
 * consumers, automatic scaling would follow it, the infrequent access class would make each write dearer, and expiry
 * would delete what is still to be compared; protection comes last, so that a rollback of what went wrong before is not
 * in its own way.
 */
export const settingsAfterLoad: readonly Setting[] = [
  {
    step: 'pointInTimeRecovery',
    name: 'pointInTimeRecovery',
    occupies: false,
    read: ({ pointInTimeRecovery }) => pointInTimeRecovery,
    apply: ({ dynamodb }, found, { pointInTimeRecovery: wanted }) =>
      dynamodb.send(
        new UpdateContinuousBackupsCommand({
          TableName: nameOf(found),
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: wanted !== null, ...wanted },
        }),
      ),
  },
  {
    step: 'onDemandThroughput',
    name: 'onDemandThroughput',
    occupies: true,
    read: ({ table }) => table.OnDemandThroughput ?? null,
    apply: ({ dynamodb }, found, { table }) =>
      dynamodb.send(
        new UpdateTableCommand({
          TableName: nameOf(found),
          OnDemandThroughput: maximum(table.OnDemandThroughput, found.definition.table.OnDemandThroughput),
        }),
      ),
  },
  {
    step: 'indexOnDemandThroughput',
    name: 'onDemandThroughput',
    occupies: true,
    read: ({ table }) => indexMaxima(table).filter(({ OnDemandThroughput }) => OnDemandThroughput),
    apply: ({ dynamodb }, found, { table }) =>
      dynamodb.send(
        new UpdateTableCommand({
          TableName: nameOf(found),
          GlobalSecondaryIndexUpdates: changedMaxima(table, found.definition.table),
        }),
      ),
  },
  {
    step: 'streamSpecification',
    name: 'streams',
    occupies: true,
    read: ({ table }) => table.StreamSpecification ?? null,
    apply: ({ dynamodb }, found, { table }) =>
      dynamodb.send(
        new UpdateTableCommand({
          TableName: nameOf(found),
          StreamSpecification: table.StreamSpecification ?? { StreamEnabled: false },
        }),
      ),
  },
  {
    step: 'kinesisStreaming',
    name: 'kinesisStreaming',
    occupies: false,
    adds: true,
    read: ({ kinesisStreaming }) => byText(kinesisStreaming),
    apply: ({ dynamodb }, found, { kinesisStreaming }) =>
      applyKinesisStreaming(dynamodb, nameOf(found), kinesisStreaming, found.definition.kinesisStreaming),
  },
  {
    step: 'contributorInsights',
    name: 'contributorInsights',
    occupies: false,
    adds: true,
    read: ({ contributorInsights }) => byText(contributorInsights),
    apply: ({ dynamodb }, found, { contributorInsights }) =>
      applyContributorInsights(dynamodb, nameOf(found), contributorInsights, found.definition.contributorInsights),
  },
  {
    step: 'timeToLive',
    name: 'timeToLive',
    occupies: false,
    read: ({ timeToLive }) => timeToLive,
    apply: ({ dynamodb }, found, { timeToLive }) =>
      dynamodb.send(
        new UpdateTimeToLiveCommand({
          TableName: nameOf(found),
          TimeToLiveSpecification: {
            Enabled: timeToLive !== null,
            AttributeName: (timeToLive ?? found.definition.timeToLive)?.AttributeName,
          },
        }),
      ),
  },
  {
    step: 'tableClass',
    name: 'tableClass',
    occupies: true,
    read: ({ table }) => table.TableClass,
    apply: ({ dynamodb }, found, { table }) =>
      dynamodb.send(new UpdateTableCommand({ TableName: nameOf(found), TableClass: table.TableClass })),
  },
  {
    step: 'autoscaling',
    name: 'autoscaling',
    occupies: false,
    read: ({ autoscaling }) => byText(autoscaling),
    apply: ({ autoscaling }, found, wanted) =>
      applyAutoscaling(autoscaling, nameOf(found), wanted.autoscaling, found.definition.autoscaling),
  },
  {
    step: 'resourcePolicy',
    name: 'resourcePolicy',
    occupies: false,
    adds: true,
    read: ({ resourcePolicy }) => (resourcePolicy ? [policyText(resourcePolicy)] : []),
    apply: async ({ dynamodb }, { arn }, { resourcePolicy }) =>
      resourcePolicy && (await applyResourcePolicy(dynamodb, arn, resourcePolicy)),
  },
  {
    step: 'deletionProtection',
    name: 'deletionProtection',
    occupies: false,
    read: ({ table }) => table.DeletionProtectionEnabled,
    apply: ({ dynamodb }, found, { table: { DeletionProtectionEnabled } }) =>
      dynamodb.send(new UpdateTableCommand({ TableName: nameOf(found), DeletionProtectionEnabled })),
  },
];

/** The settings in which a table we made is not yet what it should be, in their order. */
export function pendingSettings(wanted: TableDefinition, found: TableDefinition): Setting[] {
  const { excluded = [] } = wanted;
  return settingsAfterLoad.filter((setting) => !excluded.includes(setting.name) && isPending(setting, wanted, found));
}

function isPending({ read, adds = false }: Setting, wanted: TableDefinition, found: TableDefinition): boolean {
  if (!adds) return !sameJson(read(wanted), read(found));
  const there = read(found) as readonly unknown[];
  return (read(wanted) as readonly unknown[]).some((one) => !there.includes(one));
}

/** A table that is being changed, or an account or stream with as many changes under way as it may have. */
const busyCodes = [
  'ResourceInUseException',
  'ContinuousBackupsUnavailableException',
  'LimitExceededException',
  'ConcurrentUpdateException',
];

/** Applies a setting; `busy` when the table is just being changed and has to be asked again later. */
export async function applySetting(
  clients: TableClients,
  found: Pick<TableState, 'arn' | 'definition'>,
  setting: Setting,
  wanted: TableDefinition,
): Promise<'applied' | 'busy'> {
  try {
    await attempt(() => setting.apply(clients, found, wanted));
    return 'applied';
  } catch (error) {
    if (busyCodes.includes(errorCode(error)) || changedTooOften(error)) return 'busy';
    throw named(error, `setting ${setting.step} of table ${nameOf(found)}`);
  }
}

/** Time to live takes one change an hour and refuses the next with a ValidationException (API reference). */
function changedTooOften(error: unknown): boolean {
  return (
    errorCode(error) === 'ValidationException' && /modified multiple times within a fixed interval/.test(String(error))
  );
}

type Maximum = TableDefinition['table']['OnDemandThroughput'];

/** -1 takes a maximum away that is there and is not wanted (API reference, OnDemandThroughput). */
function maximum(wanted: Maximum, found: Maximum) {
  const none = {
    ...(found?.MaxReadRequestUnits ? { MaxReadRequestUnits: -1 } : {}),
    ...(found?.MaxWriteRequestUnits ? { MaxWriteRequestUnits: -1 } : {}),
  };
  return { ...none, ...wanted };
}

function indexMaxima(table: TableDefinition['table']) {
  return (table.GlobalSecondaryIndexes ?? [])
    .map(({ IndexName, OnDemandThroughput }) => ({ IndexName, OnDemandThroughput }))
    .sort((a, b) => (a.IndexName < b.IndexName ? -1 : 1));
}

function changedMaxima(wanted: TableDefinition['table'], found: TableDefinition['table']) {
  const now = new Map(indexMaxima(found).map((index) => [index.IndexName, index.OnDemandThroughput]));
  return indexMaxima(wanted)
    .filter(({ IndexName, OnDemandThroughput }) => !sameJson(OnDemandThroughput, now.get(IndexName)))
    .map(({ IndexName, OnDemandThroughput }) => ({
      Update: { IndexName, OnDemandThroughput: maximum(OnDemandThroughput, now.get(IndexName)) },
    }));
}

/** A list whose order does not count, in one order. */
function byText(list: readonly object[]): readonly string[] {
  return list.map((one) => stableJson(one, 0)).sort();
}

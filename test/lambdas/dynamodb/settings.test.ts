import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TableDefinition } from '../../../lambdas/dynamodb/definition.ts';
import { applySetting, nextSetting, type Setting, settingsAfterLoad } from '../../../lambdas/dynamodb/settings.ts';
import { makeDefinition, refusal } from '../../support/factories.ts';
import { awsError, type ScriptedDynamoDb, startScriptedDynamoDb } from '../../support/scripted-dynamodb.ts';

let dynamodb: ScriptedDynamoDb;
beforeAll(async () => {
  dynamodb = await startScriptedDynamoDb();
});
afterAll(() => dynamodb.close());
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

const index = (maximum?: number) => ({
  IndexName: 'by-id',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
  Projection: { ProjectionType: 'ALL' as const },
  ...(maximum ? { OnDemandThroughput: { MaxReadRequestUnits: maximum } } : {}),
});
const wanted = makeDefinition(
  {
    OnDemandThroughput: { MaxWriteRequestUnits: 100 },
    GlobalSecondaryIndexes: [index(50)],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    DeletionProtectionEnabled: true,
  },
  { timeToLive: { AttributeName: 'expires' }, pointInTimeRecovery: { RecoveryPeriodInDays: 7 } },
);
/** The table as `createTable` leaves it. */
const created = makeDefinition({ GlobalSecondaryIndexes: [index()] });

/** The same table after a setting was applied. */
const after: Record<string, (found: TableDefinition) => TableDefinition> = {
  pointInTimeRecovery: (found) => ({ ...found, pointInTimeRecovery: wanted.pointInTimeRecovery }),
  onDemandThroughput: ({ table, ...rest }) => ({
    ...rest,
    table: { ...table, OnDemandThroughput: { MaxWriteRequestUnits: 100 } },
  }),
  indexOnDemandThroughput: ({ table, ...rest }) => ({
    ...rest,
    table: { ...table, GlobalSecondaryIndexes: [index(50)] },
  }),
  streamSpecification: ({ table, ...rest }) => ({
    ...rest,
    table: { ...table, StreamSpecification: wanted.table.StreamSpecification },
  }),
  timeToLive: (found) => ({ ...found, timeToLive: wanted.timeToLive }),
  deletionProtection: ({ table, ...rest }) => ({ ...rest, table: { ...table, DeletionProtectionEnabled: true } }),
};

async function callOf(setting: Setting | null): Promise<{ operation: string; input: object } | undefined> {
  if (!setting) throw new Error('there is a setting left');
  dynamodb.script(() => ({ body: {} }));
  expect(await applySetting(dynamodb.client, 'PROD-orders', setting, wanted)).toBe('applied');
  const [call] = dynamodb.calls;
  return call && { operation: call.operation, input: call.input };
}

describe('pitfall 25: the order of settings', () => {
  it('is recovery, maxima, stream, time to live, and protection last', async () => {
    const calls = [];
    let found = created;
    for (let setting = nextSetting(wanted, found); setting; setting = nextSetting(wanted, found)) {
      calls.push(await callOf(setting));
      found = after[setting.step]?.(found) ?? found;
      expect(calls.length).toBeLessThanOrEqual(settingsAfterLoad.length);
    }
    const TableName = 'PROD-orders';
    expect(calls).toEqual([
      {
        operation: 'UpdateContinuousBackups',
        input: {
          TableName,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
        },
      },
      { operation: 'UpdateTable', input: { TableName, OnDemandThroughput: { MaxWriteRequestUnits: 100 } } },
      {
        operation: 'UpdateTable',
        input: {
          TableName,
          GlobalSecondaryIndexUpdates: [
            { Update: { IndexName: 'by-id', OnDemandThroughput: { MaxReadRequestUnits: 50 } } },
          ],
        },
      },
      {
        operation: 'UpdateTable',
        input: { TableName, StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } },
      },
      {
        operation: 'UpdateTimeToLive',
        input: { TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' } },
      },
      { operation: 'UpdateTable', input: { TableName, DeletionProtectionEnabled: true } },
    ]);
  });

  it('has nothing to do where a table is as it should be', () => {
    expect(nextSetting(wanted, wanted)).toBeNull();
    expect(nextSetting(makeDefinition(), makeDefinition())).toBeNull();
  });

  it('begins with what is not yet done, so that it can be gone on with', () => {
    const half = { ...created, pointInTimeRecovery: wanted.pointInTimeRecovery };
    expect(nextSetting(wanted, half)?.step).toBe('onDemandThroughput');
  });
});

describe('applySetting', () => {
  const setting = settingsAfterLoad[0] as Setting;
  const apply = () => applySetting(dynamodb.client, 'PROD-orders', setting, wanted);

  it.each(['ResourceInUseException', 'LimitExceededException', 'ContinuousBackupsUnavailableException'])(
    'is asked again later after %s: pitfall 26',
    async (code) => {
      dynamodb.script(() => awsError(code));
      expect(await apply()).toBe('busy');
      expect(dynamodb.calls).toHaveLength(1);
    },
  );

  it('repeats a throttled call', async () => {
    dynamodb.script((_call, count) => (count < 2 ? awsError('ThrottlingException') : { body: {} }));
    expect(await apply()).toBe('applied');
    expect(dynamodb.calls).toHaveLength(3);
  });

  it('names the setting and the table in an error', async () => {
    dynamodb.script(() => awsError('ValidationException'));
    const found = await refusal(apply);
    expect(found).toMatchObject({ name: 'Promotion.Data', code: 'ValidationException' });
    expect(found.message).toContain('setting pointInTimeRecovery of table PROD-orders');
  });
});

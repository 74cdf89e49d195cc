import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TableDefinition } from '../../../lambdas/dynamodb/definition.ts';
import { applySetting, pendingSettings, type Setting, settingsAfterLoad } from '../../../lambdas/dynamodb/settings.ts';
import type { TableClients } from '../../../lambdas/dynamodb/table-clients.ts';
import { makeDefinition, refusal } from '../../support/factories.ts';
import { awsError, type ScriptedDynamoDb, startScriptedDynamoDb } from '../../support/scripted-dynamodb.ts';
import { clientsOf } from '../../support/table-clients.ts';

let dynamodb: ScriptedDynamoDb;
let clients: TableClients;
beforeAll(async () => {
  dynamodb = await startScriptedDynamoDb();
  clients = clientsOf(dynamodb.endpoint);
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
const arn = 'arn:aws:dynamodb:us-east-1:333333333333:table/PROD-orders';
const StreamArn = 'arn:aws:kinesis:us-east-1:333333333333:stream/changes';
const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: 'dynamodb:GetItem' }] };
const target = { IndexName: null, Dimension: 'WriteCapacityUnits' as const, MinCapacity: 1, MaxCapacity: 9 };
const wanted = makeDefinition(
  {
    TableName: 'PROD-orders',
    OnDemandThroughput: { MaxWriteRequestUnits: 100 },
    GlobalSecondaryIndexes: [index(50)],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    TableClass: 'STANDARD_INFREQUENT_ACCESS',
    DeletionProtectionEnabled: true,
  },
  {
    timeToLive: { AttributeName: 'expires' },
    pointInTimeRecovery: { RecoveryPeriodInDays: 7 },
    kinesisStreaming: [{ StreamArn, ApproximateCreationDateTimePrecision: 'MICROSECOND' }],
    contributorInsights: [{ IndexName: 'by-id', Mode: 'THROTTLED_KEYS' }],
    autoscaling: [{ ...target, policies: [{ PolicyName: 'write', TargetTracking: { TargetValue: 70 } }] }],
    resourcePolicy: policy,
  },
);
/** The table as `createTable` leaves it. */
const created = makeDefinition({ TableName: 'PROD-orders', GlobalSecondaryIndexes: [index()] });
const state = (definition: TableDefinition) => ({ arn, definition });

async function callsOf(setting: Setting, found = created) {
  dynamodb.script(() => ({ body: {} }));
  expect(await applySetting(clients, state(found), setting, wanted)).toBe('applied');
  return dynamodb.calls.map(({ operation, input }) => ({ operation, input }));
}

describe('pitfall 25: the order of settings', () => {
  it('is recovery, maxima, streams, insights, time to live, class, scaling, policy, and protection last', async () => {
    const pending = pendingSettings(wanted, created);
    expect(pending).toEqual(settingsAfterLoad);
    const calls = [];
    for (const setting of pending) calls.push(...(await callsOf(setting)));
    const TableName = 'PROD-orders';
    const scaled = {
      ServiceNamespace: 'dynamodb',
      ResourceId: 'table/PROD-orders',
      ScalableDimension: 'dynamodb:table:WriteCapacityUnits',
    };
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
        operation: 'EnableKinesisStreamingDestination',
        input: {
          TableName,
          StreamArn,
          EnableKinesisStreamingConfiguration: { ApproximateCreationDateTimePrecision: 'MICROSECOND' },
        },
      },
      {
        operation: 'UpdateContributorInsights',
        input: {
          TableName,
          IndexName: 'by-id',
          ContributorInsightsAction: 'ENABLE',
          ContributorInsightsMode: 'THROTTLED_KEYS',
        },
      },
      {
        operation: 'UpdateTimeToLive',
        input: { TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires' } },
      },
      { operation: 'UpdateTable', input: { TableName, TableClass: 'STANDARD_INFREQUENT_ACCESS' } },
      {
        operation: 'RegisterScalableTarget',
        input: {
          ...scaled,
          MinCapacity: 1,
          MaxCapacity: 9,
          SuspendedState: {
            DynamicScalingInSuspended: false,
            DynamicScalingOutSuspended: false,
            ScheduledScalingSuspended: false,
          },
        },
      },
      {
        operation: 'PutScalingPolicy',
        input: {
          ...scaled,
          PolicyName: 'write',
          PolicyType: 'TargetTrackingScaling',
          TargetTrackingScalingPolicyConfiguration: { TargetValue: 70 },
        },
      },
      { operation: 'PutResourcePolicy', input: { ResourceArn: arn, Policy: JSON.stringify(policy) } },
      { operation: 'UpdateTable', input: { TableName, DeletionProtectionEnabled: true } },
    ]);
  });

  it('has a wait after each call that makes the table UPDATING', () => {
    expect(settingsAfterLoad.filter(({ occupies }) => occupies).map(({ step }) => step)).toEqual([
      'onDemandThroughput',
      'indexOnDemandThroughput',
      'streamSpecification',
      'tableClass',
    ]);
  });
});

describe('pendingSettings', () => {
  const steps = (one: TableDefinition, other: TableDefinition) => pendingSettings(one, other).map(({ step }) => step);

  it('are none where a table is as it should be', () => {
    expect(steps(wanted, wanted)).toEqual([]);
    expect(steps(makeDefinition(), makeDefinition())).toEqual([]);
  });

  it('begin with what is not yet done, so that it can be gone on with', () => {
    const half = { ...created, pointInTimeRecovery: wanted.pointInTimeRecovery };
    expect(steps(wanted, half)[0]).toBe('onDemandThroughput');
  });

  it('leave out what is excluded', () => {
    const excluded = ['onDemandThroughput', 'streams', 'deletionProtection', 'tags'] as const;
    const left = steps({ ...wanted, excluded }, created);
    expect(left).toHaveLength(settingsAfterLoad.length - 4);
    expect(left).not.toContain('indexOnDemandThroughput');
  });

  it('do not count what somebody else has added beside', () => {
    const more = { ...wanted, resourcePolicy: null, kinesisStreaming: [], contributorInsights: [] };
    expect(steps(more, wanted)).toEqual([]);
  });

  it('count a target that an earlier table of the name has left behind', () => {
    expect(steps({ ...wanted, autoscaling: [] }, wanted)).toEqual(['autoscaling']);
  });

  it('do not count another spelling of the same policy', () => {
    const Statement = { Effect: 'Allow', Principal: { AWS: '*' }, Action: ['dynamodb:GetItem'] };
    expect(steps(wanted, { ...wanted, resourcePolicy: { ...policy, Statement } })).toEqual([]);
  });
});

describe('what a setting takes away', () => {
  const setting = (step: string) => settingsAfterLoad.find((one) => one.step === step) as Setting;
  const applied = async (step: string, to: TableDefinition, found: TableDefinition) => {
    dynamodb.script(() => ({ body: {} }));
    await applySetting(clients, state(found), setting(step), to);
    return dynamodb.calls[0]?.input;
  };

  it('is a maximum that is not wanted, with -1', async () => {
    const found = { ...created, table: { ...created.table, OnDemandThroughput: { MaxReadRequestUnits: 7 } } };
    expect(await applied('onDemandThroughput', wanted, found)).toMatchObject({
      OnDemandThroughput: { MaxReadRequestUnits: -1, MaxWriteRequestUnits: 100 },
    });
    expect(await applied('indexOnDemandThroughput', created, wanted)).toMatchObject({
      GlobalSecondaryIndexUpdates: [
        { Update: { IndexName: 'by-id', OnDemandThroughput: { MaxReadRequestUnits: -1 } } },
      ],
    });
  });

  it('is a stream, and expiry by the attribute that it has', async () => {
    expect(await applied('streamSpecification', created, wanted)).toMatchObject({
      StreamSpecification: { StreamEnabled: false },
    });
    expect(await applied('timeToLive', created, wanted)).toMatchObject({
      TimeToLiveSpecification: { Enabled: false, AttributeName: 'expires' },
    });
  });
});

describe('applySetting', () => {
  const apply = () => applySetting(clients, state(created), settingsAfterLoad[0] as Setting, wanted);

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

describe('pitfall 26: limits on changes', () => {
  const step = (name: string) => settingsAfterLoad.find((one) => one.step === name) as Setting;

  it.each([
    'ResourceInUseException',
    'LimitExceededException',
    'ContinuousBackupsUnavailableException',
    'ConcurrentUpdateException',
  ])('have a setting asked for again later after %s', async (code) => {
    dynamodb.script(() => awsError(code));
    expect(await applySetting(clients, state(created), settingsAfterLoad[0] as Setting, wanted)).toBe('busy');
    expect(dynamodb.calls).toHaveLength(1);
  });

  it('have a second change of time to live within an hour asked for again later', async () => {
    const message = 'Time to live has been modified multiple times within a fixed interval';
    dynamodb.script(() => ({ status: 400, body: { __type: 'x#ValidationException', message } }));
    expect(await applySetting(clients, state(created), step('timeToLive'), wanted)).toBe('busy');
  });

  it('have all indexes updated by one call, which takes any number of updates, but of creations one', async () => {
    const two = [index(50), { ...index(60), IndexName: 'by-other' }];
    const table = { ...wanted.table, GlobalSecondaryIndexes: two };
    dynamodb.script(() => ({ body: {} }));
    await applySetting(clients, state(created), step('indexOnDemandThroughput'), { ...wanted, table });
    expect(dynamodb.calls).toHaveLength(1);
    expect(dynamodb.calls[0]?.input.GlobalSecondaryIndexUpdates).toHaveLength(2);
  });
});

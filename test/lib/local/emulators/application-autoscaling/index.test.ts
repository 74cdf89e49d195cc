import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { realClock } from '../../../../../lib/local/clock.ts';
import { applicationAutoscalingService } from '../../../../../lib/local/emulators/application-autoscaling/index.ts';
import { createAutoscalingStore } from '../../../../../lib/local/emulators/application-autoscaling/store.ts';
import { createDynamoDbService } from '../../../../../lib/local/emulators/dynamodb/index.ts';
import { callJson, ROOT, startWorld, TOOLING, type World } from '../../gateway/fixture.ts';

const clock = realClock(100);
const SERVICE_ROLE = `arn:aws:iam::${TOOLING}:role/service`;
const READ = 'dynamodb:table:ReadCapacityUnits';
const WRITE = 'dynamodb:table:WriteCapacityUnits';
const INDEX_READ = 'dynamodb:index:ReadCapacityUnits';

let world: World;
let dynamodb: DynamoDBClient;
beforeAll(async () => {
  const tables = createDynamoDbService({ clock });
  const store = createAutoscalingStore();
  const autoscaling = { store, tables: tables.scaledTables, clock, serviceRole: () => SERVICE_ROLE };
  world = await startWorld([tables, applicationAutoscalingService(autoscaling)]);
  dynamodb = new DynamoDBClient(world.client(ROOT));
  await Promise.all(['orders', 'users', 'scaled'].map(create));
});
afterAll(() => world.close());

const units = { ReadCapacityUnits: 10, WriteCapacityUnits: 10 };
const key = (AttributeName: string) => [{ AttributeName, KeyType: 'HASH' as const }];
async function create(TableName: string) {
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: ['pk', 'day'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      KeySchema: key('pk'),
      ProvisionedThroughput: units,
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-day',
          KeySchema: key('day'),
          Projection: { ProjectionType: 'KEYS_ONLY' },
          ProvisionedThroughput: units,
        },
      ],
    }),
  );
  await vi.waitFor(
    async () => expect((await tableOf(TableName))?.GlobalSecondaryIndexes?.[0]?.IndexStatus).toBe('ACTIVE'),
    5000,
  );
}
const tableOf = async (TableName: string) => (await dynamodb.send(new DescribeTableCommand({ TableName }))).Table;

type Json = Record<string, unknown>;
const call = async (operation: string, input: Json): Promise<Json> =>
  (
    await callJson(world.endpoint, 'application-autoscaling', `AnyScaleFrontendService.${operation}`, {
      ServiceNamespace: 'dynamodb',
      ...input,
    })
  ).json as Json;
const subject = (ResourceId: string, ScalableDimension = READ) => ({ ResourceId, ScalableDimension });
const register = (ResourceId: string, ScalableDimension = READ, more: Json = {}) =>
  call('RegisterScalableTarget', {
    ...subject(ResourceId, ScalableDimension),
    MinCapacity: 5,
    MaxCapacity: 50,
    ...more,
  });
const metric = (kind: string) => ({
  PredefinedMetricSpecification: { PredefinedMetricType: `DynamoDB${kind}CapacityUtilization` },
});
const put = (PolicyName: string, ResourceId: string, configuration: Json = {}, more: Json = {}) =>
  call('PutScalingPolicy', {
    PolicyName,
    ...subject(ResourceId),
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: { TargetValue: 70, ...metric('Read'), ...configuration },
    ...more,
  });

async function all(operation: string, member: string, input: Json = {}): Promise<{ found: Json[]; pages: number }> {
  const found: Json[] = [];
  let pages = 0;
  for (let NextToken: unknown; pages === 0 || NextToken; pages += 1) {
    const page = await call(operation, { ...input, ...(NextToken ? { NextToken } : {}) });
    found.push(...(page[member] as Json[]));
    NextToken = page.NextToken;
  }
  return { found, pages };
}

describe('scalable targets', () => {
  it('are registered for tables and indexes, and listed in small pages', async () => {
    await register('table/orders');
    await register('table/orders', WRITE);
    await register('table/orders/index/by-day', INDEX_READ);
    const { ScalableTargetARN: arn } = await register('table/users');
    expect(arn).toMatch(new RegExp(`^arn:aws:application-autoscaling:us-east-1:${TOOLING}:scalable-target/0`));
    const listed = await all('DescribeScalableTargets', 'ScalableTargets');
    expect(listed.pages).toBe(2);
    expect(listed.found).toHaveLength(4);
    const ofUsers = await all('DescribeScalableTargets', 'ScalableTargets', { ResourceIds: ['table/users'] });
    expect(ofUsers.found).toEqual([
      {
        ServiceNamespace: 'dynamodb',
        ...subject('table/users'),
        MinCapacity: 5,
        MaxCapacity: 50,
        RoleARN: SERVICE_ROLE,
        CreationTime: expect.any(Number),
        SuspendedState: {
          DynamicScalingInSuspended: false,
          DynamicScalingOutSuspended: false,
          ScheduledScalingSuspended: false,
        },
        ScalableTargetARN: arn,
      },
    ]);
    const writes = { ResourceIds: ['table/orders'], ScalableDimension: WRITE };
    expect((await all('DescribeScalableTargets', 'ScalableTargets', writes)).found).toHaveLength(1);
  });

  it('keep what a second registration leaves out', async () => {
    const first = await register('table/users', WRITE, { SuspendedState: { DynamicScalingInSuspended: true } });
    const again = await call('RegisterScalableTarget', { ...subject('table/users', WRITE), MaxCapacity: 80 });
    expect(again).toEqual(first);
    const { found } = await all('DescribeScalableTargets', 'ScalableTargets', {
      ...subject('', WRITE),
      ResourceId: undefined,
      ResourceIds: ['table/users'],
    });
    expect(found).toMatchObject([
      {
        MinCapacity: 5,
        MaxCapacity: 80,
        SuspendedState: { DynamicScalingInSuspended: true, DynamicScalingOutSuspended: false },
      },
    ]);
  });

  it('bring the capacity of a table or an index within their bounds', async () => {
    await register('table/scaled', READ, { MinCapacity: 25 });
    await vi.waitFor(
      async () =>
        expect(await tableOf('scaled')).toMatchObject({
          TableStatus: 'ACTIVE',
          ProvisionedThroughput: { ReadCapacityUnits: 25, WriteCapacityUnits: 10 },
        }),
      5000,
    );
    await register('table/scaled/index/by-day', INDEX_READ, { MinCapacity: 1, MaxCapacity: 4 });
    await vi.waitFor(
      async () =>
        expect((await tableOf('scaled'))?.GlobalSecondaryIndexes).toMatchObject([
          { ProvisionedThroughput: { ReadCapacityUnits: 4, WriteCapacityUnits: 10 } },
        ]),
      5000,
    );
  });

  it.each<[string, string, string, Json, string]>([
    ['a table that is not there', 'table/nowhere', READ, {}, 'DynamoDB table does not exist: table/nowhere'],
    [
      'an index that is not there',
      'table/orders/index/none',
      INDEX_READ,
      {},
      'does not exist: table/orders/index/none',
    ],
    ['a dimension of an index for a table', 'table/orders', INDEX_READ, {}, 'Unsupported service namespace'],
    ['a dimension of a table for an index', 'table/orders/index/by-day', READ, {}, 'Unsupported service namespace'],
    ['another service', 'table/orders', READ, { ServiceNamespace: 'ecs' }, 'Unsupported service namespace'],
    ['bounds that cross', 'table/orders', READ, { MinCapacity: 9, MaxCapacity: 8 }, 'less than minimum'],
    ['a minimum of nothing', 'table/orders', READ, { MinCapacity: 0 }, 'less than 1'],
    ['tags, which are not built', 'table/orders', READ, { Tags: { a: 'b' } }, "member 'Tags' is not supported"],
    ['an unknown member', 'table/orders', READ, { Minimum: 1 }, "Unknown member 'Minimum'"],
  ])('are refused for %s', async (_what, resource, dimension, more, reason) => {
    const answer = await register(resource, dimension, more);
    expect(answer).toMatchObject({ __type: 'ValidationException', Message: expect.stringContaining(reason) });
  });

  it('are refused without bounds, and with a role of another account', async () => {
    const bare = await call('RegisterScalableTarget', subject('table/users/index/by-day', INDEX_READ));
    expect(bare).toMatchObject({
      __type: 'ValidationException',
      Message: expect.stringContaining('MinCapacity and MaxCapacity'),
    });
    const foreign = await register('table/users', READ, { RoleARN: 'arn:aws:iam::999999999999:role/other' });
    expect(foreign).toMatchObject({ __type: 'AccessDeniedException' });
  });

  it('go with their policies, once', async () => {
    await register('table/users');
    await put('going', 'table/users');
    expect(await call('DeregisterScalableTarget', subject('table/users'))).toEqual({});
    expect((await all('DescribeScalingPolicies', 'ScalingPolicies', { ResourceId: 'table/users' })).found).toEqual([]);
    expect(await call('DeregisterScalableTarget', subject('table/users'))).toEqual({
      __type: 'ObjectNotFoundException',
      Message: `No scalable target registered for service namespace: dynamodb, resource ID: table/users, scalable dimension: ${READ}`,
    });
  });
});

describe('scaling policies', () => {
  beforeAll(async () => {
    await register('table/orders');
    await register('table/orders', WRITE);
    await register('table/orders/index/by-day', INDEX_READ);
  });

  it('are put, replaced under their ARN, listed in small pages and deleted', async () => {
    const first = await put('reads', 'table/orders', { ScaleInCooldown: 60 });
    expect(first.PolicyARN).toContain(':resource/dynamodb/table/orders:policyName/reads');
    expect(first.Alarms).toHaveLength(4);
    const more = { ScaleOutCooldown: 30, DisableScaleIn: true };
    expect(await put('reads', 'table/orders', more, { PolicyType: undefined })).toEqual(first);
    await put('writes', 'table/orders', metric('Write'), { ScalableDimension: WRITE });
    await put('index', 'table/orders/index/by-day', {}, { ScalableDimension: INDEX_READ });
    const listed = await all('DescribeScalingPolicies', 'ScalingPolicies');
    expect(listed.pages).toBe(2);
    const { found } = await all('DescribeScalingPolicies', 'ScalingPolicies', subject('table/orders'));
    expect(found).toEqual([
      {
        PolicyARN: first.PolicyARN,
        PolicyName: 'reads',
        ServiceNamespace: 'dynamodb',
        ...subject('table/orders'),
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: { TargetValue: 70, ...metric('Read'), ...more },
        Alarms: first.Alarms,
        CreationTime: expect.any(Number),
      },
    ]);
    expect((await all('DescribeScalingPolicies', 'ScalingPolicies', { PolicyNames: ['index'] })).found).toHaveLength(1);
    const gone = { PolicyName: 'index', ...subject('table/orders/index/by-day', INDEX_READ) };
    expect(await call('DeleteScalingPolicy', gone)).toEqual({});
    expect(await call('DeleteScalingPolicy', gone)).toMatchObject({
      __type: 'ObjectNotFoundException',
      Message: expect.stringContaining('policy name: index'),
    });
  });

  it('are refused for what is not registered', async () => {
    expect(await put('reads', 'table/nowhere')).toEqual({
      __type: 'ObjectNotFoundException',
      Message: `No scalable target registered for service namespace: dynamodb, resource ID: table/nowhere, scalable dimension: ${READ}`,
    });
  });

  it.each<[string, Json, Json, string]>([
    ['the metric of the other dimension', metric('Write'), {}, 'must be DynamoDBReadCapacityUtilization'],
    ['a utilization beyond 90', { TargetValue: 91 }, {}, 'from 20 to 90, got 91'],
    ['a utilization below 20', { TargetValue: 19.5 }, {}, 'from 20 to 90, got 19.5'],
    ['no metric', { PredefinedMetricSpecification: undefined }, {}, 'needs a PredefinedMetricSpecification'],
    ['a negative cooldown', { ScaleInCooldown: -1 }, {}, 'ScaleInCooldown must not be negative'],
    [
      'a metric of its own',
      { CustomizedMetricSpecification: {} },
      {},
      "'CustomizedMetricSpecification' is not supported",
    ],
    ['steps', {}, { PolicyType: 'StepScaling' }, 'must be TargetTrackingScaling'],
    ['no configuration', {}, { TargetTrackingScalingPolicyConfiguration: undefined }, 'is required'],
  ])('are refused with %s', async (_what, configuration, more, reason) => {
    const answer = await put('wrong', 'table/orders', configuration, more);
    expect(answer).toMatchObject({ __type: 'ValidationException', Message: expect.stringContaining(reason) });
  });

  it('are refused twice for one metric', async () => {
    await put('reads', 'table/orders');
    expect(await put('more-reads', 'table/orders')).toMatchObject({
      __type: 'ValidationException',
      Message: 'Only one TargetTrackingScaling policy for a given metric specification is allowed.',
    });
  });
});

describe('listings', () => {
  it('refuse a dimension alone, another service, and a token of another listing', async () => {
    expect(await call('DescribeScalableTargets', { ScalableDimension: READ })).toMatchObject({
      Message: 'ResourceId is required when ScalableDimension is specified',
    });
    expect(await call('DescribeScalingPolicies', { ServiceNamespace: 'ecs' })).toMatchObject({
      Message: expect.stringContaining('Unsupported service namespace'),
    });
    expect(await call('DescribeScalingPolicies', { NextToken: 'x' })).toMatchObject({
      __type: 'InvalidNextTokenException',
    });
    expect(await call('DescribeScalableTargets', { MaxResults: 51 })).toMatchObject({ __type: 'ValidationException' });
  });

  it('are the only ones that there are', async () => {
    expect(await call('PutScheduledAction', {})).toMatchObject({ __type: 'UnknownOperationException' });
  });
});

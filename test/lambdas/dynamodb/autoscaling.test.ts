import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { applyAutoscaling, readAutoscaling, removeAutoscaling } from '../../../lambdas/dynamodb/autoscaling.ts';
import type { ScalableTarget } from '../../../lambdas/dynamodb/definition.ts';
import type { TableClients } from '../../../lambdas/dynamodb/table-clients.ts';
import { refusal } from '../../support/factories.ts';
import { awsError, type ScriptedDynamoDb, startScriptedDynamoDb } from '../../support/scripted-dynamodb.ts';
import { clientsOf } from '../../support/table-clients.ts';

let server: ScriptedDynamoDb;
let client: TableClients['autoscaling'];
beforeAll(async () => {
  server = await startScriptedDynamoDb();
  client = clientsOf(server.endpoint).autoscaling;
});
afterAll(() => server.close());
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

const registered = (ResourceId: string, dimension: string, more: object = {}) => ({
  ServiceNamespace: 'dynamodb',
  ResourceId,
  ScalableDimension: `dynamodb:${dimension}`,
  MinCapacity: 1,
  MaxCapacity: 9,
  RoleARN: 'arn:aws:iam::222222222222:role/of-the-service',
  CreationTime: 1,
  ...more,
});
const policy = (PolicyName: string, TargetValue = 70) => ({ PolicyName, TargetTracking: { TargetValue } });
const target = (fields: Partial<ScalableTarget> = {}): ScalableTarget => ({
  IndexName: null,
  Dimension: 'ReadCapacityUnits',
  MinCapacity: 1,
  MaxCapacity: 9,
  policies: [],
  ...fields,
});
const operations = () => server.calls.map(({ operation }) => operation);

describe('readAutoscaling', () => {
  it('reads all pages of targets and policies, in the order of indexes and dimensions', async () => {
    server.script(({ operation, input }) => {
      if (operation === 'DescribeScalableTargets') {
        return input.NextToken
          ? { body: { ScalableTargets: [registered('table/orders', 'table:WriteCapacityUnits')] } }
          : {
              body: {
                ScalableTargets: [registered('table/orders/index/by-id', 'index:ReadCapacityUnits')],
                NextToken: 'more',
              },
            };
      }
      if (operation === 'DescribeScheduledActions') return { body: { ScheduledActions: [] } };
      const TargetTrackingScalingPolicyConfiguration = { TargetValue: 70, DisableScaleIn: false };
      const PolicyName = input.NextToken ? 'a' : 'b';
      const ScalingPolicies = [{ PolicyName, TargetTrackingScalingPolicyConfiguration }];
      return { body: { ScalingPolicies, ...(input.NextToken ? {} : { NextToken: 'more' }) } };
    });
    const { targets } = await readAutoscaling(client, 'orders', ['by-id']);
    expect(targets).toEqual([
      target({ Dimension: 'WriteCapacityUnits', policies: [policy('a'), policy('b')] }),
      target({ IndexName: 'by-id', policies: [policy('a'), policy('b')] }),
    ]);
    expect(server.calls[0]?.input.ResourceIds).toEqual(['table/orders', 'table/orders/index/by-id']);
  });

  it('shows only what is suspended', async () => {
    const SuspendedState = { DynamicScalingInSuspended: true, DynamicScalingOutSuspended: false };
    const none = { DynamicScalingInSuspended: false, ScheduledScalingSuspended: false };
    const ScalableTargets = [
      registered('table/orders', 'table:ReadCapacityUnits', { SuspendedState }),
      registered('table/orders', 'table:WriteCapacityUnits', { SuspendedState: none }),
    ];
    server.script(({ operation }) =>
      operation === 'DescribeScalableTargets'
        ? { body: { ScalableTargets } }
        : { body: { ScalingPolicies: [], ScheduledActions: [] } },
    );
    const { targets } = await readAutoscaling(client, 'orders', []);
    expect(targets.map((one) => one.SuspendedState)).toEqual([
      { DynamicScalingInSuspended: true, DynamicScalingOutSuspended: false, ScheduledScalingSuspended: false },
      undefined,
    ]);
  });

  it('does not take an empty answer for a table that is not scaled', async () => {
    server.script((_call, count) => (count === 0 ? { body: {} } : { body: { ScalableTargets: [] } }));
    expect(await readAutoscaling(client, 'orders', [])).toEqual({ targets: [], scheduledActions: [] });
    expect(server.calls).toHaveLength(2);
  });
});

describe('applyAutoscaling', () => {
  const apply = async (wanted: ScalableTarget[], found: ScalableTarget[]) => {
    server.script(() => ({ body: {} }));
    await applyAutoscaling(client, 'orders', wanted, found);
    return operations();
  };

  it('has nothing to do where all is as wanted', async () => {
    const same = target({ policies: [policy('a')] });
    expect(await apply([same], [same])).toEqual([]);
  });

  it('registers before it puts policies', async () => {
    expect(await apply([target({ policies: [policy('a'), policy('b')] })], [])).toEqual([
      'RegisterScalableTarget',
      'PutScalingPolicy',
      'PutScalingPolicy',
    ]);
  });

  it('changes only what differs', async () => {
    const wanted = target({ MaxCapacity: 10, policies: [policy('a'), policy('b', 50)] });
    const found = target({ policies: [policy('a'), policy('b')] });
    expect(await apply([wanted], [found])).toEqual(['RegisterScalableTarget', 'PutScalingPolicy']);
  });

  it('takes away what an earlier table of the name has left behind, policies with their target', async () => {
    const write = target({ Dimension: 'WriteCapacityUnits' });
    const old = target({ policies: [policy('old')] });
    expect(await apply([target({ policies: [policy('new')] })], [old, write])).toEqual([
      'DeregisterScalableTarget',
      'DeregisterScalableTarget',
      'RegisterScalableTarget',
      'PutScalingPolicy',
    ]);
  });
});

describe('removeAutoscaling', () => {
  const ScalableTargets = [
    registered('table/orders', 'table:ReadCapacityUnits'),
    registered('table/orders/index/a', 'index:ReadCapacityUnits'),
    registered('table/orders-2', 'table:ReadCapacityUnits'),
  ];
  const gone = () => {
    server.script(({ operation }) =>
      operation === 'DescribeScalableTargets' ? { body: { ScalableTargets } } : awsError('ObjectNotFoundException'),
    );
  };

  it('takes the table and its indexes and no other, and does not mind what has gone meanwhile', async () => {
    gone();
    expect(await removeAutoscaling(client, 'orders')).toBe(2);
    expect(server.calls.slice(1).map(({ input }) => input.ResourceId)).toEqual([
      'table/orders',
      'table/orders/index/a',
    ]);
  });

  it('asks for the table and its indexes alone where they are known', async () => {
    gone();
    await removeAutoscaling(client, 'orders', ['a']);
    expect(server.calls[0]?.input.ResourceIds).toEqual(['table/orders', 'table/orders/index/a']);
  });

  it('names the table in an error', async () => {
    server.script(() => awsError('AccessDeniedException'));
    const found = await refusal(() => removeAutoscaling(client, 'orders'));
    expect(found).toMatchObject({ name: 'Promotion.Permission', message: expect.stringContaining('of table orders') });
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { checksOf } from '../../../../lib/local/authorizer/operations.ts';
import { realClock } from '../../../../lib/local/clock.ts';
import { ensureServiceRole, serviceRoleArn } from '../../../../lib/local/emulators/iam/service-linked-roles.ts';
import { createCredentials } from '../../../../lib/local/gateway/credentials.ts';
import { createStores } from '../../../../lib/local/services.ts';

const ACCOUNT = '222222222222';
const TABLE = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/orders`;
const STREAM = `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/changes`;
const clock = realClock();

let stores: ReturnType<typeof createStores>;
beforeEach(() => {
  stores = createStores(clock);
});

const caller = {
  account: ACCOUNT,
  region: 'us-east-1',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/worker/session`,
  role: 'worker',
  accessKeyId: 'ASIA',
  sessionName: 'session',
  sourceIdentity: null,
  sessionPolicy: null,
};
const checks = (operation: string, input: object, resource: string | null = TABLE, service = 'dynamodb') => {
  const request = { caller, method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, endpoint: '' };
  const body = Buffer.from(JSON.stringify(input));
  const call = { caller, service, operation, resource, request: { ...request, requestId: '', body } };
  return checksOf(call, { ...stores, credentials: createCredentials(clock) }) ?? [];
};
const asked = (...call: Parameters<typeof checks>) =>
  checks(...call).map(({ action, resource }) => `${action} ${resource}`);

describe('a customer managed key', () => {
  it('needs the rights to look at it and to let DynamoDB use it, in CreateTable and in UpdateTable', () => {
    const key = stores.kms.putKey({ account: ACCOUNT, region: 'us-east-1' });
    stores.kms.putAlias(key, 'alias/tables');
    for (const operation of ['CreateTable', 'UpdateTable']) {
      for (const KMSMasterKeyId of [key.keyId, key.arn, 'alias/tables']) {
        const input = { TableName: 'orders', SSESpecification: { Enabled: true, KMSMasterKeyId } };
        expect(asked(operation, input)).toEqual([
          `dynamodb:${operation} ${TABLE}`,
          `kms:DescribeKey ${key.arn}`,
          `kms:CreateGrant ${key.arn}`,
        ]);
        expect(checks(operation, input).at(-1)?.context).toMatchObject({
          'kms:GrantIsForAWSResource': 'true',
          'kms:ViaService': 'dynamodb.us-east-1.amazonaws.com',
        });
      }
      expect(asked(operation, { SSESpecification: { Enabled: true } })).toHaveLength(1);
      expect(asked(operation, { SSESpecification: { Enabled: true, KMSMasterKeyId: 'alias/none' } })).toHaveLength(1);
    }
  });
});

describe('settings beside a table', () => {
  it('need dynamodb:PutResourcePolicy too for a table that is made with a policy', () => {
    expect(asked('CreateTable', { TableName: 'orders', ResourcePolicy: '{}' })).toEqual([
      `dynamodb:CreateTable ${TABLE}`,
      `dynamodb:PutResourcePolicy ${TABLE}`,
    ]);
  });

  it('need the right on the index too for the insights of an index, and once the right to make a role', () => {
    const input = { TableName: 'orders', IndexName: 'by-day', ContributorInsightsAction: 'ENABLE' };
    const both = [
      `dynamodb:UpdateContributorInsights ${TABLE}`,
      `dynamodb:UpdateContributorInsights ${TABLE}/index/by-day`,
    ];
    const role = serviceRoleArn(ACCOUNT, 'contributorInsights');
    expect(asked('UpdateContributorInsights', input)).toEqual([...both, `iam:CreateServiceLinkedRole ${role}`]);
    expect(asked('UpdateContributorInsights', { ...input, ContributorInsightsAction: 'DISABLE' })).toEqual(both);
    ensureServiceRole(stores.iam, ACCOUNT, 'contributorInsights');
    expect(asked('UpdateContributorInsights', input)).toEqual(both);
    expect(asked('DescribeContributorInsights', { TableName: 'orders' })).toHaveLength(1);
  });

  it('need the rights on the stream that a table is to be connected to', () => {
    const role = serviceRoleArn(ACCOUNT, 'kinesisReplication');
    expect(asked('EnableKinesisStreamingDestination', { TableName: 'orders', StreamArn: STREAM })).toEqual([
      `dynamodb:EnableKinesisStreamingDestination ${TABLE}`,
      'kinesis:ListStreams null',
      `kinesis:PutRecords ${STREAM}`,
      `kinesis:DescribeStream ${STREAM}`,
      `iam:CreateServiceLinkedRole ${role}`,
    ]);
  });

  it('need the rights on the streams of a table to describe them', () => {
    const holdings = { ...stores.dynamodb, streamsOf: () => [STREAM] };
    expect(asked('DescribeKinesisStreamingDestination', { TableName: 'orders' })).toHaveLength(1);
    stores = { ...stores, dynamodb: holdings };
    expect(asked('DescribeKinesisStreamingDestination', { TableName: 'orders' })).toEqual([
      `dynamodb:DescribeKinesisStreamingDestination ${TABLE}`,
      `kinesis:DescribeStreamSummary ${STREAM}`,
      `kinesis:DescribeStream ${STREAM}`,
    ]);
  });
});

describe('Application Auto Scaling', () => {
  const target = `arn:aws:application-autoscaling:us-east-1:${ACCOUNT}:scalable-target/*`;
  const input = {
    ServiceNamespace: 'dynamodb',
    ResourceId: 'table/orders/index/by-day',
    ScalableDimension: 'dynamodb:index:ReadCapacityUnits',
  };
  const alarm = `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:TargetTracking-table/orders/index/by-day-*`;
  const on = (operation: string) => asked(operation, input, target, 'application-autoscaling');

  it('needs the rights to change the table itself, and once the right to make a role', () => {
    const rights = [
      `application-autoscaling:RegisterScalableTarget ${target}`,
      `dynamodb:DescribeTable ${TABLE}`,
      `dynamodb:UpdateTable ${TABLE}`,
    ];
    const role = serviceRoleArn(ACCOUNT, 'dynamoDbAutoscaling');
    expect(on('RegisterScalableTarget')).toEqual([...rights, `iam:CreateServiceLinkedRole ${role}`]);
    ensureServiceRole(stores.iam, ACCOUNT, 'dynamoDbAutoscaling');
    expect(on('RegisterScalableTarget')).toEqual(rights);
  });

  it('needs the rights on the alarms of a policy', () => {
    expect(on('PutScalingPolicy').slice(1)).toEqual([
      `cloudwatch:PutMetricAlarm ${alarm}`,
      `cloudwatch:DescribeAlarms ${alarm}`,
    ]);
    for (const operation of ['DeleteScalingPolicy', 'DeregisterScalableTarget']) {
      expect(on(operation).slice(1)).toEqual([`cloudwatch:DeleteAlarms ${alarm}`]);
    }
  });

  it('tells conditions what it is about', () => {
    const [own] = checks('PutScalingPolicy', input, target, 'application-autoscaling');
    expect(own?.context).toEqual({
      'application-autoscaling:service-namespace': 'dynamodb',
      'application-autoscaling:scalable-dimension': 'dynamodb:index:ReadCapacityUnits',
    });
  });
});

import { describe, expect, it } from 'vitest';
import { tableDefinition } from '../../../lambdas/dynamodb/definition.ts';
import { isActive, readTable, readWholeTable, tableKeyNames } from '../../../lambdas/dynamodb/read-table.ts';
import { refusal } from '../../support/factories.ts';
import { awsError, type ScriptedAnswer } from '../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../support/scripted-suite.ts';
import { clientsOf } from '../../support/table-clients.ts';

const dynamodb = scriptedDynamoDb();

const minimal = {
  TableName: 'orders',
  TableArn: 'arn:orders',
  TableId: 'id-1',
  TableStatus: 'ACTIVE',
  ItemCount: 3,
  TableSizeBytes: 300,
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};

/** Answers of the calls that a table is read with; `null` is what the service says of a table that is not there. */
function script(
  table: object | null,
  answers: Record<string, ScriptedAnswer | ((count: number) => ScriptedAnswer)> = {},
) {
  const counts: Record<string, number> = {};
  const usual: Record<string, ScriptedAnswer> = {
    DescribeTable: table ? { body: { Table: { ...minimal, ...table } } } : awsError('ResourceNotFoundException'),
    DescribeTimeToLive: { body: { TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } } },
    DescribeContinuousBackups: { body: { ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED' } } },
    ListTagsOfResource: { body: { Tags: [] } },
    GetResourcePolicy: awsError('PolicyNotFoundException'),
    DescribeKinesisStreamingDestination: { body: { TableName: 'orders' } },
    ListContributorInsights: { body: { ContributorInsightsSummaries: [] } },
    DescribeScalableTargets: { body: { ScalableTargets: [] } },
    DescribeKey: { body: { KeyMetadata: { KeyId: '1', KeyManager: 'CUSTOMER', KeyState: 'Enabled' } } },
  };
  dynamodb.script(({ operation }) => {
    const count = counts[operation] ?? 0;
    counts[operation] = count + 1;
    const answer = answers[operation] ?? usual[operation] ?? awsError('UnknownOperationException');
    return typeof answer === 'function' ? answer(count) : answer;
  });
}
const read = async (table: object | null, answers: Parameters<typeof script>[1] = {}) => {
  script(table, answers);
  return await readTable(dynamodb.client, 'orders');
};

describe('readTable', () => {
  it('answers null for a table that is not there, or that goes while it is read', async () => {
    expect(await read(null)).toBeNull();
    expect(await read({}, { DescribeTimeToLive: awsError('ResourceNotFoundException') })).toBeNull();
  });

  it('answers a definition that a bundle file may hold, with id and size', async () => {
    const state = await readWhole({});
    expect(state).toMatchObject({ id: 'id-1', arn: 'arn:orders', active: true, statistics: { items: 3, bytes: 300 } });
    expect(tableDefinition.safeParse(state?.definition).error).toBeUndefined();
  });

  it('does not take an empty answer for a table that is not there', async () => {
    const DescribeTable = (count: number): ScriptedAnswer =>
      count === 0 ? { body: '' } : { body: { Table: minimal } };
    expect(await read({}, { DescribeTable })).not.toBeNull();
  });

  it('reads every page of the tags, in order, without those of AWS', async () => {
    const ListTagsOfResource = (count: number): ScriptedAnswer =>
      count === 0
        ? {
            body: {
              Tags: [
                { Key: 'b', Value: '1' },
                { Key: 'aws:cloudformation:stack-name', Value: 'x' },
              ],
              NextToken: 't',
            },
          }
        : { body: { Tags: [{ Key: 'a', Value: '2' }] } };
    expect((await read({}, { ListTagsOfResource }))?.definition.tags).toEqual([
      { Key: 'a', Value: '2' },
      { Key: 'b', Value: '1' },
    ]);
  });

  it.each([
    ['ENABLED', { AttributeName: 'expires' }],
    ['ENABLING', { AttributeName: 'expires' }],
    ['DISABLING', null],
    ['DISABLED', null],
  ])('takes a time to live that is %s for %j', async (TimeToLiveStatus, expected) => {
    const DescribeTimeToLive = { body: { TimeToLiveDescription: { TimeToLiveStatus, AttributeName: 'expires' } } };
    expect((await read({}, { DescribeTimeToLive }))?.definition.timeToLive).toEqual(expected);
  });

  it.each([
    [{ PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: 7 }, { RecoveryPeriodInDays: 7 }],
    [{ PointInTimeRecoveryStatus: 'ENABLED' }, { RecoveryPeriodInDays: 35 }],
    [{ PointInTimeRecoveryStatus: 'DISABLED' }, null],
  ])('takes the recovery %j for %j', async (PointInTimeRecoveryDescription, expected) => {
    const description = { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription };
    const DescribeContinuousBackups = { body: { ContinuousBackupsDescription: description } };
    expect((await read({}, { DescribeContinuousBackups }))?.definition.pointInTimeRecovery).toEqual(expected);
  });

  it('says what it did not read, so that nobody compares it', async () => {
    expect((await read({}))?.definition.excluded).toEqual([
      'autoscaling',
      'contributorInsights',
      'encryption',
      'kinesisStreaming',
      'resourcePolicy',
    ]);
    expect((await readWhole({}))?.definition).not.toHaveProperty('excluded');
  });
});

const readWhole = async (table: object | null, answers: Parameters<typeof script>[1] = {}) => {
  script(table, answers);
  return await readWholeTable(clientsOf(dynamodb.endpoint), 'orders');
};

describe('readWholeTable', () => {
  it('answers null for a table that is not there, or that goes while it is read', async () => {
    expect(await readWhole(null)).toBeNull();
    expect(await readWhole({}, { ListContributorInsights: awsError('ResourceNotFoundException') })).toBeNull();
  });

  it('takes eight calls for a table that has nothing beside it', async () => {
    expect(await readWhole({})).not.toBeNull();
    expect([...new Set(dynamodb.calls.map(({ operation }) => operation))].sort()).toEqual([
      'DescribeContinuousBackups',
      'DescribeKinesisStreamingDestination',
      'DescribeScalableTargets',
      'DescribeTable',
      'DescribeTimeToLive',
      'GetResourcePolicy',
      'ListContributorInsights',
      'ListTagsOfResource',
    ]);
  });

  it('takes a denial for an error, not for a setting that is not there', async () => {
    const found = await refusal(() => readWhole({}, { GetResourcePolicy: awsError('AccessDeniedException') }));
    expect(found).toMatchObject({ name: 'Promotion.Permission' });
  });

  it('finds what is not carried over, each by its name', async () => {
    const LatestStreamArn = 'arn:orders/stream/1';
    const ScalableTargets = [{ ResourceId: 'table/orders', ScalableDimension: 'dynamodb:table:ReadCapacityUnits' }];
    const policy = { body: { Policy: '{"Statement":[]}' } };
    const state = await readWhole(
      {
        Replicas: [{ RegionName: 'eu-west-1' }],
        GlobalTableWitnesses: [{ RegionName: 'eu-west-2' }],
        VectorIndexes: [{ IndexName: 'by-likeness' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
        LatestStreamArn,
      },
      {
        DescribeScalableTargets: { body: { ScalableTargets } },
        DescribeScalingPolicies: { body: { ScalingPolicies: [] } },
        DescribeScheduledActions: { body: { ScheduledActions: [{ ScheduledActionName: 'every-morning' }] } },
        GetResourcePolicy: (count) => (count === 1 ? policy : awsError('PolicyNotFoundException')),
      },
    );
    expect(state?.findings.map(({ code }) => code)).toEqual([
      'ReplicasNotCarried',
      'VectorIndexesNotCarried',
      'ScheduledScalingNotCarried',
      'StreamPolicyNotCarried',
    ]);
    const words = state?.findings.map(({ message }) => message).join(' ');
    for (const name of ['eu-west-1', 'eu-west-2', 'by-likeness', 'every-morning']) expect(words).toContain(name);
    expect(state?.replicas).toEqual(['eu-west-1']);
  });
});

describe('pitfall 27: the key of an encrypted table', () => {
  const KMSMasterKeyArn = 'arn:aws:kms:us-east-1:222222222222:key/1';
  const SSEDescription = { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn };

  it('is named where a customer manages it', async () => {
    expect((await readWhole({ SSEDescription }))?.definition.table.SSESpecification).toEqual({
      Enabled: true,
      SSEType: 'KMS',
      KMSMasterKeyId: KMSMasterKeyArn,
    });
  });

  it('is not named where AWS manages it: the destination has its own', async () => {
    const DescribeKey = { body: { KeyMetadata: { KeyId: '1', KeyManager: 'AWS', KeyState: 'Enabled' } } };
    const state = await readWhole({ SSEDescription }, { DescribeKey });
    expect(state?.definition.table.SSESpecification).toEqual({ Enabled: true, SSEType: 'KMS' });
  });

  it('is not there where DynamoDB owns it, and KMS is not asked', async () => {
    expect((await readWhole({}))?.definition.table.SSESpecification).toBeUndefined();
    expect(dynamodb.calls.map(({ operation }) => operation)).not.toContain('DescribeKey');
  });
});

describe('warm throughput', () => {
  const warm = (ReadUnitsPerSecond: number, WriteUnitsPerSecond: number) => ({
    ReadUnitsPerSecond,
    WriteUnitsPerSecond,
  });
  it.each([
    ['what every new table has', warm(12_000, 4_000), { ReadCapacityUnits: 5, WriteCapacityUnits: 5 }, undefined],
    ['less', warm(5, 5), { ReadCapacityUnits: 5, WriteCapacityUnits: 5 }, undefined],
    ['what is provisioned', warm(20_000, 9_000), { ReadCapacityUnits: 20_000, WriteCapacityUnits: 9_000 }, undefined],
    ['more of one', warm(5, 5_000), { ReadCapacityUnits: 5, WriteCapacityUnits: 5 }, warm(12_000, 5_000)],
  ])('of %s is carried as %j', async (_what, WarmThroughput, ProvisionedThroughput, expected) => {
    const table = { WarmThroughput, ProvisionedThroughput };
    expect((await read(table))?.definition.table.WarmThroughput).toEqual(expected);
  });
});

describe('pitfall 21: the shapes of old and new descriptions', () => {
  const zero = { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 };
  const units = { ReadCapacityUnits: 5, WriteCapacityUnits: 2, NumberOfDecreasesToday: 1 };
  const index = {
    IndexName: 'by-id',
    IndexStatus: 'ACTIVE',
    KeySchema: minimal.KeySchema,
    Projection: { ProjectionType: 'ALL' },
  };

  it('a table without a billing mode summary is provisioned, index included', async () => {
    const table = {
      ProvisionedThroughput: units,
      GlobalSecondaryIndexes: [{ ...index, ProvisionedThroughput: units }],
    };
    const definition = (await read(table))?.definition.table;
    expect(definition).toMatchObject({
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 2 },
      GlobalSecondaryIndexes: [{ ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 2 } }],
    });
  });

  it('an on-demand table says no capacity, for itself and its indexes', async () => {
    const definition = (
      await read({
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        ProvisionedThroughput: zero,
        OnDemandThroughput: { MaxReadRequestUnits: -1, MaxWriteRequestUnits: -1 },
        GlobalSecondaryIndexes: [
          {
            ...index,
            ProvisionedThroughput: zero,
            OnDemandThroughput: { MaxReadRequestUnits: -1, MaxWriteRequestUnits: 9 },
          },
        ],
      })
    )?.definition.table;
    expect(definition?.BillingMode).toBe('PAY_PER_REQUEST');
    expect(JSON.stringify(definition)).not.toContain('ProvisionedThroughput');
    expect(definition?.OnDemandThroughput).toBeUndefined();
    expect(definition?.GlobalSecondaryIndexes?.[0]?.OnDemandThroughput).toEqual({ MaxWriteRequestUnits: 9 });
  });

  it('a table that was switched back has a summary and is provisioned', async () => {
    const table = { BillingModeSummary: { BillingMode: 'PROVISIONED' }, ProvisionedThroughput: units };
    expect((await read(table))?.definition.table.BillingMode).toBe('PROVISIONED');
  });

  it('a local index has no capacity of its own, and indexes come in the order of their names', async () => {
    const local = {
      IndexName: 'local',
      KeySchema: minimal.KeySchema,
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['b', 'a'] },
    };
    const table = {
      ProvisionedThroughput: units,
      LocalSecondaryIndexes: [local],
      GlobalSecondaryIndexes: [
        { ...index, IndexName: 'z-index' },
        { ...index, IndexName: 'a-index' },
      ],
    };
    const definition = (await read(table))?.definition.table;
    expect(definition?.LocalSecondaryIndexes).toEqual([
      { ...local, Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['a', 'b'] } },
    ]);
    expect(definition?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(['a-index', 'z-index']);
  });

  it('a table without class, stream and protection has the defaults', async () => {
    expect((await read({}))?.definition.table).toMatchObject({
      TableClass: 'STANDARD',
      DeletionProtectionEnabled: false,
    });
    expect(
      (await read({ StreamSpecification: { StreamEnabled: false } }))?.definition.table.StreamSpecification,
    ).toBeUndefined();
  });
});

describe('pitfall 23: a table that is not ready with all its indexes', () => {
  it.each([
    ['CREATING', [], false],
    ['UPDATING', [], false],
    ['ACTIVE', ['CREATING'], false],
    ['ACTIVE', ['ACTIVE', 'UPDATING'], false],
    ['ACTIVE', ['ACTIVE'], true],
    ['ACTIVE', [], true],
  ] as const)('%s with indexes %j is active: %s', (TableStatus, indexes, expected) => {
    const GlobalSecondaryIndexes = indexes.map((IndexStatus) => ({ IndexStatus }));
    expect(isActive({ TableStatus, GlobalSecondaryIndexes })).toBe(expected);
  });
});

describe('tableKeyNames', () => {
  it('answers the key of a table, partition key first', async () => {
    script({
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
    });
    expect(await tableKeyNames(dynamodb.client, 'orders')).toEqual(['id', 'at']);
  });

  it('refuses a table that has gone', async () => {
    script(null);
    expect(await refusal(() => tableKeyNames(dynamodb.client, 'orders'))).toMatchObject({
      name: 'Promotion.Data',
      code: 'TableGone',
    });
  });
});

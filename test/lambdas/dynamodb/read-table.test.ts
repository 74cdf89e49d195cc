import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { tableDefinition } from '../../../lambdas/dynamodb/definition.ts';
import { isActive, readTable, tableKeyNames } from '../../../lambdas/dynamodb/read-table.ts';
import { refusal } from '../../support/factories.ts';
import {
  awsError,
  type ScriptedAnswer,
  type ScriptedDynamoDb,
  startScriptedDynamoDb,
} from '../../support/scripted-dynamodb.ts';

let dynamodb: ScriptedDynamoDb;
beforeAll(async () => {
  dynamodb = await startScriptedDynamoDb();
});
afterAll(() => dynamodb.close());
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});

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

/** Answers of the four calls that a table is read with; `null` is what the service says of a table that is not there. */
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
    const state = await read({});
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

  it('finds what is not carried over: the key of the source, and replicas', async () => {
    const state = await read({
      SSEDescription: {
        Status: 'ENABLED',
        SSEType: 'KMS',
        KMSMasterKeyArn: 'arn:aws:kms:us-east-1:222222222222:key/1',
      },
      Replicas: [{ RegionName: 'eu-west-1' }],
    });
    expect(state?.findings.map(({ code }) => code)).toEqual(['KeyNotCarried', 'ReplicasNotCarried']);
    expect(state?.definition.table.SSESpecification).toEqual({ Enabled: true, SSEType: 'KMS' });
    expect(JSON.stringify(state?.definition)).not.toContain('222222222222');
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

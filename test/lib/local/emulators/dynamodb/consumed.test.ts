import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSettled, type Harness, settled, simpleTable, startHarness } from './harness.ts';

const TableName = 'charged';
const ReturnConsumedCapacity = 'INDEXES';
let harness: Harness;
let client: DynamoDBClient;
beforeAll(async () => {
  harness = await startHarness();
  client = harness.client();
  await createSettled(
    client,
    simpleTable(TableName, {
      AttributeDefinitions: ['pk', 'sk', 'day'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'local-day',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'day', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
});
afterAll(() => harness.close());

const item = (sk: string, more: Record<string, AttributeValue> = {}) => ({ pk: { S: 'a' }, sk: { S: sk }, ...more });
const put = async (Item: Record<string, AttributeValue>) =>
  (await client.send(new PutItemCommand({ TableName, Item, ReturnConsumedCapacity }))).ConsumedCapacity;

describe('pitfall 34: capacity of indexes', () => {
  it('is charged for the items that are in them, and for no others', async () => {
    const PutRequest = [item('x', { day: { S: 'monday' }, text: { S: 'x'.repeat(1500) } }), item('y')];
    const { ConsumedCapacity } = await client.send(
      new BatchWriteItemCommand({
        RequestItems: { [TableName]: PutRequest.map((Item) => ({ PutRequest: { Item } })) },
        ReturnConsumedCapacity,
      }),
    );
    expect(ConsumedCapacity).toEqual([
      {
        TableName,
        CapacityUnits: 5,
        Table: { CapacityUnits: 3 },
        LocalSecondaryIndexes: { 'local-day': { CapacityUnits: 2 } },
      },
    ]);
  });

  it('is not charged for an item that is older than the index and has no fit key for it', async () => {
    await put(item('old', { rank: { S: 'first' } }));
    await put(item('new', { rank: { N: '1' } }));
    await client.send(
      new UpdateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'rank', AttributeType: 'N' }],
        GlobalSecondaryIndexUpdates: [
          {
            Create: {
              IndexName: 'by-rank',
              KeySchema: [{ AttributeName: 'rank', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'KEYS_ONLY' },
            },
          },
        ],
      }),
    );
    await settled(client, TableName);
    expect(await put(item('old'))).not.toHaveProperty('GlobalSecondaryIndexes');
    expect(await put(item('new'))).toMatchObject({ GlobalSecondaryIndexes: { 'by-rank': { CapacityUnits: 1 } } });
  });
});

describe('pitfall 33: capacity of reads', () => {
  it('is rounded by page in a scan, by item in a batch, and is of the index that is read', async () => {
    await put(item('big', { day: { S: 'tuesday' }, text: { S: 'x'.repeat(5000) } }));
    const scanned = await client.send(
      new ScanCommand({ TableName, IndexName: 'local-day', ConsistentRead: true, ReturnConsumedCapacity }),
    );
    // 6.6 KB of two items together.
    expect(scanned.ConsumedCapacity).toEqual({
      TableName,
      CapacityUnits: 2,
      Table: { CapacityUnits: 0 },
      LocalSecondaryIndexes: { 'local-day': { CapacityUnits: 2 } },
    });
    const Keys = [item('x'), item('big'), item('absent')];
    const read = { RequestItems: { [TableName]: { Keys, ConsistentRead: true } }, ReturnConsumedCapacity } as const;
    const { ConsumedCapacity } = await client.send(new BatchGetItemCommand(read));
    expect(ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 4, Table: { CapacityUnits: 4 } }]);
  });

  it('is the least amount for a page of nothing', async () => {
    const query = {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'none' } },
    };
    const { ConsumedCapacity } = await client.send(new QueryCommand({ ...query, ReturnConsumedCapacity }));
    expect(ConsumedCapacity?.CapacityUnits).toBe(0.5);
  });
});

describe('warm throughput of an index', () => {
  it('is raised by way of UPDATING and never lowered', async () => {
    const index = async () => (await settled(client, TableName)).GlobalSecondaryIndexes?.[0]?.WarmThroughput;
    expect(await index()).toEqual({ ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4_000, Status: 'ACTIVE' });
    const warm = (WriteUnitsPerSecond: number) =>
      client.send(
        new UpdateTableCommand({
          TableName,
          GlobalSecondaryIndexUpdates: [{ Update: { IndexName: 'by-rank', WarmThroughput: { WriteUnitsPerSecond } } }],
        }),
      );
    const { TableDescription } = await warm(9000);
    expect(TableDescription?.GlobalSecondaryIndexes?.[0]?.WarmThroughput?.Status).toBe('UPDATING');
    await vi.waitFor(
      async () =>
        expect(await index()).toEqual({ ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 9_000, Status: 'ACTIVE' }),
      5000,
    );
    await expect(warm(8999)).rejects.toThrow('is lower than the current value, 9000');
  });
});

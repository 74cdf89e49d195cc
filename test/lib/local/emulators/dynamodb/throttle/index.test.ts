import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type CreateTableCommandInput,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ThrottleOptions } from '../../../../../../lib/local/emulators/dynamodb/throttle/index.ts';
import { createSettled, DEV, type Harness, refused, simpleTable, startHarness } from '../harness.ts';

const arn = (name: string) => `arn:aws:dynamodb:us-east-1:${DEV}:table/${name}`;
const TABLE = arn('orders');
const key = (AttributeName: string) => [{ AttributeName, KeyType: 'HASH' as const }];
const units = (ReadCapacityUnits: number, WriteCapacityUnits: number) => ({ ReadCapacityUnits, WriteCapacityUnits });

let now: number;
let harness: Harness;
let client: DynamoDBClient;
const start = async (more: Partial<CreateTableCommandInput>, capacity: ThrottleOptions = {}) => {
  harness = await startHarness({ capacity: { now: () => now, ...capacity } });
  client = harness.client();
  await createSettled(client, simpleTable('orders', more));
};
const provisioned = (read: number, write: number): Partial<CreateTableCommandInput> => ({
  BillingMode: 'PROVISIONED',
  ProvisionedThroughput: units(read, write),
});
beforeEach(() => {
  now = 0;
});
afterEach(() => harness.close());

const item = (pk: string, bytes = 0) => ({ pk: { S: pk }, text: { S: 'x'.repeat(bytes) } });
const put = (pk: string, bytes = 0) => client.send(new PutItemCommand({ TableName: 'orders', Item: item(pk, bytes) }));
const get = (pk: string) =>
  client.send(new GetItemCommand({ TableName: 'orders', Key: { pk: { S: pk } }, ConsistentRead: true }));
const batch = (keys: readonly string[], more: object = {}) =>
  client.send(
    new BatchWriteItemCommand({
      RequestItems: { orders: keys.map((pk) => ({ PutRequest: { Item: { ...item(pk), ...more } } })) },
    }),
  );
const keys = (count: number) => Array.from({ length: count }, (_, position) => `key-${position}`);
async function reasons(call: Promise<unknown>) {
  const error = (await call.then(
    () => new Error('no refusal'),
    (refusal: Error) => refusal,
  )) as Error & { ThrottlingReasons?: object[]; throttlingReasons?: object[] };
  return { code: error.name, reasons: error.ThrottlingReasons ?? error.throttlingReasons };
}

describe('a table kept to its capacity', () => {
  it('refuses a write beyond it, with the reason, until time has refilled it', async () => {
    await start(provisioned(100, 2));
    await put('a');
    await put('b');
    expect(await reasons(put('c'))).toEqual({
      code: 'ProvisionedThroughputExceededException',
      reasons: [{ reason: 'TableWriteProvisionedThroughputExceeded', resource: TABLE }],
    });
    now = 500;
    await put('c');
    expect((await get('c')).Item).toBeDefined();
  });

  it('writes a batch in part and tells the rest as unprocessed', async () => {
    await start(provisioned(100, 4));
    const { UnprocessedItems } = await batch(keys(10));
    expect(UnprocessedItems?.orders?.map(({ PutRequest }) => PutRequest?.Item?.pk?.S)).toEqual(keys(10).slice(4));
    expect((await client.send(new ScanCommand({ TableName: 'orders' }))).Count).toBe(4);
    expect((await reasons(batch(keys(10)))).code).toBe('ProvisionedThroughputExceededException');
  });

  it('charges what the service charges, also a delete by the size of what was there', async () => {
    await start(provisioned(100, 10));
    await put('large', 7 * 1024);
    now = 1000;
    await client.send(new DeleteItemCommand({ TableName: 'orders', Key: { pk: { S: 'large' } } }));
    expect(
      await reasons(
        put('next')
          .then(() => put('over'))
          .then(() => put('last')),
      ),
    ).toMatchObject({
      code: 'ProvisionedThroughputExceededException',
    });
  });

  it('gives back what a refused write was expected to use', async () => {
    await start(provisioned(100, 3));
    const condition = { ConditionExpression: 'attribute_exists(pk)' };
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const call = client.send(new PutItemCommand({ TableName: 'orders', Item: item('absent'), ...condition }));
      expect(await refused(call)).toMatch(/^ConditionalCheckFailedException/);
    }
  });

  it('refuses pages once the last one has used the reads up, and answers keys in part', async () => {
    await start(provisioned(3, 1000));
    await batch(keys(10));
    const scan = () => client.send(new ScanCommand({ TableName: 'orders', ConsistentRead: true }));
    await scan();
    await scan();
    await scan();
    expect((await reasons(scan())).reasons).toEqual([
      { reason: 'TableReadProvisionedThroughputExceeded', resource: TABLE },
    ]);
    now = 60_000;
    const Keys = keys(8).map((pk) => ({ pk: { S: pk } }));
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { orders: { Keys } } }),
    );
    // Three units a second, half a unit a key.
    expect(Responses?.orders).toHaveLength(6);
    expect(UnprocessedKeys?.orders?.Keys).toEqual(Keys.slice(6));
  });

  it('answers consumed capacity only as far as it was asked for', async () => {
    await start(provisioned(100, 100));
    expect(await put('a')).not.toHaveProperty('ConsumedCapacity');
    const asked = { TableName: 'orders', Item: item('b') };
    const total = await client.send(new PutItemCommand({ ...asked, ReturnConsumedCapacity: 'TOTAL' }));
    expect(total.ConsumedCapacity).toEqual({ TableName: 'orders', CapacityUnits: 1 });
    expect(await batch(keys(2))).not.toHaveProperty('ConsumedCapacity');
  });

  it('leaves a table on demand alone unless it has a maximum', async () => {
    await start({});
    for (const key of keys(5)) await put(key, 100_000);
    await createSettled(
      client,
      simpleTable('capped', { OnDemandThroughput: { MaxReadRequestUnits: 10, MaxWriteRequestUnits: 1 } }),
    );
    const write = (pk: string) => client.send(new PutItemCommand({ TableName: 'capped', Item: item(pk) }));
    await write('a');
    expect(await reasons(write('b'))).toEqual({
      code: 'ThrottlingException',
      reasons: [{ reason: 'TableWriteMaxOnDemandThroughputExceeded', resource: arn('capped') }],
    });
  });

  it('leaves requests that are wrong to be refused as ever', async () => {
    await start(provisioned(1, 1));
    expect(await refused(client.send(new PutItemCommand({ TableName: 'nowhere', Item: item('a') })))).toMatch(
      /^ResourceNotFoundException/,
    );
    for (const body of ['{"TableName":"orders","Item":{"pk":{"S":5}}}', '{"RequestItems":{"orders":[{}]}}', '{']) {
      const operation = body.includes('RequestItems') ? 'BatchWriteItem' : 'PutItem';
      expect((await harness.raw(operation, body)).status).toBe(400);
    }
  });
});

describe('pitfall 34: an index with less capacity than its table', () => {
  it('throttles the writes that reach it, and no other', async () => {
    await start({
      ...provisioned(100, 100),
      AttributeDefinitions: ['pk', 'day'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-day',
          KeySchema: key('day'),
          Projection: { ProjectionType: 'ALL' },
          ProvisionedThroughput: units(1, 2),
        },
      ],
    });
    const { UnprocessedItems } = await batch(keys(5), { day: { S: 'monday' } });
    expect(UnprocessedItems?.orders).toHaveLength(3);
    const index = { resource: `${TABLE}/index/by-day` };
    expect(await reasons(batch(['x'], { day: { S: 'monday' } }))).toMatchObject({
      reasons: [{ reason: 'IndexWriteProvisionedThroughputExceeded', ...index }],
    });
    expect((await batch(['y', 'z'])).UnprocessedItems).toEqual({});
    const query = () =>
      client.send(
        new QueryCommand({
          TableName: 'orders',
          IndexName: 'by-day',
          KeyConditionExpression: '#d = :d',
          ExpressionAttributeNames: { '#d': 'day' },
          ExpressionAttributeValues: { ':d': { S: 'monday' } },
        }),
      );
    await query();
    await query();
    expect(await reasons(query())).toMatchObject({
      reasons: [{ reason: 'IndexReadProvisionedThroughputExceeded', ...index }],
    });
    await get('key-0');
  });
});

describe('partitions', () => {
  it('have a ceiling of their own, whatever the table has', async () => {
    await start(provisioned(1000, 1000), { partitions: { count: 4, writeUnits: 2 } });
    const hot = () => put('one-key');
    await hot();
    await hot();
    expect(await reasons(hot())).toEqual({
      code: 'ProvisionedThroughputExceededException',
      reasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded', resource: TABLE }],
    });
    const { UnprocessedItems } = await batch(keys(25));
    const left = UnprocessedItems?.orders?.length ?? 0;
    // Each of the other three takes its two.
    expect(left).toBe(25 - 6);
  });
});

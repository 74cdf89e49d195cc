import { crc32 } from 'node:zlib';
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSettled, DEV, type Harness, PROD, refused, simpleTable, startHarness } from './harness.ts';

let harness: Harness;
let client: DynamoDBClient;
beforeAll(async () => {
  harness = await startHarness();
  client = harness.client();
  await createSettled(client, simpleTable('items'));
  await createSettled(
    client,
    simpleTable('indexed', {
      AttributeDefinitions: ['pk', 'sk', 'colour', 'rank'].map((AttributeName) => ({
        AttributeName,
        AttributeType: AttributeName === 'rank' ? 'N' : 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'byRank',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'rank', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byColour',
          KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] },
        },
      ],
    }),
  );
});
afterAll(() => harness.close());

type Attributes = Record<string, AttributeValue>;
const put = (Item: Attributes, TableName = 'items') => client.send(new PutItemCommand({ TableName, Item }));
const get = async (pk: string) =>
  (await client.send(new GetItemCommand({ TableName: 'items', Key: { pk: { S: pk } }, ConsistentRead: true }))).Item;
const writes = (...items: Attributes[]) => ({
  RequestItems: { items: items.map((Item) => ({ PutRequest: { Item } })) },
});
const nested = (levels: number): AttributeValue => {
  let value: AttributeValue = { S: 'leaf' };
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? { L: [value] } : { M: { in: value } };
  return value;
};

describe('answers', () => {
  it('carry the CRC-32 of their bytes, refusals too', async () => {
    for (const [operation, body] of [
      ['Scan', { TableName: 'items' }],
      ['DescribeTable', { TableName: 'items' }],
      ['DescribeTable', { TableName: 'nowhere' }],
      ['TransactWriteItems', {}],
    ] as const) {
      const response = await harness.raw(operation, JSON.stringify(body));
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(response.headers.get('x-amz-crc32')).toBe(String(crc32(bytes)));
    }
  });

  it('refuse operations that are not built by name', async () => {
    for (const operation of ['TransactGetItems', 'ExecuteStatement', 'StartBulkPutItems', 'constructor', '']) {
      const response = await harness.raw(operation, '{}');
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({
        __type: 'com.amazon.coral.service#UnknownOperationException',
        message: `operation ${operation} is not supported`,
      });
    }
  });

  it('refuse text that is not JSON', async () => {
    for (const operation of ['PutItem', 'DescribeTable']) {
      const response = await harness.raw(operation, '{"TableName":');
      expect(await response.json()).toMatchObject({ __type: 'com.amazon.coral.service#SerializationException' });
    }
  });
});

describe('values', () => {
  it('pitfall 7 and 8: come back as they were put, numbers in normal form', async () => {
    const Item: Attributes = {
      pk: { S: 'golden "\\ é' },
      empty: { S: '' },
      noBytes: { B: new Uint8Array() },
      digits: { N: '12345678901234567890123456789012345678' },
      zero: { N: '0' },
      nothing: { NULL: true },
      list: { L: [] },
      map: { M: {} },
      strings: { SS: ['b', 'a'] },
      numbers: { NS: ['2', '10'] },
      blobs: { BS: [new Uint8Array([1]), new Uint8Array([0])] },
      deep: nested(32),
    };
    await put(Item);
    expect(await get('golden "\\ é')).toEqual(Item);
    await put({ pk: { S: 'normal' }, text: { N: '001.500' }, minus: { N: '-0' } });
    expect(await get('normal')).toEqual({ pk: { S: 'normal' }, text: { N: '1.5' }, minus: { N: '0' } });
  });

  it.each<[string, Attributes, string]>([
    ['nesting of 33 levels', { pk: { S: 'a' }, deep: nested(33) }, 'Nesting Levels have exceeded supported limits'],
    ['39 digits', { pk: { S: 'a' }, n: { N: '1'.repeat(39) } }, 'more than 38 significant digits'],
    ['a number too large', { pk: { S: 'a' }, n: { N: '1E+126' } }, 'Number overflow'],
    ['an empty set', { pk: { S: 'a' }, s: { SS: [] } }, 'may not be empty'],
    ['an empty key', { pk: { S: '' } }, 'cannot contain an empty string value. Key: pk'],
    ['a key of 2049 bytes', { pk: { S: `${'é'.repeat(1024)}x` } }, 'exceeded the maximum size limit of2048 bytes'],
    ['no key', { other: { S: 'a' } }, 'Missing the key pk in the item'],
    ['a key of the wrong type', { pk: { N: '1' } }, 'Type mismatch for key pk expected: S actual: N'],
  ])('are refused: %s', async (_what, item, reason) => {
    const refusal = await refused(put(item));
    expect(refusal).toMatch(/^ValidationException: /);
    expect(refusal).toContain(reason);
  });

  it('pitfall 19: may take exactly 400 KB, in UTF-8 bytes, names included', async () => {
    const room = 400 * 1024 - 'pk'.length - 'x'.length - 'text'.length;
    await put({ pk: { S: 'x' }, text: { S: 'é'.repeat(Math.floor(room / 2)) + 'a'.repeat(room % 2) } });
    const over = { pk: { S: 'x' }, text: { S: 'é'.repeat(Math.floor(room / 2)) + 'a'.repeat((room % 2) + 1) } };
    expect(await refused(put(over))).toBe('ValidationException: Item size has exceeded the maximum allowed size');
  });
});

describe('pitfall 18: index keys', () => {
  const key = { pk: { S: 'a' }, sk: { S: 'b' } };

  it('refuse a wrong type and an empty string, as in the service', async () => {
    expect(await refused(put({ ...key, colour: { N: '1' } }, 'indexed'))).toBe(
      'ValidationException: One or more parameter values were invalid: Type mismatch for Index Key colour Expected: S Actual: N IndexName: byColour',
    );
    expect(await refused(put({ ...key, colour: { S: '' } }, 'indexed'))).toBe(
      'ValidationException: One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: byColour, IndexKey: colour',
    );
  });

  it('refuse the whole batch for one item, and an update that would leave such a value', async () => {
    const bad = [key, { pk: { S: 'c' }, sk: { S: 'd' }, rank: { S: 'first' } }];
    const batch = { RequestItems: { indexed: bad.map((Item) => ({ PutRequest: { Item } })) } };
    expect(await refused(client.send(new BatchWriteItemCommand(batch)))).toContain('IndexName: byRank');
    const read = new GetItemCommand({ TableName: 'indexed', Key: key });
    expect((await client.send(read)).Item).toBeUndefined();
    await put({ ...key, source: { S: '' } }, 'indexed');
    const copy = new UpdateItemCommand({
      TableName: 'indexed',
      Key: key,
      UpdateExpression: 'SET colour = #source',
      ExpressionAttributeNames: { '#source': 'source' },
    });
    expect(await refused(client.send(copy))).toContain('IndexKey: colour');
  });

  it('tell apart thousands of items with one index key', async () => {
    const total = 6000;
    for (let start = 0; start < total; start += 25) {
      const items = Array.from({ length: 25 }, (_, step) => ({
        pk: { S: `${start + step}` },
        sk: { S: 'x' },
        colour: { S: 'grey' },
      }));
      await client.send(
        new BatchWriteItemCommand({ RequestItems: { indexed: items.map((Item) => ({ PutRequest: { Item } })) } }),
      );
    }
    let found = 0;
    let start: Attributes | undefined;
    do {
      const page = await client.send(
        new QueryCommand({
          TableName: 'indexed',
          IndexName: 'byColour',
          KeyConditionExpression: 'colour = :grey',
          ExpressionAttributeValues: { ':grey': { S: 'grey' } },
          ExclusiveStartKey: start,
          Limit: 999,
        }),
      );
      found += page.Count ?? 0;
      start = page.LastEvaluatedKey;
    } while (start);
    expect(found).toBe(total);
  });
});

describe('conditions', () => {
  it('return the item that they failed on when asked to', async () => {
    await put({ pk: { S: 'mine' }, owner: { S: 'me' } });
    const failing = new PutItemCommand({
      TableName: 'items',
      Item: { pk: { S: 'mine' } },
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const error = await client.send(failing).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect((error as ConditionalCheckFailedException).Item).toEqual({ pk: { S: 'mine' }, owner: { S: 'me' } });
  });
});

describe('batches', () => {
  const items = (count: number) => Array.from({ length: count }, (_, position) => ({ pk: { S: `batch-${position}` } }));

  it('write 25 and read 100, always telling what is unprocessed', async () => {
    const answer = await client.send(new BatchWriteItemCommand(writes(...items(25))));
    expect(answer.UnprocessedItems).toEqual({});
    const read = await client.send(new BatchGetItemCommand({ RequestItems: { items: { Keys: items(100) } } }));
    expect(read.Responses?.items).toHaveLength(25);
    expect(read.UnprocessedKeys).toEqual({});
  });

  it('refuse 26 writes, also spread over tables, and 101 reads', async () => {
    expect(await refused(client.send(new BatchWriteItemCommand(writes(...items(26)))))).toMatch(/^ValidationException/);
    const spread = {
      RequestItems: {
        ...writes(...items(25)).RequestItems,
        indexed: [{ DeleteRequest: { Key: { pk: { S: 'a' }, sk: { S: 'b' } } } }],
      },
    };
    expect(await refused(client.send(new BatchWriteItemCommand(spread)))).toBe(
      'ValidationException: Too many items requested for the BatchWriteItem call',
    );
    expect(
      await refused(client.send(new BatchGetItemCommand({ RequestItems: { items: { Keys: items(101) } } }))),
    ).toMatch(/^ValidationException/);
  });

  it('pitfall 4: refuse two requests for one key', async () => {
    expect(await refused(client.send(new BatchWriteItemCommand(writes(...items(1), ...items(1)))))).toBe(
      'ValidationException: Provided list of item keys contains duplicates',
    );
  });

  it('pitfall 20: refuse bodies over 16 MB', async () => {
    const body = JSON.stringify(writes({ pk: { S: 'x'.repeat(16 * 1024 * 1024) } }));
    const response = await harness.raw('BatchWriteItem', body);
    expect(response.status).toBe(413);
  });

  it('leave what exceeds 16 MB of reading unprocessed', async () => {
    const large = Array.from({ length: 44 }, (_, position) => ({ pk: { S: `large-${position}` } }));
    for (const key of large) await put({ ...key, text: { S: 'x'.repeat(390_000) } });
    const read = await client.send(
      new BatchGetItemCommand({ RequestItems: { items: { Keys: large, ConsistentRead: true } } }),
    );
    expect(read.Responses?.items).toHaveLength(43);
    expect(read.UnprocessedKeys).toEqual({ items: { Keys: [{ pk: { S: 'large-43' } }], ConsistentRead: true } });
  });

  it('answer under the name that the caller used, and refuse tables of other accounts', async () => {
    const arn = `arn:aws:dynamodb:us-east-1:${DEV}:table/items`;
    const read = (name: string) =>
      client.send(new BatchGetItemCommand({ RequestItems: { [name]: { Keys: items(1) } } }));
    expect((await read(arn)).Responses?.[arn]).toEqual(items(1));
    expect(await refused(read(arn.replace(DEV, PROD)))).toMatch(/^AccessDeniedException: .* dynamodb:BatchGetItem on /);
  });
});

describe('consumed capacity', () => {
  const key = { pk: { S: 'capacity' }, sk: { S: '1' } };
  const change = async (more: Attributes) =>
    (
      await client.send(
        new PutItemCommand({ TableName: 'indexed', Item: { ...key, ...more }, ReturnConsumedCapacity: 'INDEXES' }),
      )
    ).ConsumedCapacity;

  it('counts an index when its entry comes, changes, moves and stays', async () => {
    expect(await change({ colour: { S: 'red' }, rank: { N: '1' } })).toEqual({
      TableName: 'indexed',
      CapacityUnits: 3,
      Table: { CapacityUnits: 1 },
      LocalSecondaryIndexes: { byRank: { CapacityUnits: 1 } },
      GlobalSecondaryIndexes: { byColour: { CapacityUnits: 1 } },
    });
    const noted = await change({ colour: { S: 'red' }, rank: { N: '1' }, note: { S: 'n'.repeat(1500) } });
    expect(noted).toMatchObject({ CapacityUnits: 4, GlobalSecondaryIndexes: { byColour: { CapacityUnits: 2 } } });
    expect(noted).not.toHaveProperty('LocalSecondaryIndexes');
    const moved = await change({ colour: { S: 'blue' }, rank: { N: '1' } });
    expect(moved).toMatchObject({
      Table: { CapacityUnits: 2 },
      GlobalSecondaryIndexes: { byColour: { CapacityUnits: 3 } },
    });
    expect(await change({ colour: { S: 'blue' }, rank: { N: '1' }, unprojected: { S: 'x' } })).toEqual({
      TableName: 'indexed',
      CapacityUnits: 1,
      Table: { CapacityUnits: 1 },
    });
  });

  it('adds up the indexes of a batch, and shows only the sum for TOTAL', async () => {
    const batch = (detail: 'TOTAL' | 'INDEXES') =>
      client.send(
        new BatchWriteItemCommand({
          RequestItems: {
            indexed: ['x', 'y'].map((sk) => ({
              PutRequest: { Item: { pk: { S: detail }, sk: { S: sk }, colour: { S: 'green' } } },
            })),
          },
          ReturnConsumedCapacity: detail,
        }),
      );
    expect((await batch('INDEXES')).ConsumedCapacity).toEqual([
      {
        TableName: 'indexed',
        CapacityUnits: 4,
        Table: { CapacityUnits: 2 },
        GlobalSecondaryIndexes: { byColour: { CapacityUnits: 2 } },
      },
    ]);
    expect((await batch('TOTAL')).ConsumedCapacity).toEqual([{ TableName: 'indexed', CapacityUnits: 4 }]);
  });

  it('counts reads in steps of 4 KB, half unless consistent', async () => {
    await put({ pk: { S: 'read' }, text: { S: 'x'.repeat(4096) } });
    const read = async (ConsistentRead: boolean) =>
      (
        await client.send(
          new GetItemCommand({
            TableName: 'items',
            Key: { pk: { S: 'read' } },
            ConsistentRead,
            ReturnConsumedCapacity: 'TOTAL',
          }),
        )
      ).ConsumedCapacity?.CapacityUnits;
    expect(await read(true)).toBe(2);
    expect(await read(false)).toBe(1);
  });

  it('counts a delete by the size of what was there', async () => {
    await put({ pk: { S: 'gone' }, text: { S: 'x'.repeat(2048) } });
    const remove = () =>
      client.send(
        new DeleteItemCommand({ TableName: 'items', Key: { pk: { S: 'gone' } }, ReturnConsumedCapacity: 'TOTAL' }),
      );
    expect((await remove()).ConsumedCapacity?.CapacityUnits).toBe(3);
    expect((await remove()).ConsumedCapacity?.CapacityUnits).toBe(1);
  });
});

describe('unknown members', () => {
  it.each([
    ['PutItem', { TableName: 'items', Item: { pk: { S: 'a' } }, Colour: 1 }, "'Colour'"],
    [
      'BatchWriteItem',
      { RequestItems: { items: [{ PutRequest: { Itme: {} } }] } },
      "'RequestItems.items.0.PutRequest.Itme'",
    ],
    ['Scan', { TableName: 'items', constructor: 1 }, "'constructor'"],
  ])('of %s are refused', async (operation, body, member) => {
    const response = await harness.raw(operation, JSON.stringify(body));
    expect(await response.json()).toMatchObject({
      __type: 'com.amazon.coral.validate#ValidationException',
      message: expect.stringContaining(member),
    });
  });
});

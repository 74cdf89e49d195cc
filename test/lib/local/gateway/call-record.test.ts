import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type ReturnConsumedCapacity,
  ScanCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realClock } from '../../../../lib/local/clock.ts';
import { createDynamoDbService } from '../../../../lib/local/emulators/dynamodb/index.ts';
import { answeredEntry, unitsTold } from '../../../../lib/local/gateway/call-record.ts';
import type { RecordedCall } from '../../../../lib/local/service.ts';
import { ROOT, startWorld, TOOLING, type World } from './fixture.ts';

const told = (answer: unknown) => unitsTold(Buffer.from(JSON.stringify(answer)));
const attribute = { ConsumedCapacity: { N: '7' } };

describe('unitsTold', () => {
  it('is the sum over all tables of a batch', () => {
    const ConsumedCapacity = [
      { CapacityUnits: 2.5 },
      { TableName: 'b', CapacityUnits: 40, Table: { CapacityUnits: 3 } },
    ];
    expect(told({ UnprocessedItems: {}, ConsumedCapacity })).toBe(42.5);
  });

  it('is told by a member at the beginning, in the middle and at the end', () => {
    const ConsumedCapacity = { CapacityUnits: 0.5 };
    expect(told({ ConsumedCapacity })).toBe(0.5);
    expect(told({ ConsumedCapacity, Item: { pk: { S: 'é' } } })).toBe(0.5);
    expect(told({ Items: [], ConsumedCapacity, Count: 0 })).toBe(0.5);
    expect(told({ Items: [{ pk: { S: 'é' } }], ConsumedCapacity })).toBe(0.5);
  });

  it('reads nothing of a page before its last member', () => {
    expect(unitsTold(Buffer.from('{"Items":[…],"ConsumedCapacity":{"CapacityUnits":128.5}}'))).toBe(128.5);
  });

  it('is nothing for an attribute of that name, or a text', () => {
    expect(told({ Item: attribute })).toBeNull();
    expect(told({ Items: [attribute, { pk: { M: attribute } }], Count: 2 })).toBeNull();
    expect(told({ Items: [{ text: { S: JSON.stringify({ ConsumedCapacity: { CapacityUnits: 1 } }) } }] })).toBeNull();
  });

  it('is not hidden by an attribute or an index of that name', () => {
    const index = { GlobalSecondaryIndexes: { ConsumedCapacity: { CapacityUnits: 9 } } };
    expect(told({ ConsumedCapacity: { CapacityUnits: 1 }, Item: attribute })).toBe(1);
    expect(told({ Items: [attribute], ConsumedCapacity: { CapacityUnits: 10, ...index } })).toBe(10);
  });

  it('is nothing for an answer without it, or without a body', () => {
    expect(told({ Items: [], Count: 0 })).toBeNull();
    expect(unitsTold(Buffer.alloc(0))).toBeNull();
  });
});

describe('answeredEntry', () => {
  const entry: RecordedCall = {
    ...{ at: new Date(0).toISOString(), account: TOOLING, role: null, service: 'dynamodb', operation: 'Scan' },
    ...{ resource: null, allowed: true, fault: null },
  };
  const body = JSON.stringify({ ConsumedCapacity: { CapacityUnits: 3 } });

  it('has the units of DynamoDB alone, and of successes', () => {
    expect(answeredEntry(entry, { status: 200, headers: {}, body })).toEqual({ ...entry, units: 3 });
    expect(answeredEntry(entry, { status: 400, headers: {}, body })).toEqual(entry);
    const object = { ...entry, service: 's3', operation: 'GetObject' };
    expect(answeredEntry(object, { status: 200, headers: {}, body })).toEqual(object);
  });
});

describe('GET /_local/calls', () => {
  let world: World;
  let dynamodb: DynamoDBClient;
  let permitted = true;
  beforeAll(async () => {
    world = await startWorld([createDynamoDbService({ clock: realClock(100) })], {
      authorize: () => ({ allowed: permitted, reason: 'no identity-based policy allows it' }),
    });
    dynamodb = new DynamoDBClient(world.client(ROOT));
    await dynamodb.send(
      new CreateTableCommand({
        TableName: 'films',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: ['id', 'colour'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byColour',
            KeySchema: [{ AttributeName: 'colour', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      }),
    );
    await waitUntilTableExists({ client: dynamodb, maxWaitTime: 20, minDelay: 1 }, { TableName: 'films' });
  });
  afterAll(async () => {
    dynamodb.destroy();
    await world.close();
  });

  const last = async (query = '?units') => {
    const response = await fetch(`${world.endpoint}/_local/calls${query}`);
    return ((await response.json()) as RecordedCall[]).at(-1);
  };
  const common = {
    ...{ at: expect.any(String), account: TOOLING, role: null, service: 'dynamodb', allowed: true, fault: null },
    resource: `arn:aws:dynamodb:us-east-1:${TOOLING}:table/films`,
  };
  const write = (ids: readonly string[], detail?: ReturnConsumedCapacity) =>
    dynamodb.send(
      new BatchWriteItemCommand({
        ReturnConsumedCapacity: detail,
        RequestItems: {
          films: ids.map((id) => ({ PutRequest: { Item: { id: { S: id }, colour: { S: 'blue' } } } })),
        },
      }),
    );

  it('has the same members for every call unless it is asked for more', async () => {
    await write(['plain'], 'TOTAL');
    expect(Object.keys((await last('')) ?? {})).toEqual([
      ...['at', 'account', 'role', 'service', 'operation', 'resource', 'allowed', 'fault'],
    ]);
  });

  it.each(['INDEXES', 'TOTAL'] as const)(
    'tells what a batch consumed of a table and its index, by %s',
    async (detail) => {
      await write([`${detail}-1`, `${detail}-2`, `${detail}-3`], detail);
      expect(await last()).toEqual({ ...common, operation: 'BatchWriteItem', units: 6 });
    },
  );

  it('tells what reads consumed', async () => {
    await write(['read']);
    const one = { TableName: 'films', Key: { id: { S: 'read' } }, ReturnConsumedCapacity: 'TOTAL' } as const;
    await dynamodb.send(new GetItemCommand(one));
    expect(await last()).toEqual({ ...common, operation: 'GetItem', units: 0.5 });
    await dynamodb.send(
      new ScanCommand({ TableName: 'films', ConsistentRead: true, ReturnConsumedCapacity: 'INDEXES' }),
    );
    expect(await last()).toEqual({ ...common, operation: 'Scan', units: 1 });
  });

  it('tells no units where the caller did not ask for them', async () => {
    await write(['unasked']);
    expect(await last()).toEqual({ ...common, operation: 'BatchWriteItem' });
  });

  it('tells no units of what was refused, by policy or by the table', async () => {
    permitted = false;
    await expect(write(['denied'], 'INDEXES')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(await last()).toEqual({ ...common, operation: 'BatchWriteItem', allowed: false });
    permitted = true;
    const put = new PutItemCommand({
      ...{ TableName: 'films', Item: { id: { S: 'read' } }, ReturnConsumedCapacity: 'TOTAL' },
      ConditionExpression: 'attribute_exists(nowhere)',
    });
    await expect(dynamodb.send(put)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(await last()).toEqual({ ...common, operation: 'PutItem' });
  });
});

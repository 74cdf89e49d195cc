import { describe, expect, it } from 'vitest';
import { jsonOf } from '../../../lambdas/core/json-text.ts';
import { canonicalItem, fromJson, type Item, toJson } from '../../../lambdas/dynamodb/attributes.ts';
import type { WireItem } from '../../../lambdas/dynamodb/engine.ts';
import { openSdkTable } from '../../../lambdas/dynamodb/sdk-engine.ts';
import { refusal } from '../../support/factories.ts';
import { awsError, type ScriptedCall } from '../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../support/scripted-suite.ts';

const dynamodb = scriptedDynamoDb();

const itemsOf = (count: number, size = 0): Item[] =>
  Array.from({ length: count }, (_, index) => ({ id: { S: `item-${index}` }, data: { S: 'x'.repeat(size) } }));
const plenty = () => 60_000;
const open = (remaining = plenty) => openSdkTable(dynamodb.client, { table: 'orders', remaining, batchesInFlight: 8 });
const bytesOf = (item: Item) => Buffer.from(JSON.stringify(toJson(item)));
const itemIn = (bytes: Buffer): Item => fromJson(jsonOf(bytes.toString()));
const write = (items: readonly Item[], remaining = plenty) => open(remaining).write(items.map(bytesOf));
const scan = async (after: WireItem | null = null) => {
  const { items, next } = await open().page({ segment: 0, total: 1, after, consistent: true });
  return { items: items.map(itemIn), next };
};
const readAll = async (keys: readonly Item[], keysOnly?: readonly string[]) => {
  const found = await open().read(keys.map(toJson), keysOnly && { keysOnly });
  return new Map(found.map(itemIn).map((item) => [canonicalItem({ id: item.id as never }), item]));
};

type Put = { PutRequest: { Item: Item } };
const putsOf = ({ input }: ScriptedCall) => (input.RequestItems as { orders: Put[] }).orders;
const done = { body: { UnprocessedItems: {} } };
const idsOf = (puts: readonly Put[]) => puts.map(({ PutRequest }) => PutRequest.Item.id?.S ?? '').sort();

describe('write', () => {
  it('writes every item once, 25 at most a call', async () => {
    dynamodb.script(() => done);
    await write(itemsOf(60));
    expect(dynamodb.calls.map((call) => putsOf(call).length).sort()).toEqual([10, 25, 25]);
    expect(idsOf(dynamodb.calls.flatMap(putsOf))).toEqual(
      itemsOf(60)
        .map(({ id }) => id?.S)
        .sort(),
    );
  });

  it('makes no call for nothing', async () => {
    dynamodb.script(() => done);
    await write([]);
    expect(dynamodb.calls).toEqual([]);
  });

  it('sends numbers, binaries and sets as they were', async () => {
    const item: Item = {
      id: { S: 'a' },
      number: { N: '12345678901234567890123456789012345678' },
      bytes: { B: new Uint8Array([0, 255]) },
      nested: { M: { set: { BS: [new Uint8Array([1])] }, empty: { L: [] } } },
    };
    dynamodb.script(() => done);
    await write([item]);
    expect(dynamodb.calls[0]?.input).toMatchObject({
      RequestItems: {
        orders: [
          {
            PutRequest: {
              Item: {
                id: { S: 'a' },
                number: { N: '12345678901234567890123456789012345678' },
                bytes: { B: 'AP8=' },
                nested: { M: { set: { BS: ['AQ=='] }, empty: { L: [] } } },
              },
            },
          },
        ],
      },
    });
  });
});

describe('pitfall 1: unprocessed items', () => {
  it('are written again until none is left', async () => {
    const written = new Set<string>();
    // Of every call the first third is taken, and at least one.
    dynamodb.script((call) => {
      const puts = putsOf(call);
      const taken = Math.max(1, Math.floor(puts.length / 3));
      for (const id of idsOf(puts.slice(0, taken))) written.add(id);
      const left = puts.slice(taken);
      return { body: { UnprocessedItems: left.length > 0 ? { orders: left } : {} } };
    });
    await write(itemsOf(25));
    expect(written.size).toBe(25);
    expect(dynamodb.calls.length).toBeGreaterThan(5);
  });

  it('are asked for again alone, not with what was taken', async () => {
    dynamodb.script((call, index) =>
      index === 0 ? { body: { UnprocessedItems: { orders: putsOf(call).slice(7, 9) } } } : done,
    );
    await write(itemsOf(10));
    expect(idsOf(putsOf(dynamodb.calls[1] as ScriptedCall))).toEqual(['item-7', 'item-8']);
  });

  it('are asked for again many times, never given up on a count of tries', async () => {
    dynamodb.script((call, index) => (index < 200 ? { body: { UnprocessedItems: { orders: putsOf(call) } } } : done));
    await write(itemsOf(3));
    expect(dynamodb.calls).toHaveLength(201);
  });

  it('that stay so end the worker in time for its checkpoint', async () => {
    let left = 20;
    dynamodb.script((call) => ({ body: { UnprocessedItems: { orders: putsOf(call) } } }));
    const found = await refusal(() => write(itemsOf(3), () => left--));
    expect(found).toMatchObject({ name: 'Promotion.Throttled', code: 'Unprocessed' });
    expect(dynamodb.calls).toHaveLength(20);
  });
});

describe('a write limiter', () => {
  const units = (taken: number) => ({
    body: { UnprocessedItems: {}, ConsumedCapacity: [{ TableName: 'orders', CapacityUnits: taken }] },
  });

  it('keeps each call below what one call should take, by what items took before', async () => {
    const log: string[] = [];
    const writeLimiter = {
      unitsPerCall: 6,
      take: async (asked: number) => void log.push(`take ${asked.toFixed(1)}`),
      settle: (estimated: number, taken: number) => void log.push(`settle ${estimated.toFixed(1)} ${taken}`),
    };
    dynamodb.script((call) => units(2 * putsOf(call).length));
    const table = openSdkTable(dynamodb.client, {
      table: 'orders',
      remaining: plenty,
      batchesInFlight: 1,
      writeLimiter,
    });
    expect(await table.write(itemsOf(40).map(bytesOf))).toEqual([]);
    const sizes = dynamodb.calls.map((call) => putsOf(call).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(40);
    expect([sizes[0], Math.max(...sizes.slice(8))]).toEqual([6, 3]);
    expect(log.slice(0, 2)).toEqual(['take 6.0', 'settle 6.0 12']);
  });

  it('gets back what a refused call did not take', async () => {
    let level = 0;
    const writeLimiter = {
      unitsPerCall: 4,
      take: async (asked: number) => {
        level -= asked;
      },
      settle: (estimated: number, taken: number) => {
        level += estimated - taken;
      },
    };
    dynamodb.script((call) => {
      const ids = idsOf(putsOf(call));
      return ids.includes('item-5') ? awsError('ValidationException') : units(ids.length);
    });
    const table = openSdkTable(dynamodb.client, {
      table: 'orders',
      remaining: plenty,
      batchesInFlight: 1,
      writeLimiter,
    });
    const rejected = await table.write(itemsOf(9).map(bytesOf));
    expect([rejected.map(({ item }) => itemIn(item).id), level]).toEqual([[{ S: 'item-5' }], -8]);
  });
});

describe('pitfall 3: a call that is throttled as a whole', () => {
  it.each([
    ['ProvisionedThroughputExceededException', 400],
    ['ThrottlingException', 400],
    ['RequestLimitExceeded', 400],
    ['InternalServerError', 500],
  ])('by %s is repeated whole', async (code, status) => {
    dynamodb.script((_call, index) => (index < 3 ? awsError(code, status) : done));
    await write(itemsOf(4));
    expect(dynamodb.calls.map((call) => putsOf(call).length)).toEqual([4, 4, 4, 4]);
  });

  it('that stays so is Promotion.Throttled, which the state machine repeats', async () => {
    dynamodb.script(() => awsError('ProvisionedThroughputExceededException'));
    expect(await refusal(() => write(itemsOf(4)))).toMatchObject({ name: 'Promotion.Throttled' });
  });

  it('is not taken for one that was refused for good', async () => {
    dynamodb.script(() => awsError('AccessDeniedException'));
    expect(await refusal(() => write(itemsOf(4)))).toMatchObject({ name: 'Promotion.Permission' });
    expect(dynamodb.calls).toHaveLength(1);
  });
});

describe('pitfall 18: one item that spoils its batch', () => {
  it('is rejected alone with the reason, the 24 others are written', async () => {
    const written: string[] = [];
    dynamodb.script((call) => {
      const ids = idsOf(putsOf(call));
      if (ids.includes('item-13')) return awsError('ValidationException');
      written.push(...ids);
      return done;
    });
    const rejected = await write(itemsOf(25));
    expect(rejected).toMatchObject([{ code: 'ValidationException' }]);
    expect(itemIn(rejected[0]?.item as Buffer).id).toEqual({ S: 'item-13' });
    expect(new Set(written).size).toBe(24);
  });
});

describe('writeAbsent', () => {
  it('puts each item by a condition, counts those that are there, and rejects what is refused', async () => {
    dynamodb.script(({ input }) => {
      const { Item } = input as { Item: Item };
      if (Item.id?.S === 'item-1') return awsError('ConditionalCheckFailedException');
      if (Item.id?.S === 'item-2') return awsError('ValidationException');
      return { body: { ConsumedCapacity: { CapacityUnits: 1 } } };
    });
    const { rejected, present } = await open().writeAbsent(itemsOf(5).map(bytesOf), ['id']);
    expect([rejected.length, present, dynamodb.calls.length]).toEqual([1, 1, 5]);
    expect(dynamodb.calls[0]?.input).toMatchObject({
      ConditionExpression: 'attribute_not_exists(#k)',
      ExpressionAttributeNames: { '#k': 'id' },
    });
  });
});

describe('an answer that is not the operation’s', () => {
  it.each([
    ['an empty body', ''],
    ['an empty object', '{}'],
    ['a cut body', '{"UnprocessedItems": {"ord'],
    ['a page of something in between', '<html>busy</html>'],
  ])('to a write, %s with status 200, is repeated and never taken for done', async (_what, body) => {
    dynamodb.script((_call, index) => (index < 2 ? { body } : done));
    await write(itemsOf(2));
    expect(dynamodb.calls).toHaveLength(3);
  });

  it('to a write ends as Promotion.Transient where it stays so', async () => {
    dynamodb.script(() => ({ body: '' }));
    expect(await refusal(() => write(itemsOf(2)))).toMatchObject({ name: 'Promotion.Transient' });
    expect(dynamodb.calls).toHaveLength(6);
  });

  it.each([
    ['an empty body', ''],
    ['an empty object', '{}'],
    ['fewer items than it counts', '{"Count":2,"ScannedCount":2,"Items":[{"id":{"S":"a"}}]}'],
  ])('to a scan, %s with status 200, is repeated and never the end', async (_what, body) => {
    const page = { Count: 1, ScannedCount: 1, Items: [{ id: { S: 'a' } }], LastEvaluatedKey: { id: { S: 'a' } } };
    dynamodb.script((_call, index) => (index < 2 ? { body } : { body: page }));
    expect(await scan()).toEqual({ items: [{ id: { S: 'a' } }], next: { id: { S: 'a' } } });
    expect(dynamodb.calls).toHaveLength(3);
  });

  it('to a scan, a page that leads back to itself, is repeated and never followed', async () => {
    const start = { id: { S: 'a' } };
    const round = { Count: 0, ScannedCount: 0, Items: [], LastEvaluatedKey: start };
    const onward = { ...round, LastEvaluatedKey: { id: { S: 'b' } } };
    dynamodb.script((_call, index) => ({ body: index < 2 ? round : onward }));
    const page = await scan(start);
    expect(page).toEqual({ items: [], next: { id: { S: 'b' } } });
    expect(dynamodb.calls).toHaveLength(3);
  });

  it.each([
    ['an empty body', ''],
    ['no list of what is left', '{"Responses":{"orders":[]}}'],
  ])('to a read, %s with status 200, is repeated: the items are not absent', async (_what, body) => {
    const answer = { Responses: { orders: [{ id: { S: 'a' } }] }, UnprocessedKeys: {} };
    dynamodb.script((_call, index) => (index < 2 ? { body } : { body: answer }));
    const found = await readAll([{ id: { S: 'a' } }]);
    expect(found.size).toBe(1);
    expect(dynamodb.calls).toHaveLength(3);
  });
});

describe('pitfall 5: an empty page that is not the end', () => {
  it('has a place to go on', async () => {
    dynamodb.script(() => ({ body: { Count: 0, ScannedCount: 9, Items: [], LastEvaluatedKey: { id: { S: 'z' } } } }));
    const page = await scan();
    expect(page).toEqual({ items: [], next: { id: { S: 'z' } } });
  });

  it('is the end only without one', async () => {
    dynamodb.script(() => ({ body: { Count: 0, ScannedCount: 0, Items: [] } }));
    expect(await scan()).toEqual({ items: [], next: null });
  });
});

describe('pitfall 20: bodies over 16 MB', () => {
  it('batches are closed at 8 MiB, counted as they are sent', async () => {
    dynamodb.script(() => done);
    // 390 KB of control characters are 2.3 MB of JSON.
    const items = Array.from({ length: 10 }, (_, index) => ({
      id: { S: `item-${index}` },
      data: { S: '\u0001'.repeat(390 * 1024) },
    }));
    await write(items);
    expect(idsOf(dynamodb.calls.flatMap(putsOf))).toHaveLength(10);
    for (const { bytes } of dynamodb.calls) expect(bytes).toBeLessThan(9 * 1024 * 1024);
    expect(dynamodb.calls.map((call) => putsOf(call).length).sort()).toEqual([1, 3, 3, 3]);
  });
});

describe('read', () => {
  const keys = (count: number) => itemsOf(count).map(({ id }) => ({ id }) as Item);
  type Keys = { orders: { Keys: Item[] } };
  const asked = ({ input }: ScriptedCall) => (input.RequestItems as Keys).orders;

  it('reads 100 keys at most a call, and answers the items by their key', async () => {
    dynamodb.script((call) => ({
      body: { Responses: { orders: asked(call).Keys.filter(({ id }) => id?.S !== 'item-5') }, UnprocessedKeys: {} },
    }));
    const found = await readAll(keys(230));
    expect(dynamodb.calls.map((call) => asked(call).Keys.length).sort()).toEqual([100, 100, 30]);
    expect(found.size).toBe(229);
    expect(found.get(canonicalItem({ id: { S: 'item-6' } }))).toEqual({ id: { S: 'item-6' } });
    expect(found.has(canonicalItem({ id: { S: 'item-5' } }))).toBe(false);
    expect(asked(dynamodb.calls[0] as ScriptedCall)).toMatchObject({ ConsistentRead: true });
  });

  it('reads keys that were left unprocessed again until none is left', async () => {
    dynamodb.script((call) => {
      const [first, ...rest] = asked(call).Keys;
      return {
        body: { Responses: { orders: [first] }, UnprocessedKeys: rest.length > 0 ? { orders: { Keys: rest } } : {} },
      };
    });
    const found = await readAll(keys(9));
    expect(found.size).toBe(9);
    expect(dynamodb.calls).toHaveLength(9);
  });

  it('asks for the keys alone under names that are no reserved words', async () => {
    dynamodb.script(() => ({ body: { Responses: {}, UnprocessedKeys: {} } }));
    await readAll([{ name: { S: 'a' }, date: { N: '1' } }], ['name', 'date']);
    expect(asked(dynamodb.calls[0] as ScriptedCall)).toMatchObject({
      ProjectionExpression: '#k0, #k1',
      ExpressionAttributeNames: { '#k0': 'name', '#k1': 'date' },
    });
  });
});

describe('remove', () => {
  it('deletes by key, and again what is left unprocessed', async () => {
    dynamodb.script((call, index) =>
      index === 0 ? { body: { UnprocessedItems: { orders: (putsOf(call) as unknown[]).slice(0, 1) } } } : done,
    );
    await open().remove(itemsOf(3).map(({ id }) => toJson({ id: id as never })));
    const sent = dynamodb.calls.map(({ input }) => (input.RequestItems as { orders: unknown[] }).orders);
    expect(sent.map((requests) => requests.length)).toEqual([3, 1]);
    expect(sent[0]?.[0]).toEqual({ DeleteRequest: { Key: { id: { S: 'item-0' } } } });
  });
});

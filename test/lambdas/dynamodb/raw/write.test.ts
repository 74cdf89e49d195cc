import { describe, expect, it } from 'vitest';
import type { Limiter } from '../../../../lambdas/dynamodb/engine.ts';
import { openRawTable } from '../../../../lambdas/dynamodb/raw/raw-engine.ts';
import { openTable, type RawOptions } from '../../../../lambdas/dynamodb/raw/table.ts';
import { refusal } from '../../../support/factories.ts';
import { awsError, type ScriptedAnswer, type ScriptedCall } from '../../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../../support/scripted-suite.ts';
import { sendJson, startByteServer } from './byte-server.ts';

const dynamodb = scriptedDynamoDb();

const open = (more: Partial<RawOptions> = {}) =>
  openRawTable(dynamodb.client, { table: 'orders', remaining: () => 60_000, batchesInFlight: 4, ...more });
const itemsOf = (count: number, size = 0) =>
  Array.from({ length: count }, (_, index) =>
    Buffer.from(`{"id":{"S":"item-${index}"},"d":{"S":"${'x'.repeat(size)}"}}`),
  );
const write = async (items: readonly Buffer[], more: Partial<RawOptions> = {}) => (await open(more)).write(items);

type Put = { PutRequest: { Item: { id: { S: string } } } };
const putsOf = ({ input }: ScriptedCall) => (input.RequestItems as { orders: Put[] }).orders;
const idsOf = (puts: readonly Put[]) => puts.map(({ PutRequest }) => PutRequest.Item.id.S).sort();
const idsIn = (items: readonly Buffer[]) => items.map((item) => JSON.parse(item.toString()).id.S).sort();
const done: ScriptedAnswer = { body: { UnprocessedItems: {} } };
const left = (puts: readonly Put[]): ScriptedAnswer => ({ body: { UnprocessedItems: { orders: puts } } });

describe('write', () => {
  it('writes every item once, 25 at most a call', async () => {
    dynamodb.script(() => done);
    expect(await write(itemsOf(60))).toEqual([]);
    expect(dynamodb.calls.map((call) => putsOf(call).length).sort()).toEqual([10, 25, 25]);
    expect(idsOf(dynamodb.calls.flatMap(putsOf))).toEqual(idsIn(itemsOf(60)));
  });

  it('makes no call for nothing', async () => {
    dynamodb.script(() => done);
    await write([]);
    expect(dynamodb.calls).toEqual([]);
  });

  it('sends an item byte for byte', async () => {
    const item = '{ "id":{"S":"\\u0061\\/ü"}, "__proto__" : {"N":"1.10"} }';
    dynamodb.script(() => done);
    await write([Buffer.from(item)]);
    expect(dynamodb.calls[0]?.text).toBe(`{"RequestItems":{"orders":[{"PutRequest":{"Item":${item}}}]}}`);
  });

  it('asks before each call, and makes none where it may not', async () => {
    dynamodb.script((_call, index) => (index === 0 ? left(putsOf(_call)) : done));
    let asked = 0;
    const mayWrite = async () => {
      asked += 1;
      if (asked > 3) throw new Error('the lock is lost');
    };
    await write(itemsOf(20), { mayWrite });
    expect([asked, dynamodb.calls.length]).toEqual([3, 3]);
    await expect(write(itemsOf(20), { mayWrite })).rejects.toThrow('the lock is lost');
    expect(dynamodb.calls).toHaveLength(3);
  });

  it('has no more batches under way than it may, over all its callers', async () => {
    let underway = 0;
    let most = 0;
    const table = await open({ batchesInFlight: 3 });
    const server = dynamodb;
    server.script(() => {
      underway++;
      most = Math.max(most, underway);
      setImmediate(() => underway--);
      return done;
    });
    await Promise.all([table.write(itemsOf(200)), table.write(itemsOf(200))]);
    expect(server.calls).toHaveLength(16);
    expect(most).toBeLessThanOrEqual(3);
  });

  it.each([
    ['AccessDeniedException', 'Promotion.Permission', 'AccessDenied'],
    ['ResourceNotFoundException', 'Promotion.Data', 'ResourceNotFoundException'],
    ['SerializationException', 'Promotion.Data', 'SerializationException'],
  ])('ends at %s, which is about no single item', async (code, name, ours) => {
    dynamodb.script(() => awsError(code));
    expect(await refusal(() => write(itemsOf(25)))).toMatchObject({ name, code: ours });
    expect(dynamodb.calls).toHaveLength(1);
  });

  it.each([
    ['an empty body', ''],
    ['an empty object', '{}'],
    ['a cut body', '{"UnprocessedItems": {"ord'],
    ['a page of something in between', '<html>busy</html>'],
  ])('repeats after %s with status 200, and never takes it for done', async (_what, body) => {
    dynamodb.script((_call, index) => (index < 2 ? { body } : done));
    await write(itemsOf(2));
    expect(dynamodb.calls).toHaveLength(3);
    dynamodb.script(() => ({ body }));
    expect(await refusal(() => write(itemsOf(2)))).toMatchObject({ name: 'Promotion.Transient' });
    expect(dynamodb.calls).toHaveLength(6);
  });
});

describe('pitfall 1: unprocessed items', () => {
  it('are written again until none is left, whatever part is taken', async () => {
    const written = new Set<string>();
    let seed = 7;
    const draw = (most: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % most;
    };
    dynamodb.script((call) => {
      const puts = putsOf(call);
      const kept = draw(10) < 3 ? draw(puts.length + 1) : 0;
      for (const id of idsOf(puts.slice(kept))) written.add(id);
      return kept > 0 ? left(puts.slice(0, kept)) : done;
    });
    const table = await open();
    await table.write(itemsOf(400));
    expect([...written].sort()).toEqual(idsIn(itemsOf(400)));
    expect(table.throttled.get('Unprocessed')).toBeGreaterThan(1);
  });

  it('are asked for again in smaller batches, which grow again when all is taken', async () => {
    dynamodb.script((call, index) => (index < 2 ? left(putsOf(call)) : done));
    await write(itemsOf(25), { batchesInFlight: 1 });
    expect(dynamodb.calls.map((call) => putsOf(call).length)).toEqual([25, 12, 6, 6, 13]);
    expect(idsOf(dynamodb.calls.slice(2).flatMap(putsOf))).toEqual(idsIn(itemsOf(25)));
  });

  it('are never given up on a count of tries', async () => {
    dynamodb.script((call, index) => (index < 200 ? left(putsOf(call)) : done));
    await write(itemsOf(1));
    expect(dynamodb.calls).toHaveLength(201);
  });

  it('that stay so end the worker in time for its checkpoint', async () => {
    let time = 20;
    dynamodb.script((call) => left(putsOf(call)));
    const found = await refusal(() => write(itemsOf(3), { remaining: () => time-- }));
    expect(found).toMatchObject({ name: 'Promotion.Throttled', code: 'Unprocessed' });
    expect(dynamodb.calls.length).toBeGreaterThan(5);
  });
});

describe('pitfall 3: a call that is throttled as a whole', () => {
  it.each(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'])(
    'by %s is repeated until the service takes it',
    async (code) => {
      dynamodb.script((_call, index) => (index < 12 ? awsError(code) : done));
      const table = await open({ batchesInFlight: 1 });
      expect(await table.write(itemsOf(4))).toEqual([]);
      expect(idsOf(dynamodb.calls.slice(12).flatMap(putsOf))).toEqual(idsIn(itemsOf(4)));
      expect(table.throttled).toEqual(new Map([[code, 12]]));
    },
  );

  it('that stays so is Promotion.Throttled, which the state machine repeats', async () => {
    let time = 30;
    dynamodb.script(() => awsError('ProvisionedThroughputExceededException'));
    const found = await refusal(() => write(itemsOf(4), { remaining: () => time-- }));
    expect(found).toMatchObject({ name: 'Promotion.Throttled' });
  });

  it.each([
    ['TableWriteProvisionedThroughputExceeded', 1],
    ['TableWriteKeyRangeThroughputExceeded', 4],
  ])('by %s leaves %i of 4 calls at once', async (reason, width) => {
    const server = await startByteServer();
    const fault = { __type: 'x#ThrottlingException', message: 'slower', ThrottlingReasons: [{ reason }] };
    let underway = 0;
    let atFirst = 0;
    server.script(async (response, _call, index) => {
      underway++;
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (index >= 16) atFirst ||= underway;
      underway--;
      if (index < 16) sendJson(response, fault, 400);
      else sendJson(response, { UnprocessedItems: {} });
    });
    const credentials = async () => ({ accessKeyId: 'A', secretAccessKey: 's' });
    // Without the waits, whose lengths are drawn, all that may be under way at once is.
    const options = { table: 'orders', remaining: () => 60_000, batchesInFlight: 4, wait: async () => undefined };
    const table = openTable({ endpoint: server.url, region: 'us-east-1', credentials }, options);
    await table.write(itemsOf(200));
    expect([atFirst, table.throttled.get(reason)]).toEqual([width, 16]);
    await server.close();
  });
});

/** Refuses a batch with such an item, as the service does: nothing of it is carried out. */
const refusing = (isBad: (id: string) => boolean, code: string) => {
  const written: string[] = [];
  dynamodb.script((call) => {
    const ids = idsOf(putsOf(call));
    if (ids.some(isBad)) return awsError(code);
    written.push(...ids);
    return done;
  });
  return written;
};

describe('pitfall 18: an item that an index refuses', () => {
  it('is rejected alone, with the service’s words, and the other 24 of its batch are written', async () => {
    const written = refusing((id) => id === 'item-17', 'ValidationException');
    const items = itemsOf(25);
    const rejected = await write(items);
    expect(rejected).toEqual([{ item: items[17], code: 'ValidationException', message: 'said ValidationException' }]);
    expect(written.sort()).toEqual(idsIn(items.filter((_, index) => index !== 17)));
    expect(dynamodb.calls.length).toBeLessThanOrEqual(11);
  });

  it('is found beside others of its kind', async () => {
    const bad = ['item-0', 'item-1', 'item-24', 'item-30', 'item-59'];
    const written = refusing((id) => bad.includes(id), 'ValidationException');
    const rejected = await write(itemsOf(60));
    expect(idsIn(rejected.map(({ item }) => item))).toEqual(bad);
    expect(written).toHaveLength(55);
    expect(new Set(written).size).toBe(55);
  });

  it('is found while the table is throttled too', async () => {
    const taken: string[] = [];
    dynamodb.script((call, index) => {
      const puts = putsOf(call);
      if (index % 3 === 0) return awsError('ThrottlingException');
      if (idsOf(puts).includes('item-3')) return awsError('ValidationException');
      taken.push(...idsOf(puts.slice(1)));
      if (puts.length > 1) return left(puts.slice(0, 1));
      taken.push(...idsOf(puts));
      return done;
    });
    expect(idsIn((await write(itemsOf(10))).map(({ item }) => item))).toEqual(['item-3']);
    expect(taken.sort()).toEqual(idsIn(itemsOf(10)).filter((id) => id !== 'item-3'));
  });
});

describe('pitfall 19: an item that is too large, or whose collection is', () => {
  it.each(['ItemCollectionSizeLimitExceededException', 'ValidationException'])(
    'is rejected alone by %s',
    async (code) => {
      const written = refusing((id) => id === 'item-2', code);
      const [rejected] = await write(itemsOf(5, 1000));
      expect(rejected).toMatchObject({ code, message: `said ${code}` });
      expect(written).toHaveLength(4);
    },
  );
});

describe('pitfall 20: bodies over 16 MB', () => {
  it('do not come about: batches end at 4 MiB of what is really sent', async () => {
    dynamodb.script(() => done);
    // 250 KB of control characters are 1.5 MB of JSON.
    const items = Array.from({ length: 7 }, (_, index) =>
      Buffer.from(`{"id":{"S":"item-${index}"},"d":{"S":"${'\\u0001'.repeat(250 * 1024)}"}}`),
    );
    await write(items);
    expect(dynamodb.calls.map((call) => putsOf(call).length).sort()).toEqual([1, 2, 2, 2]);
    for (const { bytes } of dynamodb.calls) expect(bytes).toBeLessThanOrEqual(4 * 1024 * 1024);
  });

  it('hold 25 items where those are small', async () => {
    dynamodb.script(() => done);
    await write(itemsOf(25, 150 * 1024));
    expect(dynamodb.calls).toHaveLength(1);
  });
});

describe('a write limiter', () => {
  const limiter = (unitsPerCall?: number) => {
    const log: string[] = [];
    const limit: Limiter = {
      ...(unitsPerCall === undefined ? {} : { unitsPerCall }),
      take: async (units) => void log.push(`take ${units}`),
      settle: (estimated, taken) => void log.push(`settle ${estimated} ${taken}`),
    };
    return { log, limit };
  };

  it('is asked before each call and told what the table and its indexes took', async () => {
    const { log, limit } = limiter();
    const ConsumedCapacity = [
      { CapacityUnits: 9, Table: { CapacityUnits: 3 }, GlobalSecondaryIndexes: { i: { CapacityUnits: 6 } } },
    ];
    dynamodb.script(() => ({ body: { UnprocessedItems: {}, ConsumedCapacity } }));
    const table = await open({ writeLimiter: limit, batchesInFlight: 1 });
    await table.write(itemsOf(3));
    expect(dynamodb.calls[0]?.input).toMatchObject({ ReturnConsumedCapacity: 'INDEXES' });
    expect(log).toEqual(['take 3', 'settle 3 9']);
    // The estimate follows: an item took three units.
    await table.write(itemsOf(3));
    expect(Number(log[2]?.split(' ')[1])).toBeGreaterThan(3);
  });

  it('gets back what a refused or throttled call did not take', async () => {
    const { log, limit } = limiter();
    const ConsumedCapacity = [{ CapacityUnits: 1 }];
    dynamodb.script((_call, index) => {
      if (index === 0) return awsError('ThrottlingException');
      return index === 1 ? awsError('ValidationException') : { body: { UnprocessedItems: {}, ConsumedCapacity } };
    });
    await write(itemsOf(1), { writeLimiter: limit });
    expect(log).toEqual(['take 1', 'settle 1 0', 'take 1', 'settle 1 0']);
  });

  it('keeps a call below what one call should take, one item at least', async () => {
    dynamodb.script(() => ({ body: { UnprocessedItems: {} } }));
    await write(itemsOf(5), { writeLimiter: limiter(2).limit });
    expect(dynamodb.calls.map((call) => putsOf(call).length)).toEqual([2, 2, 1]);
    dynamodb.script(() => ({ body: { UnprocessedItems: {} } }));
    await write(itemsOf(2, 5000), { writeLimiter: limiter(2).limit });
    expect(dynamodb.calls.map((call) => putsOf(call).length)).toEqual([1, 1]);
  });

  it('that keeps a call waiting until the time is over ends the write', async () => {
    const { log, limit } = limiter();
    dynamodb.script(() => done);
    const found = await refusal(() => write(itemsOf(1), { writeLimiter: limit, remaining: () => 0 }));
    expect(found).toMatchObject({ name: 'Promotion.Throttled', code: 'Unprocessed' });
    expect([log, dynamodb.calls.length]).toEqual([['take 1', 'settle 1 0'], 0]);
  });
});

describe('remove', () => {
  const remove = async (...ids: string[]) => (await open()).remove(ids.map((N) => ({ id: { N } })));
  type Delete = { DeleteRequest: { Key: { id: { N: string } } } };
  const deletesOf = ({ input }: ScriptedCall) => (input.RequestItems as { orders: Delete[] }).orders;

  it('deletes each key once, again where it was left unprocessed', async () => {
    dynamodb.script((call, index) =>
      index === 0 ? { body: { UnprocessedItems: { orders: deletesOf(call).slice(1) } } } : done,
    );
    await remove('1', '2', '1.0', '3');
    const keys = dynamodb.calls.map((call) => deletesOf(call).map(({ DeleteRequest }) => DeleteRequest.Key.id.N));
    expect(keys).toEqual([
      ['1.0', '2', '3'],
      ['2', '3'],
    ]);
  });

  it('deletes 25 a call', async () => {
    dynamodb.script(() => done);
    await remove(...Array.from({ length: 60 }, (_, index) => String(index)));
    expect(dynamodb.calls.map((call) => deletesOf(call).length).sort()).toEqual([10, 25, 25]);
  });

  it('ends at a key that the service refuses', async () => {
    dynamodb.script(() => awsError('ValidationException'));
    const found = await refusal(() => remove('1'));
    expect(found).toMatchObject({ name: 'Promotion.Data', code: 'ValidationException' });
    expect(found.message).toContain('{"id":{"N":"1"}}');
  });
});

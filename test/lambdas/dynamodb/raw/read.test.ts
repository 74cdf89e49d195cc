import { describe, expect, it } from 'vitest';
import type { Limiter, PageRequest } from '../../../../lambdas/dynamodb/engine.ts';
import { openRawTable } from '../../../../lambdas/dynamodb/raw/raw-engine.ts';
import type { RawOptions } from '../../../../lambdas/dynamodb/raw/table.ts';
import { refusal } from '../../../support/factories.ts';
import { awsError, type ScriptedCall } from '../../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../../support/scripted-suite.ts';

const dynamodb = scriptedDynamoDb();

const open = (more: Partial<RawOptions> = {}) =>
  openRawTable(dynamodb.client, { table: 'orders', remaining: () => 60_000, batchesInFlight: 4, ...more });
const page = async (request: Partial<PageRequest> = {}, more: Partial<RawOptions> = {}) =>
  (await open(more)).page({ segment: 1, total: 4, after: null, consistent: true, ...request });
const limiter = () => {
  const log: string[] = [];
  const limit: Limiter = {
    take: async (units) => void log.push(`take ${units}`),
    settle: (estimated, taken) => void log.push(`settle ${estimated} ${taken}`),
  };
  return { log, limit };
};
const empty = { Count: 0, ScannedCount: 0, Items: [] };

describe('page', () => {
  it('asks for one page of one segment, and answers its items as bytes', async () => {
    const text = '{"Count":1,"ScannedCount":3,"Items":[{"id":{"S":"ü"}}],"LastEvaluatedKey":{"id":{"S":"a"}}}';
    dynamodb.script(() => ({ body: text }));
    const found = await page({ after: { id: { S: 'before' } }, consistent: false });
    expect(dynamodb.calls[0]?.input).toEqual({
      TableName: 'orders',
      Segment: 1,
      TotalSegments: 4,
      ConsistentRead: false,
      ExclusiveStartKey: { id: { S: 'before' } },
    });
    expect(found).toEqual({
      items: [Buffer.from('{"id":{"S":"ü"}}')],
      next: { id: { S: 'a' } },
      count: 1,
      scanned: 3,
    });
  });

  it('passes a restriction on, a wish for counts alone and a limit', async () => {
    const restriction = {
      FilterExpression: '#a = :a',
      ExpressionAttributeNames: { '#a': 'a' },
      ExpressionAttributeValues: { ':a': { S: 'x' } },
    };
    dynamodb.script(() => ({ body: { Count: 2, ScannedCount: 5 } }));
    expect(await page({ restriction, countOnly: true, limit: 7 })).toEqual({
      items: [],
      next: null,
      count: 2,
      scanned: 5,
    });
    expect(dynamodb.calls[0]?.input).toMatchObject({ ...restriction, Select: 'COUNT', Limit: 7 });
  });

  it('sends a start key that has an attribute __proto__', async () => {
    dynamodb.script(() => ({ body: empty }));
    await page({ after: JSON.parse('{"__proto__":{"S":"a"}}') });
    expect(dynamodb.calls[0]?.text).toContain('"ExclusiveStartKey":{"__proto__":{"S":"a"}}');
  });

  it.each([
    ['an empty body', ''],
    ['an empty object', '{}'],
    ['fewer items than it counts', '{"Count":2,"ScannedCount":2,"Items":[{"id":{"S":"a"}}]}'],
  ])('repeats after %s with status 200, and never takes it for the end', async (_what, body) => {
    dynamodb.script((_call, index) => ({
      body: index < 2 ? body : { ...empty, LastEvaluatedKey: { id: { S: 'z' } } },
    }));
    expect((await page()).next).toEqual({ id: { S: 'z' } });
    expect(dynamodb.calls).toHaveLength(3);
  });

  it('repeats a page that leads back to itself, also by another spelling of its key', async () => {
    const keys = [{ N: '1' }, { N: '1.0' }, { N: '2' }];
    dynamodb.script((_call, index) => ({ body: { ...empty, LastEvaluatedKey: { id: keys[index] } } }));
    expect((await page({ after: { id: { N: '1' } } })).next).toEqual({ id: { N: '2' } });
    expect(dynamodb.calls).toHaveLength(3);
  });

  it('goes on being asked for while it is throttled, and counts why', async () => {
    dynamodb.script((_call, index) =>
      index < 9 ? awsError('ProvisionedThroughputExceededException') : { body: empty },
    );
    const table = await open();
    await table.page({ segment: 0, total: 1, after: null, consistent: true });
    expect(table.throttled).toEqual(new Map([['ProvisionedThroughputExceededException', 9]]));
  });

  it('says what was being done when it is refused', async () => {
    dynamodb.script(() => awsError('AccessDeniedException'));
    const found = await refusal(() => page());
    expect(found).toMatchObject({ name: 'Promotion.Permission' });
    expect(found.message).toContain('scanning orders, segment 1 of 4');
  });

  it('takes the most that a page can from a limiter, then as much as the page before took', async () => {
    const { log, limit } = limiter();
    const ConsumedCapacity = { TableName: 'orders', CapacityUnits: 12.5 };
    dynamodb.script(() => ({ body: { ...empty, ConsumedCapacity } }));
    const table = await open({ readLimiter: limit });
    for (const consistent of [true, false]) await table.page({ segment: 0, total: 1, after: null, consistent });
    expect(log).toEqual(['take 256', 'settle 256 12.5', 'take 12.5', 'settle 12.5 12.5']);
    expect(dynamodb.calls[0]?.input).toMatchObject({ ReturnConsumedCapacity: 'TOTAL' });
  });

  it('gives a limiter back what a refused page did not take', async () => {
    const { log, limit } = limiter();
    dynamodb.script(() => awsError('AccessDeniedException'));
    await refusal(() => page({ consistent: false }, { readLimiter: limit }));
    expect(log).toEqual(['take 128', 'settle 128 0']);
  });
});

describe('read', () => {
  type Keys = { orders: { Keys: { id: { N: string } }[] } };
  const asked = ({ input }: ScriptedCall) => (input.RequestItems as Keys).orders;
  const keys = (count: number) => Array.from({ length: count }, (_, index) => ({ id: { N: String(index) } }));

  it('reads 100 keys a call, strongly, and answers what there is', async () => {
    dynamodb.script((call) => ({
      body: { Responses: { orders: asked(call).Keys.filter(({ id }) => id.N !== '5') }, UnprocessedKeys: {} },
    }));
    const found = await (await open()).read(keys(230));
    expect(dynamodb.calls.map((call) => asked(call).Keys.length).sort()).toEqual([100, 100, 30]);
    expect(asked(dynamodb.calls[0] as ScriptedCall)).toMatchObject({ ConsistentRead: true });
    const ids = found.map((item) => Number(JSON.parse(item.toString()).id.N));
    expect(ids.sort((one, other) => one - other)).toEqual([...Array(230).keys()].filter((id) => id !== 5));
  });

  it('asks for a key once, however often and however it is given', async () => {
    dynamodb.script(() => ({ body: { Responses: { orders: [] }, UnprocessedKeys: {} } }));
    await (await open()).read([{ id: { N: '1' } }, { id: { N: '1.0' } }, { id: { N: '1' } }]);
    expect(asked(dynamodb.calls[0] as ScriptedCall).Keys).toHaveLength(1);
  });

  it('asks again for keys that were left, until none is', async () => {
    dynamodb.script((call, index) => {
      const [first, ...rest] = asked(call).Keys;
      const taken = index % 2 === 0 ? [] : [first];
      const over = index % 2 === 0 ? asked(call).Keys : rest;
      return {
        body: { Responses: { orders: taken }, UnprocessedKeys: over.length > 0 ? { orders: { Keys: over } } : {} },
      };
    });
    expect(await (await open()).read(keys(5))).toHaveLength(5);
    expect(dynamodb.calls).toHaveLength(10);
  });

  it('asks for the keys alone under names that are no reserved words', async () => {
    dynamodb.script(() => ({ body: { Responses: {}, UnprocessedKeys: {} } }));
    await (await open()).read([{ name: { S: 'a' }, date: { N: '1' } }], { keysOnly: ['name', 'date'] });
    expect(asked(dynamodb.calls[0] as ScriptedCall)).toMatchObject({
      ProjectionExpression: '#k0, #k1',
      ExpressionAttributeNames: { '#k0': 'name', '#k1': 'date' },
    });
  });

  it.each([
    ['an empty body', ''],
    ['no list of what is left', '{"Responses":{"orders":[]}}'],
    ['more items than keys', '{"Responses":{"orders":[{},{}]},"UnprocessedKeys":{}}'],
  ])('repeats after %s with status 200: the items are not absent', async (_what, body) => {
    const answer = { Responses: { orders: [{ id: { N: '0' } }] }, UnprocessedKeys: {} };
    dynamodb.script((_call, index) => (index < 2 ? { body } : { body: answer }));
    expect(await (await open()).read(keys(1))).toHaveLength(1);
    expect(dynamodb.calls).toHaveLength(3);
  });

  it('ends in time for the checkpoint where keys stay left', async () => {
    let time = 20;
    dynamodb.script((call) => ({ body: { Responses: {}, UnprocessedKeys: { orders: { Keys: asked(call).Keys } } } }));
    const table = await open({ remaining: () => time-- });
    expect(await refusal(() => table.read(keys(2)))).toMatchObject({
      name: 'Promotion.Throttled',
      code: 'Unprocessed',
    });
  });

  it('asks a limiter, and tells it what was taken', async () => {
    const { log, limit } = limiter();
    const ConsumedCapacity = [{ TableName: 'orders', CapacityUnits: 8 }];
    dynamodb.script(() => ({ body: { Responses: {}, UnprocessedKeys: {}, ConsumedCapacity } }));
    await (await open({ readLimiter: limit })).read(keys(4));
    expect(log).toEqual(['take 4', 'settle 4 8']);
  });
});

import { describe, expect, it } from 'vitest';
import { openRawTable } from '../../../../lambdas/dynamodb/raw/raw-engine.ts';
import type { RawOptions } from '../../../../lambdas/dynamodb/raw/table.ts';
import { refusal } from '../../../support/factories.ts';
import { awsError } from '../../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../../support/scripted-suite.ts';

const dynamodb = scriptedDynamoDb();

const itemsOf = (...ids: string[]) => ids.map((id) => Buffer.from(`{"id":{"S":"${id}"},"n":{"N":"1.10"}}`));
const open = (more: Partial<RawOptions> = {}) =>
  openRawTable(dynamodb.client, { table: 'orders', remaining: () => 60_000, batchesInFlight: 4, ...more });
const put = async (items: readonly Buffer[], more: Partial<RawOptions> = {}) =>
  (await open(more)).writeAbsent(items, ['id', 'date']);
const idOf = (input: Record<string, unknown>) => (input.Item as { id: { S: string } }).id.S;

describe('writeAbsent', () => {
  it('puts each item on the condition that there is none of its key, byte for byte', async () => {
    dynamodb.script(() => ({ body: {} }));
    expect(await put(itemsOf('a', 'b'))).toEqual({ rejected: [], present: 0 });
    expect(dynamodb.calls.map(({ operation }) => operation)).toEqual(['PutItem', 'PutItem']);
    expect(dynamodb.calls[0]?.text).toContain('{"Item":{"id":{"S":"a"},"n":{"N":"1.10"}},');
    expect(dynamodb.calls[0]?.input).toMatchObject({
      TableName: 'orders',
      ConditionExpression: 'attribute_not_exists(#k)',
      ExpressionAttributeNames: { '#k': 'id' },
    });
  });

  it('counts the items that are there, and rejects those that the service refuses', async () => {
    dynamodb.script(({ input }) => {
      if (idOf(input) === 'there') return awsError('ConditionalCheckFailedException');
      return idOf(input) === 'bad' ? awsError('ValidationException') : { body: {} };
    });
    const [bad] = itemsOf('bad');
    expect(await put(itemsOf('a', 'there', 'bad', 'b'))).toEqual({
      present: 1,
      rejected: [{ item: bad, code: 'ValidationException', message: 'said ValidationException' }],
    });
  });

  it('repeats what is throttled or lost, and believes no empty answer', async () => {
    const answers = [awsError('ThrottlingException'), awsError('InternalServerError', 500), { body: '' }, { body: {} }];
    dynamodb.script((_call, index) => answers[index] ?? { body: {} });
    const table = await open();
    expect(await table.writeAbsent(itemsOf('a'), ['id'])).toEqual({ rejected: [], present: 0 });
    expect([dynamodb.calls.length, table.throttled.get('ThrottlingException')]).toEqual([4, 1]);
  });

  it('ends at a refusal that is about no item', async () => {
    dynamodb.script(() => awsError('AccessDeniedException'));
    expect(await refusal(() => put(itemsOf('a')))).toMatchObject({ name: 'Promotion.Permission' });
  });

  it('asks a limiter for each item, and tells it what was taken', async () => {
    const log: string[] = [];
    const writeLimiter = {
      take: async (units: number) => void log.push(`take ${units}`),
      settle: (estimated: number, taken: number) => void log.push(`settle ${estimated} ${taken}`),
    };
    dynamodb.script(() => ({ body: { ConsumedCapacity: { CapacityUnits: 4 } } }));
    await put(itemsOf('a'), { writeLimiter });
    expect(log).toEqual(['take 1', 'settle 1 4']);
    await refusal(() => put(itemsOf('a'), { writeLimiter, remaining: () => 0 }));
    expect(log.slice(2)).toEqual(['take 1', 'settle 1 0']);
  });
});

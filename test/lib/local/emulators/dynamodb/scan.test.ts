import {
  type AttributeValue,
  BatchWriteItemCommand,
  type DynamoDBClient,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSettled, type Harness, refused, simpleTable, startHarness } from './harness.ts';

const TOTAL = 300;
let harness: Harness;
let client: DynamoDBClient;
beforeAll(async () => {
  harness = await startHarness();
  client = harness.client();
  await createSettled(client, simpleTable('scanned'));
  for (let start = 0; start < TOTAL; start += 25) {
    const scanned = Array.from({ length: 25 }, (_, step) => ({
      PutRequest: { Item: { pk: { S: `key-${start + step}` }, text: { S: 'x'.repeat(6000) } } },
    }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { scanned } }));
  }
});
afterAll(() => harness.close());

const scan = (members: Partial<ScanCommandInput> = {}) =>
  client.send(new ScanCommand({ TableName: 'scanned', ...members }));

/** Keys of all pages, in order. */
async function keysOf(members: Partial<ScanCommandInput> = {}): Promise<string[]> {
  const keys: string[] = [];
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
  do {
    const page = await scan({ ...members, ExclusiveStartKey });
    for (const item of page.Items ?? []) keys.push(String(item.pk?.S));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return keys;
}

describe('Scan', () => {
  it('ends a page at 1 MB and goes on from its last key', async () => {
    const first = await scan();
    expect(first.Count).toBe(Math.ceil((1024 * 1024) / 6016));
    expect(first.LastEvaluatedKey).toEqual({ pk: first.Items?.at(-1)?.pk });
    expect(new Set(await keysOf()).size).toBe(TOTAL);
  });

  it('counts 1 MB in UTF-8 bytes', async () => {
    await createSettled(client, simpleTable('wide'));
    for (let start = 0; start < 50; start += 25) {
      const wide = Array.from({ length: 25 }, (_, step) => ({
        PutRequest: { Item: { pk: { S: `${start + step}` }, text: { S: '語'.repeat(10_000) } } },
      }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { wide } }));
    }
    expect((await client.send(new ScanCommand({ TableName: 'wide' }))).Count).toBe(35);
  });

  it('pitfall 5: returns empty pages with a key when a filter drops everything', async () => {
    const page = await scan({ Limit: 10, FilterExpression: 'attribute_exists(nothing)' });
    expect(page).toMatchObject({ Count: 0, ScannedCount: 10, Items: [] });
    expect(page.LastEvaluatedKey).toBeDefined();
  });

  it('filters lists and maps by content, and by conditions that do not fit the type', async () => {
    await createSettled(client, simpleTable('filtered'));
    const values: Record<string, AttributeValue> = {
      list: { L: [{ S: 'a' }, { N: '1' }] },
      map: { M: { inner: { SS: ['x', 'y'] } } },
      number: { N: '1' },
      empty: { S: '' },
    };
    const filtered = Object.entries(values).map(([pk, v]) => ({ PutRequest: { Item: { pk: { S: pk }, v } } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { filtered } }));
    const found = async (FilterExpression: string, v: AttributeValue) => {
      const members = { FilterExpression, ExpressionAttributeValues: { ':v': v } };
      const { Items = [] } = await client.send(new ScanCommand({ TableName: 'filtered', ...members }));
      return Items.map(({ pk }) => pk?.S);
    };
    expect(await found('v = :v', { L: [{ S: 'a' }, { N: '1.0' }] })).toEqual(['list']);
    expect(await found('v = :v', { M: { inner: { SS: ['y', 'x'] } } })).toEqual(['map']);
    expect(await found('v IN (gone, :v)', { S: '' })).toEqual(['empty']);
    expect(await found('begins_with(:v, v)', { S: 'text' })).toEqual(['empty']);
    expect(await found('contains(v, :v)', { N: '1' })).toEqual(['list']);
    expect(await found('size(v) = :v', { N: '0' })).toEqual(['empty']);
  });

  it.each([1, 2, 7])('returns every item in exactly one of %i segments', async (TotalSegments) => {
    const keys: string[] = [];
    for (let Segment = 0; Segment < TotalSegments; Segment += 1)
      keys.push(...(await keysOf({ Segment, TotalSegments, Limit: 40 })));
    expect(keys).toHaveLength(TOTAL);
    expect(new Set(keys).size).toBe(TOTAL);
  });

  it('pitfall 6: returns every item in exactly one of 4099 segments', async () => {
    const keys: string[] = [];
    const TotalSegments = 4099;
    let next = 0;
    const lane = async () => {
      while (next < TotalSegments) {
        const body = JSON.stringify({ TableName: 'scanned', Segment: next, TotalSegments });
        next += 1;
        const page = (await (await harness.raw('Scan', body)).json()) as { Items: { pk: { S: string } }[] };
        for (const item of page.Items) keys.push(item.pk.S);
      }
    };
    await Promise.all(Array.from({ length: 16 }, lane));
    expect(keys).toHaveLength(TOTAL);
    expect(new Set(keys).size).toBe(TOTAL);
  });

  it('pitfall 12: refuses a start key of another segment, naming the segments asked for', async () => {
    const { LastEvaluatedKey } = await scan({ Limit: 1 });
    for (const TotalSegments of [2, 1_000_000]) {
      const Segment = TotalSegments - 1;
      expect(await refused(scan({ Segment, TotalSegments, ExclusiveStartKey: LastEvaluatedKey }))).toBe(
        'ValidationException: The provided starting key is invalid: Invalid ExclusiveStartKey. ' +
          `Please use ExclusiveStartKey with correct Segment. TotalSegments: ${TotalSegments} Segment: ${Segment}`,
      );
    }
  });

  it('refuses more than a million segments and a segment beyond the last', async () => {
    expect(await refused(scan({ Segment: 0, TotalSegments: 1_000_001 }))).toContain('less than or equal to 1000000');
    expect(await refused(scan({ Segment: 3, TotalSegments: 3 }))).toContain(
      'must be less than parameter TotalSegments',
    );
    expect(await refused(scan({ TotalSegments: 3 }))).toContain('The Segment parameter is required');
  });

  it('charges half for eventually consistent pages', async () => {
    const units = async (ConsistentRead: boolean) =>
      (await scan({ ConsistentRead, Limit: 4, ReturnConsumedCapacity: 'TOTAL' })).ConsumedCapacity?.CapacityUnits;
    expect(await units(true)).toBe(6);
    expect(await units(false)).toBe(3);
  });

  it('projects, counts and refuses an unknown index', async () => {
    expect((await scan({ Limit: 1, ProjectionExpression: 'pk' })).Items?.[0]).not.toHaveProperty('text');
    const counted = await scan({ Limit: 5, Select: 'COUNT' });
    expect([counted.Count, counted.Items]).toEqual([5, undefined]);
    expect(await refused(scan({ IndexName: 'nowhere' }))).toContain('does not have the specified index: nowhere');
  });
});

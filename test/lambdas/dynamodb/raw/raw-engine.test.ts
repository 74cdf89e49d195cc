import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonOf } from '../../../../lambdas/core/json-text.ts';
import { canonicalItem } from '../../../../lambdas/dynamodb/attributes.ts';
import type { ItemPage, TableEngine, WireItem } from '../../../../lambdas/dynamodb/engine.ts';
import { openRawTable } from '../../../../lambdas/dynamodb/raw/raw-engine.ts';
import { openSdkTable } from '../../../../lambdas/dynamodb/sdk-engine.ts';
import { guardWire } from '../../../../lambdas/dynamodb/wire.ts';
import {
  createSettled,
  type Harness,
  simpleTable,
  startHarness,
} from '../../../lib/local/emulators/dynamodb/harness.ts';
import { wireItem } from './arbitraries.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
  const indexed = {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' as const },
      { AttributeName: 'S', AttributeType: 'S' as const },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-s',
        KeySchema: [{ AttributeName: 'S', KeyType: 'HASH' as const }],
        Projection: { ProjectionType: 'ALL' as const },
      },
    ],
  };
  const client = harness.client();
  await Promise.all([
    createSettled(client, simpleTable('source')),
    createSettled(client, simpleTable('golden')),
    createSettled(client, simpleTable('absent')),
    createSettled(client, simpleTable('by-raw', indexed)),
    createSettled(client, simpleTable('by-sdk', indexed)),
  ]);
});
afterAll(() => harness.close());

const options = (table: string) => ({ table, remaining: () => 60_000, batchesInFlight: 4 });
const raw = (table: string) => openRawTable(harness.client(), options(table));
const sdk = (table: string) => openSdkTable(guardWire(harness.client()), options(table));

async function pagesOf(table: TableEngine, total: number): Promise<ItemPage[]> {
  const pages: ItemPage[] = [];
  for (let segment = 0; segment < total; segment++) {
    for (let after: WireItem | null = null, first = true; first || after; first = false) {
      const page = await table.page({ segment, total, after, consistent: true });
      pages.push(page);
      after = page.next;
    }
  }
  return pages;
}
const itemsOf = (pages: readonly ItemPage[]) => pages.flatMap(({ items }) => items);
const canonical = (item: Buffer) => canonicalItem(jsonOf(item.toString()) as WireItem);
const sorted = (items: readonly Buffer[]) => items.map(canonical).sort();
const withKey = (item: WireItem, pk: string): Buffer => {
  const members = Object.entries(item).filter(([name]) => name !== 'pk');
  return Buffer.from(JSON.stringify(Object.fromEntries([...members, ['pk', { S: pk }]])));
};

describe('the raw and the SDK engine', () => {
  it('give the same destination, and reject the same items with the same words, for any table', async () => {
    const random = fc.sample(wireItem, { numRuns: 200, seed: 20_261_121 });
    const [source, byRaw, bySdk] = [await raw('source'), await raw('by-raw'), sdk('by-sdk')];
    const refused = await source.write(random.map((item, index) => withKey(item, `item-${index}`)));

    const [rawPages, sdkPages] = [await pagesOf(source, 3), await pagesOf(sdk('source'), 3)];
    expect(sorted(itemsOf(rawPages))).toEqual(sorted(itemsOf(sdkPages)));
    expect(itemsOf(rawPages)).toHaveLength(200 - refused.length);

    const rejected = [await byRaw.write(itemsOf(rawPages)), await bySdk.write(itemsOf(sdkPages))];
    const words = rejected.map((list) =>
      list.map(({ item, code, message }) => `${code} ${message} ${canonical(item)}`),
    );
    expect(words[0]?.sort()).toEqual(words[1]?.sort());
    // An attribute S that is no text cannot be in the index.
    expect(words[0]?.length).toBeGreaterThan(0);

    const [onRaw, onSdk] = [itemsOf(await pagesOf(byRaw, 2)), itemsOf(await pagesOf(sdk('by-sdk'), 2))];
    expect(sorted(onRaw)).toEqual(sorted(onSdk));
    expect(onRaw.length + (words[0]?.length ?? 0)).toBe(200 - refused.length);

    const keys = Array.from({ length: 130 }, (_, index) => ({ pk: { S: `item-${index}` } }));
    expect(sorted(await byRaw.read(keys))).toEqual(sorted(await sdk('by-sdk').read(keys)));
    await byRaw.remove(keys);
    expect(await byRaw.read(keys, { keysOnly: ['pk'] })).toEqual([]);
    expect((await byRaw.page({ segment: 0, total: 1, after: null, consistent: true, countOnly: true })).count).toBe(
      onRaw.length - (await bySdk.read(keys)).length,
    );
  });

  it('put absent items alike', async () => {
    const item = (pk: string, n: string) => Buffer.from(`{"pk":{"S":"${pk}"},"n":{"N":"${n}"}}`);
    const byRaw = await raw('absent');
    await byRaw.write([item('a', '1')]);
    expect(await byRaw.writeAbsent([item('a', '2'), item('b', '2')], ['pk'])).toEqual({ rejected: [], present: 1 });
    expect(await sdk('absent').writeAbsent([item('a', '3'), item('c', '3')], ['pk'])).toEqual({
      rejected: [],
      present: 1,
    });
    const items = itemsOf(await pagesOf(byRaw, 1));
    expect(sorted(items)).toEqual(sorted([item('a', '1'), item('b', '2'), item('c', '3')]));
  });
});

describe('the items that come out of a table', () => {
  /** Writes one item raw, reads it raw, and answers what the service then has of it by the SDK. */
  const throughBoth = async (attributes: string) => {
    const golden = await raw('golden');
    const item = Buffer.from(`{"pk":{"S":"golden"},${attributes}}`);
    expect(await golden.write([item])).toEqual([]);
    const [first] = itemsOf(await pagesOf(golden, 1));
    const [second] = itemsOf(await pagesOf(sdk('golden'), 1));
    expect(canonical(first as Buffer)).toBe(canonical(second as Buffer));
    // A copy of the copy is the copy: what is read goes in again as it is.
    expect(await golden.write([first as Buffer])).toEqual([]);
    expect(itemsOf(await pagesOf(golden, 1))).toEqual([first]);
    return JSON.parse(String(first));
  };

  describe('pitfall 7: numbers', () => {
    it.each([
      '12345678901234567890123456789012345678',
      '0.12345678901234567890123',
      '123456789.1234567890123',
      '-99999999999999999999999999999999999999',
    ])('keep every digit: %s', async (number) => {
      expect((await throughBoth(`"n":{"N":"${number}"}`)).n).toEqual({ N: number });
    });

    it.each(['1E-130', '9.99E+125', '-0', '1.10', '001.500'])('are what they were: %s', async (number) => {
      const { n } = await throughBoth(`"n":{"N":"${number}"}`);
      expect(canonicalItem({ n })).toBe(canonicalItem({ n: { N: number } }));
    });
  });

  describe('pitfall 8: types within types', () => {
    /** Every type in a list and a map, so deep that the innermost value is at the 32nd level. */
    const nested = (levels: number): string => {
      const all =
        '"s":{"S":"ü\\u0000"},"n":{"N":"1.5"},"b":{"B":"AP8="},"bool":{"BOOL":false},"null":{"NULL":true},' +
        '"ss":{"SS":["b","a"]},"ns":{"NS":["2","10"]},"bs":{"BS":["AQ==","AP8="]},"es":{"S":""},"eb":{"B":""},"el":{"L":[]},"em":{"M":{}}';
      if (levels === 1) return '{"S":"deepest"}';
      return levels % 2 === 0
        ? `{"M":{${all},"down":${nested(levels - 1)}}}`
        : `{"L":[{"NULL":true},${nested(levels - 1)}]}`;
    };

    it('come through at depth 32, with __proto__ among the names', async () => {
      const attributes = `"deep":${nested(32)},"__proto__":{"M":{"__proto__":{"BS":["AQ=="]}}}`;
      const wanted = JSON.parse(`{"pk":{"S":"golden"},${attributes}}`);
      const found = await throughBoth(attributes);
      expect(canonicalItem(found)).toBe(canonicalItem(wanted));
      expect(Object.keys(found).sort()).toEqual(['__proto__', 'deep', 'pk']);
    });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemPage, WireItem } from '../../../lambdas/dynamodb/engine.ts';
import { byKey, sameItem } from '../../../lambdas/dynamodb/items-by-key.ts';
import { type Entry, openMerge, type Refused, type Side } from '../../../lambdas/dynamodb/merge.ts';
import type { Position } from '../../../lambdas/dynamodb/walk.ts';
import { canonicalWireItem } from '../../../lambdas/dynamodb/wire-item.ts';

type Table = readonly { readonly id: number; readonly value: number }[];

const itemOf = ({ id, value }: Table[number]) => Buffer.from(`{"pk":{"N":"${id}"},"value":{"N":"${value}"}}`);
const keyOf = (id: number): WireItem => ({ pk: { N: String(id) } });

/** Two tables in the order of their scans, read in pages of these sizes; `settled` counts what was looked up by key. */
function makeSources(
  tables: Record<Side, Table>,
  pageSize: Record<Side, number>,
  pagesAtMost = Number.POSITIVE_INFINITY,
  contested: ReadonlySet<number> = new Set(),
) {
  const settled: Entry[] = [];
  const known = (side: Side) => new Map(tables[side].map((item) => [canonicalWireItem(keyOf(item.id)), item]));
  const items = { source: known('source'), destination: known('destination') };
  const find = (side: Side, entry: Entry) => items[side].get(canonicalWireItem(entry.key));
  return {
    settled,
    pagesAtMost,
    async read(side: Side, after: WireItem | null): Promise<ItemPage> {
      const begin = after ? Number(after.at?.N) : 0;
      const items = tables[side].slice(begin, begin + pageSize[side]).map(itemOf);
      const end = begin + pageSize[side];
      const next = end < tables[side].length ? { at: { N: String(end) } } : null;
      return { items, next, count: items.length, scanned: items.length };
    },
    entries: (_: Side, items: readonly Buffer[]) => ({
      entries: [...byKey(items, ['pk'])].map(([text, { key, item }]) => ({
        ...{ text, key, item, origin: null },
        contested: contested.has(Number(key.pk?.N)),
      })),
      refused: [],
    }),
    fingerprint: (items: readonly Buffer[]) => items.length,
    same: sameItem,
    async settle(open: readonly Entry[], unequal: readonly Entry[]) {
      for (const entry of [...open, ...unequal]) {
        settled.push(entry);
        const [source, destination] = [find('source', entry), find('destination', entry)];
        if (source && destination) {
          entry.page.different += entry.side === 'destination' || source.value === destination.value ? 0 : 1;
        } else if (source) entry.page.missing += 1;
        else entry.page.extra += 1;
      }
    },
  };
}

const noCounts = { compared: 0, missing: 0, extra: 0, different: 0 };

/** Compares to the end; after each of `breaks` steps a new worker goes on from the last safe position. */
async function compare(sources: ReturnType<typeof makeSources>, breaks: readonly number[] = []) {
  const counts = { ...noCounts };
  let safe: Position | null = null;
  let fingerprint = 0;
  for (let worker = 0; ; worker++) {
    const merge = openMerge(sources);
    let ahead = safe;
    for (let step = 0; step !== breaks[worker]; step++) {
      const page = await merge(ahead);
      const result = await page.result;
      for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += result.items[name] ?? 0;
      fingerprint += result.fingerprint ?? 0;
      if (result.next === null) return { counts, fingerprint };
      safe = JSON.parse(JSON.stringify(result.next));
      ahead = page.ahead;
    }
  }
}

const range = (count: number, value = 1): Table => Array.from({ length: count }, (_, id) => ({ id, value }));

describe('openMerge', () => {
  it('finds the equal of every item in the same pages, and looks nothing up', async () => {
    const sources = makeSources({ source: range(100), destination: range(100) }, { source: 7, destination: 7 });
    expect(await compare(sources)).toEqual({ counts: { ...noCounts, compared: 100 }, fingerprint: 100 });
    expect(sources.settled).toHaveLength(0);
  });

  it('needs no look-up either where pages end at other places', async () => {
    const sources = makeSources({ source: range(100), destination: range(100) }, { source: 7, destination: 11 });
    expect(await compare(sources)).toMatchObject({ counts: { ...noCounts, compared: 100 } });
    expect(sources.settled).toHaveLength(0);
  });

  it('counts what is missing, extra and different, and looks up only that', async () => {
    const source = range(100).filter(({ id }) => id !== 10);
    const destination = range(100)
      .filter(({ id }) => id !== 20 && id !== 99)
      .map((item) => (item.id === 30 ? { ...item, value: 2 } : item));
    const sources = makeSources({ source, destination }, { source: 9, destination: 9 });
    expect((await compare(sources)).counts).toEqual({ compared: 99, missing: 2, extra: 1, different: 1 });
    expect(sources.settled.map(({ key }) => key.pk?.N).sort()).toEqual(['10', '20', '30', '99']);
  });

  it('reads one page of each segment for a sample', async () => {
    const sources = makeSources({ source: range(100), destination: range(90) }, { source: 9, destination: 9 }, 1);
    expect((await compare(sources)).counts).toEqual({ ...noCounts, compared: 9 });
  });

  it('settles a key that the source has twice after a change by itself', async () => {
    const source = [...range(5), { id: 2, value: 7 }];
    const sources = makeSources({ source, destination: range(5) }, { source: 2, destination: 5 });
    const { counts } = await compare(sources);
    expect(counts.compared).toBe(6);
    expect(sources.settled.map(({ key }) => key.pk?.N)).toContain('2');
  });
});

describe('openMerge and items that are no plain pairs', () => {
  it.each([
    ['on one page', 5, 5],
    ['where the source’s is read later', 1, 5],
    ['where the destination’s is read later', 5, 1],
  ])('looks a contested key up even if it finds its equal %s', async (_where, source, destination) => {
    const tables = { source: range(5), destination: range(5) };
    const sources = makeSources(tables, { source, destination }, undefined, new Set([3]));
    expect((await compare(sources)).counts).toEqual({ ...noCounts, compared: 5 });
    expect(sources.settled.map(({ side, key }) => [side, key.pk?.N])).toEqual([['source', '3']]);
  });

  it('hands over what the destination cannot have with its page, and counts it as compared', async () => {
    const sources = makeSources({ source: range(3), destination: range(2) }, { source: 3, destination: 3 });
    const refused: Refused[] = [];
    const merge = openMerge({
      ...sources,
      entries(side, items) {
        const { entries } = sources.entries(side, items.slice(0, 2));
        const rejected = items.slice(2).map((item) => ({ item, code: 'KeyTooLong', message: 'too long' }));
        return { entries, refused: rejected };
      },
      async settle(_open, _unequal, more) {
        refused.push(...more);
        for (const { page } of more) page.missing += 1;
      },
    });
    const { items } = await (await merge(null)).result;
    expect(items).toMatchObject({ compared: 3, missing: 1 });
    expect(refused).toMatchObject([{ item: itemOf({ id: 2, value: 1 }), code: 'KeyTooLong' }]);
  });
});

describe('pitfall 38: segments of two tables that hold other keys, or in another order', () => {
  const table = fc.uniqueArray(fc.record({ id: fc.nat(40), value: fc.nat(1) }), { selector: ({ id }) => id });
  const size = fc.integer({ min: 1, max: 12 });

  it('are compared exactly, wherever pages end and workers die', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        table,
        fc.record({ source: size, destination: size }),
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
        async (source, destination, pageSize, breaks) => {
          const there = new Map(destination.map(({ id, value }) => [id, value]));
          const here = new Set(source.map(({ id }) => id));
          const { counts } = await compare(makeSources({ source, destination }, pageSize), breaks);
          expect(counts).toEqual({
            compared: source.length,
            missing: source.filter(({ id }) => !there.has(id)).length,
            extra: destination.filter(({ id }) => !here.has(id)).length,
            different: source.filter(({ id, value }) => there.has(id) && there.get(id) !== value).length,
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are looked up by key when one side is far ahead, so that memory stays bounded', async () => {
    const reversed = [...range(30_000)].reverse();
    const sources = makeSources({ source: range(30_000), destination: reversed }, { source: 5000, destination: 5000 });
    expect((await compare(sources)).counts).toEqual({ ...noCounts, compared: 30_000 });
    expect(sources.settled.length).toBeGreaterThan(10_000);
  });
});

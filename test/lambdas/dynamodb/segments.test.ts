import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  groupSegments,
  interleaveTables,
  segmentCount,
  vanDerCorputOrder,
} from '../../../lambdas/dynamodb/segments.ts';

const table = { table: 'orders', as: 'PROD-orders', tableId: 'id-1' };
const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

describe('groupSegments', () => {
  it('puts every segment of any total into exactly one group', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), (total) => {
        const groups = groupSegments({ ...table, total });
        const all = groups.flatMap(({ segments }) => segments).sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: total }, (_, index) => index));
      }),
      { numRuns: 60 },
    );
  });

  it('gives each group one to four segments that lie far apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), (total) => {
        const groups = groupSegments({ ...table, total }).map(({ segments }) => segments);
        const steps = groups.flatMap((segments) =>
          segments.slice(1).map((segment, index) => segment - (segments[index] ?? 0)),
        );
        expect(new Set(steps).size).toBe(total > 1 ? 1 : 0);
        expect(steps[0] ?? 1).toBe(Math.ceil(total / 4));
        const sizes = groups.map(({ length }) => length);
        expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(4);
      }),
      { numRuns: 60 },
    );
  });

  it('carries the table and its total into every group', () => {
    expect(groupSegments({ ...table, total: 6 })).toEqual([
      { ...table, total: 6, segments: [0, 2, 4] },
      { ...table, total: 6, segments: [1, 3, 5] },
    ]);
  });

  it('begins with children that lie evenly over the table', () => {
    const firsts = groupSegments({ ...table, total: 32 }).map(({ segments }) => segments[0]);
    expect(firsts).toEqual([0, 4, 2, 6, 1, 5, 3, 7]);
  });

  it('spreads whatever runs at a time over all partitions', () => {
    // 50 children of four segments write to 200 places; 40 partitions of equal size would have 5 of them each.
    const running = groupSegments({ ...table, total: 1024 }).slice(100, 150);
    const partitions = new Array<number>(40).fill(0);
    for (const segment of running.flatMap(({ segments }) => segments)) {
      const partition = Math.floor((segment * 40) / 1024);
      partitions[partition] = (partitions[partition] ?? 0) + 1;
    }
    expect(Math.min(...partitions)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...partitions)).toBeLessThanOrEqual(8);
  });
});

describe('vanDerCorputOrder', () => {
  it('holds each number once, whatever the count', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), (count) => {
        const numbers = vanDerCorputOrder(count).sort((a, b) => a - b);
        expect(numbers).toEqual(Array.from({ length: count }, (_, index) => index));
      }),
      { numRuns: 60 },
    );
  });

  it('leaves no gap wider than twice the even one in any beginning', () => {
    const order = vanDerCorputOrder(256);
    for (const length of [2, 3, 5, 16, 100]) {
      const places = [...order.slice(0, length).sort((a, b) => a - b), 256];
      const gaps = places.slice(1).map((place, index) => place - (places[index] ?? 0));
      expect(Math.max(...gaps)).toBeLessThanOrEqual((2 * 256) / length);
    }
  });
});

describe('interleaveTables', () => {
  const groupsOf = (name: string, total: number) => groupSegments({ ...table, as: name, total });
  const totals = fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 8 });

  it('lists every group of every table once, each table in its own order', () => {
    fc.assert(
      fc.property(totals, (sizes) => {
        const tables = sizes.map((total, index) => groupsOf(`t${index}`, total));
        const list = interleaveTables(tables);
        expect(list).toHaveLength(tables.flat().length);
        for (const [index, groups] of tables.entries()) {
          expect(list.filter(({ as }) => as === `t${index}`)).toEqual(groups);
        }
      }),
    );
  });

  it('takes from each table in proportion, so that none leaves a tail', () => {
    fc.assert(
      fc.property(totals, fc.integer({ min: 0, max: 100 }), (sizes, percent) => {
        const tables = sizes.map((total, index) => groupsOf(`t${index}`, total));
        const list = interleaveTables(tables);
        const begun = list.slice(0, Math.floor((percent / 100) * list.length));
        for (const [index, groups] of tables.entries()) {
          const fair = (begun.length / Math.max(1, list.length)) * groups.length;
          const taken = begun.filter(({ as }) => as === `t${index}`).length;
          // One for its own rounding, and its share of the others' roundings.
          expect(Math.abs(taken - fair)).toBeLessThanOrEqual(1 + (tables.length * groups.length) / list.length);
        }
      }),
    );
  });

  it('spreads tables of a single group over the list', () => {
    const small = ['a', 'b', 'c', 'd'].map((name) => groupsOf(name, 4));
    const list = interleaveTables([...small, groupsOf('large', 256)]);
    const places = list.flatMap(({ as }, index) => (as === 'large' ? [] : [index]));
    expect(places).toHaveLength(4);
    const gaps = places.slice(1).map((place, index) => place - (places[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10);
  });

  it('lists nothing where there is no table', () => {
    expect(interleaveTables([])).toEqual([]);
  });
});

describe('pitfall 6: more segments than items', () => {
  it('keeps the number of segments that was asked for, however small the table', () => {
    expect(segmentCount(4096, 10, 20)).toBe(4096);
    expect(segmentCount(1_000_000, 10, 20)).toBe(1_000_000);
    expect(groupSegments({ ...table, total: 4096 })).toHaveLength(1024);
  });
});

describe('segmentCount', () => {
  it.each([
    { bytes: 0, concurrency: 20, count: 4 },
    { bytes: 64 * mebibyte, concurrency: 20, count: 4 },
    { bytes: 128 * mebibyte, concurrency: 20, count: 8 },
    { bytes: 2 * gibibyte - 1, concurrency: 20, count: 64 },
    { bytes: 2 * gibibyte, concurrency: 20, count: 128 },
    // 4 children · 4 segments · 20 workers = 320, up to the next power of two.
    { bytes: 20 * gibibyte, concurrency: 20, count: 512 },
    { bytes: 64 * gibibyte + 1, concurrency: 20, count: 1024 },
    { bytes: 64 * gibibyte, concurrency: 200, count: 4096 },
    { bytes: 1e15, concurrency: 20, count: 16_384 },
    { bytes: 1e15, concurrency: 1000, count: 16_384 },
  ])('makes $count segments of $bytes bytes for $concurrency workers', ({ bytes, concurrency, count }) => {
    expect(segmentCount('auto', bytes, concurrency)).toBe(count);
  });

  it('never makes fewer segments of a larger table, and segments of 16 MiB at least above 64 MiB', () => {
    // From a byte to a petabyte, each order of magnitude as often as the others.
    const size = fc.integer({ min: 0, max: 500 }).map((tenths) => Math.floor(2 ** (tenths / 10)));
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 1000 }), (one, other, concurrency) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)];
        const count = segmentCount('auto', large, concurrency);
        expect(segmentCount('auto', small, concurrency)).toBeLessThanOrEqual(count);
        if (large >= 64 * mebibyte) expect(large / count).toBeGreaterThanOrEqual(16 * mebibyte);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupSegments, segmentCount } from '../../../lambdas/dynamodb/segments.ts';

const table = { table: 'orders', as: 'PROD-orders', tableId: 'id-1' };
const mebibyte = 1024 * 1024;

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
        for (const { segments } of groupSegments({ ...table, total })) {
          expect(segments.length).toBeGreaterThanOrEqual(1);
          expect(segments.length).toBeLessThanOrEqual(4);
          const steps = segments.slice(1).map((segment, index) => segment - (segments[index] ?? 0));
          for (const step of steps) expect(step).toBe(Math.ceil(total / 4));
        }
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
});

describe('pitfall 6: more segments than items', () => {
  it('keeps the number of segments that was asked for, however small the table', () => {
    expect(segmentCount(4096, 10)).toBe(4096);
    expect(groupSegments({ ...table, total: 4096 })).toHaveLength(1024);
  });
});

describe('segmentCount', () => {
  it.each([
    { bytes: 0, count: 4 },
    { bytes: 64 * mebibyte - 1, count: 4 },
    { bytes: 64 * mebibyte, count: 16 },
    { bytes: 16 * 128 * mebibyte, count: 16 },
    { bytes: 16 * 128 * mebibyte + 1, count: 32 },
    { bytes: 1e15, count: 16_384 },
  ])('makes $count segments of $bytes bytes', ({ bytes, count }) => {
    expect(segmentCount('auto', bytes)).toBe(count);
  });

  it('never makes fewer segments of a larger table', () => {
    const size = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(size, size, (one, other) => {
        expect(segmentCount('auto', Math.min(one, other))).toBeLessThanOrEqual(
          segmentCount('auto', Math.max(one, other)),
        );
      }),
    );
  });
});

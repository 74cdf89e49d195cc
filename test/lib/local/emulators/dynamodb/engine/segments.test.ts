import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldSegment } from '../../../../../../lib/local/emulators/dynamodb/engine/segments.ts';

describe('foldSegment', () => {
  it('leaves up to 4096 segments as they are', () => {
    expect(foldSegment({ segment: 4095, total: 4096 })).toEqual({ segment: 4095, total: 4096 });
    expect(foldSegment({ segment: 0, total: 1 })).toEqual({ segment: 0, total: 1 });
  });

  it.each([4097, 6000, 8192, 999_999, 1_000_000])(
    'gives each of the 4096 ranges to exactly one of %i segments',
    (total) => {
      const ranges: number[] = [];
      for (let segment = 0; segment < total; segment += 1) {
        const folded = foldSegment({ segment, total });
        if (folded) ranges.push(folded.segment);
      }
      expect(ranges).toEqual(Array.from({ length: 4096 }, (_, range) => range));
    },
  );

  it('keeps ranges in the order of segments', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4097, max: 1_000_000 }), fc.nat(), (total, seed) => {
        const segment = seed % (total - 1);
        const [one, next] = [foldSegment({ segment, total }), foldSegment({ segment: segment + 1, total })];
        if (one && next) expect(next.segment).toBe(one.segment + 1);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { simulate, unitsPerPartition } from '../../../bench/simulation/destination.ts';
import { meanRate, rows } from '../../../bench/simulation/index.ts';
import { orders, ours } from '../../../bench/simulation/orders.ts';

const [inOrder, , , , last] = orders;
const row = rows[1] ?? { partitions: 0, segments: 0, workers: 0 };
const ceiling = row.partitions * unitsPerPartition;

describe('a simulated destination', () => {
  it('takes from many workers what one partition can take', () => {
    const groups = Array.from({ length: 40 }, (_, segment) => [segment]);
    const rate = simulate({ partitions: 1, segments: 40, workers: 10, items: 20_000, seed: 1 }, groups);
    expect(rate).toBeGreaterThan(0.98 * unitsPerPartition);
    // A bucket of 50 units is full at the start.
    expect(rate).toBeLessThan(1.01 * unitsPerPartition);
  });

  it('takes from one worker what that can write', () => {
    const groups = Array.from({ length: 10 }, (_, index) => [index, index + 10, index + 20, index + 30]);
    const rate = simulate({ partitions: 40, segments: 40, workers: 1, items: 20_000, seed: 1 }, groups);
    expect(rate).toBeGreaterThan(1_800);
    expect(rate).toBeLessThan(2_120);
  });

  it('is the same again for the same seed, and another for another', () => {
    const run = (seed: number) => simulate({ ...row, items: 100_000, seed }, ours(row.segments));
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });
});

describe('the order of a promotion', () => {
  it('has every segment once', () => {
    for (const { groups } of orders) {
      const all = [...groups(1000, 3)].flat().sort((one, other) => one - other);
      expect(all).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    }
  });

  it('reaches at least 94 % of what 40 partitions can take', () => {
    if (!last) throw new Error('there is no order');
    const share = meanRate(row, last, [1, 2, 3]) / ceiling;
    expect(share).toBeGreaterThanOrEqual(0.94);
    expect(share).toBeLessThanOrEqual(1.01);
  });

  it('leaves the order of the keys far behind, which fills two or three partitions at a time', () => {
    if (!inOrder) throw new Error('there is no order');
    expect(meanRate(row, inOrder, [1, 2, 3]) / ceiling).toBeLessThan(0.1);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createQueue } from '../../../bench/simulation/queue.ts';

describe('a queue', () => {
  it('hands out the earliest first, and of one time what was added first', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const queue = createQueue<number>();
        for (const [index, at] of times.entries()) queue.add(at, index);
        const taken = times.map(() => queue.take());
        const expected = times
          .map((at, what) => ({ at, what }))
          .sort((one, other) => one.at - other.at || one.what - other.what);
        expect(taken.map((entry) => entry && { at: entry.at, what: entry.what })).toEqual(expected);
        expect(queue.take()).toBeNull();
      }),
    );
  });

  it('takes in more while it is emptied', () => {
    const queue = createQueue<string>();
    queue.add(2, 'late');
    queue.add(1, 'early');
    expect(queue.take()?.what).toBe('early');
    queue.add(1.5, 'between');
    expect([queue.take()?.what, queue.take()?.what]).toEqual(['between', 'late']);
  });
});

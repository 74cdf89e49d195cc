import { describe, expect, it } from 'vitest';
import { eachOf } from '../../../lambdas/core/each-of.ts';

describe('eachOf', () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('keeps the order of the items and runs no more than `width` at once', async () => {
    let running = 0;
    let most = 0;
    const results = await eachOf([5, 1, 4, 2, 3, 0], 3, async (item, index) => {
      most = Math.max(most, ++running);
      for (let turns = 0; turns < item; turns++) await turn();
      running--;
      return `${index}:${item}`;
    });
    expect(results).toEqual(['0:5', '1:1', '2:4', '3:2', '4:3', '5:0']);
    expect(most).toBe(3);
  });

  it('throws the first error after those under way have ended', async () => {
    const ended: number[] = [];
    const run = eachOf([1, 2, 3], 3, async (item) => {
      if (item === 2) throw new Error('two');
      for (let turns = 0; turns < 5; turns++) await turn();
      ended.push(item);
    });
    await expect(run).rejects.toThrow('two');
    expect(ended).toEqual([1, 3]);
  });

  it('begins nothing new after an error', async () => {
    const begun: number[] = [];
    const run = eachOf([0, 1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item);
      if (item === 1) throw new Error('one');
      for (let turns = 0; turns < 5; turns++) await turn();
    });
    await expect(run).rejects.toThrow('one');
    expect(begun).toEqual([0, 1]);
  });

  it('answers nothing for nothing', async () => {
    expect(await eachOf([], 8, async () => 1)).toEqual([]);
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSlots, writeAll } from '../../../bench/dynamodb/variants/contract.ts';

describe('slots', () => {
  it('let so many calls be under way and no more, in their order', async () => {
    const slot = createSlots(3);
    const begun: number[] = [];
    let [open, most] = [0, 0];
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        slot(async () => {
          begun.push(index);
          most = Math.max(most, ++open);
          await delay(1);
          open -= 1;
        }),
      ),
    );
    expect(most).toBe(3);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('are free again after a call that failed', async () => {
    const slot = createSlots(1);
    await expect(slot(() => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    expect(await slot(async () => 'next')).toBe('next');
  });
});

it('writeAll writes every item once, in batches of 25', async () => {
  const batches: (readonly number[])[] = [];
  const items = Array.from({ length: 60 }, (_, index) => index);
  const written = await writeAll(items, createSlots(2), async (batch) => {
    batches.push(batch);
  });
  expect(written).toEqual({ items: 60 });
  expect(batches.map(({ length }) => length)).toEqual([25, 25, 10]);
  expect(batches.flat()).toEqual(items);
});

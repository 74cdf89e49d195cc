import { describe, expect, it } from 'vitest';
import { datasets, itemBytes, itemsPerPage, makeItem } from '../../../bench/dynamodb/dataset.ts';
import { itemSize } from '../../../lib/local/emulators/dynamodb/engine/sizes.ts';

const numbers = Array.from({ length: 1_000 }, (_, index) => index);

describe.each(datasets)('%s items', (dataset) => {
  const items = numbers.map((number) => makeItem(dataset, number));

  it('have on average the size that is told of them', () => {
    const mean = items.reduce((sum, item) => sum + itemSize(item as never), 0) / items.length;
    expect(Math.abs(mean - itemBytes[dataset])).toBeLessThan(itemBytes[dataset] / 100);
  });

  it('fill a page of 1 MB and no more', () => {
    expect(itemsPerPage[dataset] * itemBytes[dataset]).toBeLessThanOrEqual(2 ** 20);
    expect((itemsPerPage[dataset] + 1) * itemBytes[dataset]).toBeGreaterThan(2 ** 20);
  });

  it('are the same for the same number, and have keys of their own', () => {
    expect(makeItem(dataset, 42)).toEqual(items[42]);
    expect(new Set(items.map(({ pk, sk }) => JSON.stringify([pk, sk]))).size).toBe(items.length);
  });
});

it('mixed items have 18 attributes and every type that there is, small ones 7', () => {
  const text = JSON.stringify(makeItem('mixed', 7));
  expect(Object.keys(makeItem('mixed', 7))).toHaveLength(18);
  for (const type of ['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'M', 'L']) expect(text).toContain(`{"${type}":`);
  expect(Object.keys(makeItem('small', 7))).toHaveLength(7);
});

it('mixed items hold a number that JavaScript would round', () => {
  const exact = (makeItem('mixed', 7).exact as { N: string }).N;
  expect(String(Number(exact))).not.toBe(exact);
});

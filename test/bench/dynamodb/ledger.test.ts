import { describe, expect, it } from 'vitest';
import { itemsPerPage, makeItem } from '../../../bench/dynamodb/dataset.ts';
import { createLedger, datasetOf } from '../../../bench/dynamodb/ledger.ts';
import type { WireItem } from '../../../lambdas/dynamodb/engine.ts';

const page = Array.from({ length: itemsPerPage.mixed }, (_, number) => makeItem('mixed', number));

function bodyOf(items: readonly WireItem[]): Buffer {
  return Buffer.from(JSON.stringify({ RequestItems: { copy: items.map((Item) => ({ PutRequest: { Item } })) } }));
}

function wrongAfter(items: readonly WireItem[]): number | null {
  const ledger = createLedger(true);
  ledger.served('mixed', 0);
  ledger.written(bodyOf(items));
  return ledger.take().wrong;
}

describe('a ledger that verifies', () => {
  it('finds nothing wrong with items that come as they were served, their attributes in whatever order', () => {
    const turned = page.map((item) => Object.fromEntries(Object.entries(item).reverse()) as WireItem);
    expect(wrongAfter(turned)).toBe(0);
  });

  it.each([
    ['is missing', 1, (items) => items.slice(1)],
    ['comes twice', 1, (items) => [...items, ...items.slice(0, 1)]],
    // The changed one is strange, and the one that was served is missing.
    ['has another number', 2, (items) => [{ ...items[0], total: { N: '0.5' } }, ...items.slice(1)]],
  ] as [string, number, (items: readonly WireItem[]) => WireItem[]][])('finds an item that %s', (_, wrong, change) => {
    expect(wrongAfter(change(page))).toBe(wrong);
  });
});

it('a ledger that only counts takes no items apart', () => {
  const ledger = createLedger(false);
  ledger.served('mixed', 0);
  ledger.written(bodyOf(page.slice(0, 25)));
  ledger.written(bodyOf(page.slice(25, 26)));
  expect(ledger.take()).toMatchObject({ pages: 1, batches: 2, items: 26, wrong: null });
  expect(ledger.take()).toMatchObject({ pages: 0, batches: 0, items: 0, bytes: 0 });
});

it('the shape of a table is told by its name', () => {
  expect(['small-copy', 'mixed', 'anything'].map(datasetOf)).toEqual(['small', 'mixed', 'mixed']);
});

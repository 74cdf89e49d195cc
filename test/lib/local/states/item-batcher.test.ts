import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchItems, singleItems } from '../../../../lib/local/states/item-batcher.ts';
import { isObject } from '../../../../lib/local/states/json.ts';

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('batchItems', () => {
  it('keeps all items in order within both limits, and no batch could take the next item', () => {
    const items = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 60 });
    fc.assert(
      fc.property(
        items,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 120, max: 400 }),
        (all, maxItems, maxBytes) => {
          fc.pre(all.every((item) => bytes({ Items: [item] }) <= maxBytes));
          const batches = batchItems(all, { maxItems, maxBytes, batchInput: undefined });
          const lists = batches.map(({ input }) => (isObject(input) && Array.isArray(input.Items) ? input.Items : []));
          expect(lists.flat()).toEqual(all);
          for (const [index, list] of lists.entries()) {
            expect(bytes({ Items: list })).toBeLessThanOrEqual(maxBytes);
            expect(list.length).toBeLessThanOrEqual(maxItems);
            const following = lists[index + 1]?.[0];
            if (following !== undefined && list.length < maxItems) {
              expect(bytes({ Items: [...list, following] })).toBeGreaterThan(maxBytes);
            }
          }
        },
      ),
    );
  });
  it('refuses an item that fits into no batch', () => {
    expect(() => batchItems(['x'.repeat(50)], { maxItems: 1, maxBytes: 40, batchInput: {} })).toThrow(
      'does not fit into a batch of 40 bytes',
    );
  });
});

describe('singleItems', () => {
  it('refuses an item larger than an input', () => {
    expect(() => singleItems(['x'.repeat(262_143)])).toThrow('larger than the input of a child');
    expect(singleItems(['x'.repeat(262_142)])).toHaveLength(1);
  });
});

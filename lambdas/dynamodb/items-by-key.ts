import type { TableEngine, WireItem } from './engine.ts';
import { canonicalWireItem, parseItem, wireKeyOf } from './wire-item.ts';

/** Items of a page under the canonical text of their key, with the key itself. */
export type ItemsByKey = ReadonlyMap<string, { readonly key: WireItem; readonly item: Buffer }>;

/** Orders items by key; of several with one key the last counts. */
export function byKey(
  items: readonly Buffer[],
  keyNames: readonly string[],
): Map<string, { key: WireItem; item: Buffer }> {
  return new Map(
    items.map((item) => {
      const key = wireKeyOf(parseItem(item), keyNames);
      return [canonicalWireItem(key), { key, item }];
    }),
  );
}

/** Strongly consistent reads of the items with these keys, in batches; absent ones are absent. */
export async function readByKey(
  engine: TableEngine,
  keys: readonly WireItem[],
  keyNames: readonly string[],
): Promise<ItemsByKey> {
  return byKey(await engine.read(keys), keyNames);
}

/** True when two items are equal: their bytes mostly are, and where not, what they mean decides. */
export function sameItem(one: Buffer, other: Buffer): boolean {
  return one.equals(other) || canonicalWireItem(parseItem(one)) === canonicalWireItem(parseItem(other));
}

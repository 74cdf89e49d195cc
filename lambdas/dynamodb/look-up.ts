import type { Change } from './change.ts';
import type { TableEngine, WireItem } from './engine.ts';
import { overlongKey } from './key-sizes.ts';
import { canonicalWireItem, parseItem, wireKeyOf } from './wire-item.ts';

/** A source item behind a key of the destination: its own key, and what becomes of it. */
export interface Behind {
  readonly key: WireItem;
  readonly item: WireItem;
}

/**
 * The source items behind keys of the destination, changed as the copy changes them, under the canonical text of the
 * destination's key; strongly consistent. What the filter or the time to live leaves out is absent. More than one item
 * under a key is a collision. Reads by key cannot be filtered by the service, and a Query cannot filter by the key's
 * attributes, so the filter is evaluated here on whole items.
 */
export async function lookUp(
  source: Pick<TableEngine, 'read'>,
  change: Change,
  destinationKeys: readonly WireItem[],
  destinationKey: readonly string[],
  nowSeconds: number = Math.floor(Date.now() / 1000),
): Promise<Map<string, Behind[]>> {
  // What is longer than a key may be was no item's key, and would be refused with all others.
  const before = destinationKeys
    .flatMap((key) => change.keysBefore(key))
    .filter((key) => !overlongKey(key, change.sourceKey));
  const distinct = new Map(before.map((key) => [canonicalWireItem(key), key]));
  const found = new Map<string, Behind[]>();
  for (const bytes of await source.read([...distinct.values()])) {
    const item = parseItem(bytes);
    const changed = change.meets(item) ? change.apply(item, nowSeconds) : null;
    if (changed?.kind !== 'item') continue;
    const key = canonicalWireItem(wireKeyOf(changed.item, destinationKey));
    const behind = { key: wireKeyOf(item, change.sourceKey), item: changed.item };
    found.set(key, [...(found.get(key) ?? []), behind]);
  }
  return found;
}

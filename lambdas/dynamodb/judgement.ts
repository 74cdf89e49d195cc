import type { Change } from './change.ts';
import type { Comparison } from './compare.ts';
import type { WireItem } from './engine.ts';
import { readByKey, sameItem } from './items-by-key.ts';
import { type Behind, lookUp } from './look-up.ts';
import type { Entry } from './merge.ts';
import { canonicalWireItem, serializeItem } from './wire-item.ts';

/** Why an item is not there and cannot be written. */
export interface Reason {
  readonly code: string;
  readonly message: string;
}

/** One item that the two tables do not agree on. */
export interface Mismatch {
  readonly problem: 'missing' | 'extra' | 'different';
  readonly entry: Entry;
  /** The destination's key; of an item that lost its key to another one, its own at the source. */
  readonly key: WireItem;
  readonly reason: Reason | null;
  /** The source's item as the destination should have it; null where the source has none. */
  readonly wanted: Buffer | null;
  readonly present: Buffer | null;
  /** True when several source items become this one: which of them is right is nobody's to choose here. */
  readonly collides: boolean;
}

const lost: Reason = {
  code: 'KeyCollision',
  message: 'after the change the item has the key of another one of the source, and only one can be there',
};

/**
 * Both sides by key, strongly consistent; what is equal, or gone on both sides, is no mismatch.
 *
 * Of n source items that become one key n - 1 are missing, on whatever pages and segments they are read: the one that
 * the destination has holds the key, or the first of them where it has none. All but one at most are contested and
 * therefore always judged (see `isContested`); so the first in order speaks for the holder and each other one for one
 * that lost, whichever the destination has.
 */
export async function judge({ group, tables, change }: Comparison, entries: readonly Entry[]): Promise<Mismatch[]> {
  const distinct = [...new Map(entries.map(({ key }) => [canonicalWireItem(key), key])).values()];
  const [behind, found] = await Promise.all([
    lookUp(tables.source, change, distinct, group.destinationKey, group.at),
    readByKey(tables.destination, distinct, group.destinationKey),
  ]);
  return entries.flatMap((entry): Mismatch[] => {
    const { side, key, origin } = entry;
    const text = canonicalWireItem(key);
    const rivals = inOrder(change, behind.get(text) ?? []);
    const present = found.get(text)?.item ?? null;
    const mismatch = { entry, key, reason: null, wanted: null, present, collides: rivals.length > 1 };
    if (rivals.length === 0) return present ? [{ ...mismatch, problem: 'extra' }] : [];
    // Both sides see a difference, in different segments where the change concerns keys: the source's counts.
    if (side === 'destination') return [];

    const items = rivals.map(({ item }) => serializeItem(item));
    const equal = items.findIndex((item) => present && sameItem(item, present));
    const holder = Math.max(0, equal);
    // One that has gone from the source since has nothing to say of the others.
    const place = origin ? rivals.findIndex((rival) => isKey(rival.key, origin)) : 0;
    if (place > 0) {
      const loser = rivals.filter((_, index) => index !== holder)[place - 1] as Behind;
      return [{ ...mismatch, problem: 'missing', key: loser.key, reason: lost }];
    }
    if (place < 0 || equal >= 0) return [];
    return [{ ...mismatch, problem: present ? 'different' : 'missing', wanted: items[holder] ?? null }];
  });
}

/** The one that may not be contested first, the others by their keys: the same for whoever looks. */
function inOrder(change: Change, all: readonly Behind[]): readonly Behind[] {
  if (all.length < 2) return all;
  const ranked = all.map((one) => ({
    one,
    rank: `${change.contested(one.key) ? 1 : 0} ${canonicalWireItem(one.key)}`,
  }));
  return ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1)).map(({ one }) => one);
}

function isKey(one: WireItem, other: WireItem): boolean {
  return canonicalWireItem(one) === canonicalWireItem(other);
}

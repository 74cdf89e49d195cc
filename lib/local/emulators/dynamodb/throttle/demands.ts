import { database, type IndexDefinition, type Item, type TableDefinition } from '../engine/dynalite.ts';
import { itemSize, projectItem, writeUnits } from '../engine/sizes.ts';

/** What one request for one item is expected to use; the answer tells what it did. */
export interface Demand {
  /** Local indexes included: they use the capacity of their table. Null where only an index is read. */
  readonly table: number | null;
  readonly global: ReadonlyMap<string, number>;
  /** First 24 bits of the hash of the partition key, from 0 to 1; null where the request has no key. */
  readonly hash: number | null;
}

const HASH_DIGITS = 6;

/** Position of a key in the order in which Scan returns items, which is that of the partitions. */
export function hashOf(key: Item, table: TableDefinition): number {
  const digits = database.createKey(key, table).slice(0, HASH_DIGITS);
  return Number.parseInt(digits, 16) / 16 ** HASH_DIGITS;
}

/** A put of an item as if there were none of its key. */
export function demandOfPut(item: Item, table: TableDefinition): Demand {
  const units = (index: IndexDefinition) => {
    const entry = projectItem(item, index, table);
    return entry ? writeUnits(itemSize(entry)) : 0;
  };
  const local = (table.LocalSecondaryIndexes ?? []).reduce((sum, index) => sum + units(index), 0);
  const global = (table.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, units(index)] as const);
  return {
    table: writeUnits(itemSize(item)) + local,
    global: new Map(global.filter(([, used]) => used > 0)),
    hash: hashOf(item, table),
  };
}

/** An update or a delete: how large the item is, and in which indexes, shows only afterwards. */
export function demandOfChange(key: Item, table: TableDefinition): Demand {
  const global = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => [IndexName, 0] as const);
  return { table: 1, global: new Map(global), hash: hashOf(key, table) };
}

export const demandOfRead = (key: Item, table: TableDefinition, consistent: boolean): Demand => ({
  table: consistent ? 1 : 0.5,
  global: new Map(),
  hash: hashOf(key, table),
});

/** How many bytes a page will have shows only afterwards; an index is read instead of its table. */
export function demandOfSearch(index: unknown, { GlobalSecondaryIndexes: indexes = [] }: TableDefinition): Demand {
  const isGlobal = indexes.some(({ IndexName }) => IndexName === index);
  return { table: isGlobal ? null : 0, global: new Map(isGlobal ? [[String(index), 0]] : []), hash: null };
}

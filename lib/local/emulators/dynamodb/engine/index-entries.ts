import {
  type Callback,
  database,
  type IndexDefinition,
  type Item,
  type Store,
  type StoreChange,
  type TableDefinition,
} from './dynalite.ts';
import { checkDepth, checkIndexKeys, withoutUnfitKeys } from './keys.ts';
import { projectItem } from './sizes.ts';

export const itemPrefix = (table: string): string => `item-${table}~`;

export const indexPrefix = (kind: 'local' | 'global', table: string, index: string): string =>
  `index-${kind}~${table}~${index}~`;

/**
 * Key of an index entry: index key, then the whole table key. dynalite ends it with six hex digits of a hash, which
 * lets two items with one index key overwrite each other's entry.
 */
export function indexEntryKey(item: Item, table: TableDefinition, keySchema: IndexDefinition['KeySchema']): string {
  return database.createKey(item, { ...table, KeySchema: keySchema }) + database.createKey(item, table);
}

/** The entry of an item in one index, null where the index does not hold the item. */
function entryOf(
  item: Item | null | undefined,
  prefix: string,
  index: IndexDefinition,
  table: TableDefinition,
): { readonly key: string; readonly value: Item } | null {
  const value = item && projectItem(item, index, table);
  return value ? { key: prefix + indexEntryKey(value, table, index.KeySchema), value } : null;
}

/** Changes of all index entries when `before` becomes `after`. */
export function indexChanges(
  table: TableDefinition,
  before: Item | null | undefined,
  after: Item | null | undefined,
): StoreChange[] {
  const changes: StoreChange[] = [];
  const old = before && withoutUnfitKeys(before, table);
  const next = after && withoutUnfitKeys(after, table);
  for (const [kind, indexes] of [
    ['local', table.LocalSecondaryIndexes],
    ['global', table.GlobalSecondaryIndexes],
  ] as const) {
    for (const index of indexes ?? []) {
      const prefix = indexPrefix(kind, table.TableName, index.IndexName);
      const left = entryOf(old, prefix, index, table);
      const entered = entryOf(next, prefix, index, table);
      if (left && left.key !== entered?.key) changes.push({ type: 'del', key: left.key });
      if (entered) changes.push({ type: 'put', ...entered });
    }
  }
  return changes;
}

/** Replaces dynalite's own function: checks the item as it will be, then writes its index entries. */
export function updateIndexes(
  store: Store,
  table: TableDefinition,
  before: Item | undefined,
  after: Item | null,
  callback: Callback<void>,
): void {
  const refusal = after && (checkChangedIndexKeys(before, after, table) ?? checkDepth(after));
  if (refusal) {
    callback(refusal);
    return;
  }
  const changes = indexChanges(table, before, after);
  if (changes.length === 0) callback(null);
  else store.db.batch(changes, callback);
}

/** An update leaves index keys alone that it does not touch, even unfit ones older than the index. */
function checkChangedIndexKeys(before: Item | undefined, after: Item, table: TableDefinition) {
  if (!before) return checkIndexKeys(after, table);
  const changed: Record<string, Item[string]> = {};
  for (const [name, value] of Object.entries(after)) {
    if (JSON.stringify(before[name]) !== JSON.stringify(value)) changed[name] = value;
  }
  return checkIndexKeys(changed, table);
}

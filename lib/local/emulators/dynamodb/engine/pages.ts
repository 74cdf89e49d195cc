import { describeConsumed, noneConsumed } from './capacity.ts';
import { type Callback, database, type Item, type Members, type Store, type TableDefinition } from './dynalite.ts';
import { matchesExpression } from './filter.ts';
import type { Expression } from './filter-operands.ts';
import { indexPrefix, itemPrefix } from './index-entries.ts';
import { itemSize, readUnits } from './sizes.ts';

/** A page of Query or Scan ends with the item that reaches this many bytes. */
const PAGE_BYTES = 1024 * 1024;
const READ_AHEAD = 128;

type Bounds = Readonly<Record<string, unknown>>;

/** dynalite's bounds are relative to one table or index; in the store below every key has a prefix. */
function prefixed(bounds: Bounds, prefix: string): Bounds {
  const lower = ['gte', 'gt'].find((name) => bounds[name] !== undefined);
  const upper = ['lte', 'lt'].find((name) => bounds[name] !== undefined);
  return {
    reverse: bounds.reverse === true,
    ...(lower ? { [lower]: `${prefix}${bounds[lower]}` } : { gte: prefix }),
    ...(upper ? { [upper]: `${prefix}${bounds[upper]}` } : { lt: `${prefix}\xff` }),
  };
}

/** Items in key order up to `limit` or a page full of bytes. */
async function readPage(store: Store, range: Bounds, limit: number): Promise<{ items: Item[]; bytes: number }> {
  const iterator = store.db.values(range);
  const items: Item[] = [];
  let bytes = 0;
  try {
    while (items.length < limit && bytes < PAGE_BYTES) {
      const batch = (await iterator.nextv(Math.min(READ_AHEAD, limit - items.length))) as Item[];
      if (batch.length === 0) break;
      for (const item of batch) {
        items.push(item);
        bytes += itemSize(item);
        if (bytes >= PAGE_BYTES) break;
      }
    }
  } finally {
    await iterator.close();
  }
  return { items, bytes };
}

/** Replaces dynalite's own function, which counts text in UTF-16 units and reads one item at a time. */
export const queryTable: typeof database.queryTable = (
  store,
  table,
  data,
  bounds,
  isLocal,
  fetchFromItems,
  startKeyNames,
  callback,
) => {
  answerPage(store, table, data, bounds, isLocal, fetchFromItems, startKeyNames).then(
    (answer) => callback(null, answer),
    (error) => callback(error),
  );
};

async function answerPage(
  store: Store,
  table: TableDefinition,
  data: Members,
  bounds: Bounds,
  isLocal: boolean,
  fetchFromItems: boolean,
  startKeyNames: readonly string[],
): Promise<Members> {
  const index = data.IndexName as string | undefined;
  const prefix = index
    ? indexPrefix(isLocal ? 'local' : 'global', table.TableName, index)
    : itemPrefix(table.TableName);
  const limit = (data.Limit as number | undefined) ?? Number.POSITIVE_INFINITY;
  const page = await readPage(store, prefixed(bounds, prefix), limit);
  const consistent = data.ConsistentRead === true;
  const consumed = noneConsumed();
  // A page of nothing costs the least amount, like a missing item.
  const units = readUnits(Math.max(1, page.bytes), consistent);
  if (index) consumed[isLocal ? 'local' : 'global'].set(index, units);
  else consumed.table = units;

  let items = page.items;
  const last = items.at(-1);
  if (fetchFromItems) {
    items = await Promise.all(items.map((entry) => fetchItem(store, table, entry)));
    for (const item of items) consumed.table += readUnits(itemSize(item), consistent);
  }
  const ended = page.items.length < limit && page.bytes < PAGE_BYTES;
  const capacity = describeConsumed(String(data.requestedName), consumed, data.ReturnConsumedCapacity);
  const shown = shownItems(items, data);
  return {
    ...(data.Select === 'COUNT' ? {} : { Items: shown }),
    Count: shown.length,
    ScannedCount: page.items.length,
    ...(ended || !last
      ? {}
      : { LastEvaluatedKey: Object.fromEntries(startKeyNames.map((name) => [name, last[name]])) }),
    ...(capacity ? { ConsumedCapacity: capacity } : {}),
  };
}

function fetchItem(store: Store, table: TableDefinition, entry: Item): Promise<Item> {
  return new Promise((resolve, reject) => {
    const done: Callback<Item> = (error, item) => (error || !item ? reject(error) : resolve(item));
    store.getItemDb(table.TableName).get(database.createKey(entry, table), done);
  });
}

/** Filter, then projection, as they come out of dynalite's parsers. */
function shownItems(items: readonly Item[], data: Members): readonly Item[] {
  const filter = data._filter as { expression: Expression } | undefined;
  const conditions = data.QueryFilter ?? data.ScanFilter;
  let shown = items;
  if (filter) shown = shown.filter((item) => matchesExpression(item, filter.expression));
  else if (conditions)
    shown = shown.filter((item) => database.matchesFilter(item, conditions, data.ConditionalOperator));
  const paths = (data._projection as { paths: unknown } | undefined)?.paths ?? data.AttributesToGet;
  return paths ? shown.map((item) => database.mapPaths(paths, item)) : shown;
}

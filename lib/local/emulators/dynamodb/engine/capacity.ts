import type { Item, Members, TableDefinition } from './dynalite.ts';
import { withoutUnfitKeys } from './keys.ts';
import { indexWriteUnits, itemSize, readUnits, writeUnits } from './sizes.ts';

/** What an operation used, before it is cut to what `ReturnConsumedCapacity` asks for. */
export interface Consumed {
  table: number;
  readonly local: Map<string, number>;
  readonly global: Map<string, number>;
}

export const noneConsumed = (): Consumed => ({ table: 0, local: new Map(), global: new Map() });

/** Capacity of replacing `before` by `after` (null: no such item) in a table and all its indexes. */
export function consumedByWrite(table: TableDefinition, before: Item | null, after: Item | null): Consumed {
  const consumed = noneConsumed();
  consumed.table = writeUnits(Math.max(before ? itemSize(before) : 0, after ? itemSize(after) : 0));
  // Items that are older than an index and have no fit key for it are not in it.
  const old = before && withoutUnfitKeys(before, table);
  const next = after && withoutUnfitKeys(after, table);
  for (const [units, indexes] of [
    [consumed.local, table.LocalSecondaryIndexes],
    [consumed.global, table.GlobalSecondaryIndexes],
  ] as const) {
    for (const index of indexes ?? []) {
      const used = indexWriteUnits(old, next, index, table);
      if (used > 0) units.set(index.IndexName, used);
    }
  }
  return consumed;
}

/** Capacity of reading one item by its key; a missing item costs the least amount. */
export function consumedByGet(item: Item | null, consistent: boolean): Consumed {
  const consumed = noneConsumed();
  consumed.table = readUnits(Math.max(1, item ? itemSize(item) : 0), consistent);
  return consumed;
}

export function addConsumed(total: Consumed, more: Consumed): void {
  total.table += more.table;
  for (const kind of ['local', 'global'] as const) {
    for (const [name, units] of more[kind]) total[kind].set(name, (total[kind].get(name) ?? 0) + units);
  }
}

/** The `ConsumedCapacity` member, undefined unless `detail` is `TOTAL` or `INDEXES`. */
export function describeConsumed(tableName: string, consumed: Consumed, detail: unknown): Members | undefined {
  if (detail !== 'TOTAL' && detail !== 'INDEXES') return undefined;
  const sum = (units: ReadonlyMap<string, number>) => [...units.values()].reduce((total, value) => total + value, 0);
  const total = consumed.table + sum(consumed.local) + sum(consumed.global);
  if (detail === 'TOTAL') return { TableName: tableName, CapacityUnits: total };
  return {
    TableName: tableName,
    CapacityUnits: total,
    Table: { CapacityUnits: consumed.table },
    ...describeIndexes('LocalSecondaryIndexes', consumed.local),
    ...describeIndexes('GlobalSecondaryIndexes', consumed.global),
  };
}

function describeIndexes(member: string, units: ReadonlyMap<string, number>): Members {
  if (units.size === 0) return {};
  return {
    [member]: Object.fromEntries([...units].map(([name, value]) => [name, { CapacityUnits: value }])),
  };
}

import { type Consumed, consumedByGet, consumedByWrite, describeConsumed } from './capacity.ts';
import { database, type Item, type Members } from './dynalite.ts';
import { indexEntryKey, updateIndexes } from './index-entries.ts';
import { checkItem, checkKey } from './keys.ts';
import { queryTable } from './pages.ts';
import { itemSize } from './sizes.ts';
import type { Tables } from './tables.ts';

/** Asks for the unfinished form of the consumed capacity, for batches to add up. */
export const RAW = 'RAW';

/**
 * Replaces the functions of dynalite's database module that are too lenient or lose entries. Its actions call them
 * through the module object, so that this is enough; it holds for the whole process.
 */
export function replaceWeakSpots(tables: Tables): void {
  const checkConditional = database.checkConditional;
  Object.assign(database, {
    itemSize,
    validateItem: checkItem,
    validateKey: checkKey,
    createIndexKey: indexEntryKey,
    updateIndexes,
    queryTable,
    checkConditional(data: Members, existing: Item | undefined) {
      const failed = checkConditional(data, existing);
      if (failed && existing && data.ReturnValuesOnConditionCheckFailure === 'ALL_OLD') failed.body.Item = existing;
      return failed;
    },
    addConsumedCapacity(data: Members, isRead: boolean, first?: Item, second?: Item): Members | Consumed | undefined {
      const detail = data.ReturnConsumedCapacity;
      if (detail === undefined || detail === 'NONE') return undefined;
      const table = tables.find(String(data.TableName));
      if (!table) throw new Error(`table ${data.TableName} is not defined`);
      const consumed = isRead
        ? consumedByGet(first ?? null, data.ConsistentRead === true)
        : consumedByWrite(table, first ?? null, second ?? null);
      return detail === RAW ? consumed : describeConsumed(String(data.requestedName), consumed, detail);
    },
  });
}

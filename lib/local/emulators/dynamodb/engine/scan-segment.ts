import { runAction } from './actions.ts';
import { consumedByGet, describeConsumed } from './capacity.ts';
import { type Action, database, type Members, type Store } from './dynalite.ts';
import { foldSegment } from './segments.ts';

/** Scan of one of many segments, however many, such that every item is in exactly one. */
export async function scanSegment(store: Store, scan: Action, data: Members): Promise<Members> {
  const segment = Number(data.Segment);
  const total = Number(data.TotalSegments);
  const misplaced =
    'The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. ' +
    `TotalSegments: ${total} Segment: ${segment}`;
  const folded = foldSegment({ segment, total });
  if (!folded) {
    if (data.ExclusiveStartKey) throw database.validationError(misplaced);
    return scanEmptySegment(store, scan, data);
  }
  try {
    return await runAction(store, scan, { ...data, Segment: folded.segment, TotalSegments: folded.total });
  } catch (error) {
    if (error instanceof Error && error.message.includes('with correct Segment'))
      throw database.validationError(misplaced);
    throw error;
  }
}

async function scanEmptySegment(store: Store, scan: Action, data: Members): Promise<Members> {
  // Any segment will do to have the table, the index and the expressions checked.
  const checked = await runAction(store, scan, { ...data, Segment: 0, TotalSegments: 4096, Limit: 1 });
  const least = consumedByGet(null, data.ConsistentRead === true);
  const consumed = describeConsumed(String(data.requestedName), least, data.ReturnConsumedCapacity);
  return {
    ...(checked.Items ? { Items: [] } : {}),
    Count: 0,
    ScannedCount: 0,
    ...(consumed ? { ConsumedCapacity: consumed } : {}),
  };
}

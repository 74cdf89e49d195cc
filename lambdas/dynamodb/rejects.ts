import type { Artefacts } from '../core/artefacts.ts';
import { sha256 } from '../core/json.ts';
import { keys } from '../core/keys.ts';
import type { SegmentGroup } from './contracts.ts';
import type { Rejected, WireItem } from './engine.ts';
import { canonicalWireItem, parseItem, pickAttributes } from './wire-item.ts';

/** Prefix of the files of rejected items of one table. */
export function rejectsPrefix(promotionId: string, as: string): string {
  return keys.work(promotionId, 'dynamodb', 'import', `rejects/${as}/`);
}

/**
 * Notes the items of a page that cannot be written, as lines of `{"code","message","key"}` with the key in DynamoDB JSON:
 * the item itself stays in the source, for what is in it is nobody's to read here. The name belongs to the page: one
 * that is worked off twice has one file.
 */
export async function keepRejects(
  artefacts: Artefacts,
  promotionId: string,
  group: SegmentGroup,
  page: { readonly segment: number; readonly after: WireItem | null },
  rejected: readonly Rejected[],
): Promise<void> {
  if (rejected.length === 0) return;
  const place = sha256(
    `${group.tableId} ${group.total} ${page.segment} ${page.after ? canonicalWireItem(page.after) : ''}`,
  );
  const text = rejected
    .map(({ code, message, item }) => `${JSON.stringify({ code, message, key: keyIn(item, group) })}\n`)
    .join('');
  await artefacts.write(`${rejectsPrefix(promotionId, group.as)}${place.slice(0, 24)}.jsonl`, text);
}

/** A refused item is as it was read, or as it was to be written. */
function keyIn(item: Buffer, { sourceKey, destinationKey }: SegmentGroup): WireItem {
  return pickAttributes(parseItem(item), [...new Set([...sourceKey, ...destinationKey])]);
}

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

/** An item that cannot be written, as it is listed: which one, and why. */
export interface Reject {
  readonly code: string;
  readonly message: string;
  readonly key: WireItem;
}

/** What tells the file of one page of a scan from the others of its table. */
interface PagePlace {
  readonly segment: number;
  readonly after: WireItem | null;
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
  page: PagePlace,
  rejected: readonly Rejected[],
): Promise<void> {
  const rejects = rejected.map((one) => rejectOf(one, group));
  await listRejects(artefacts, rejectsPrefix(promotionId, group.as), group, page, rejects);
}

/** The same below any prefix, for rejects whose keys are known. */
export async function listRejects(
  artefacts: Artefacts,
  prefix: string,
  group: SegmentGroup,
  page: PagePlace,
  rejects: readonly Reject[],
): Promise<void> {
  if (rejects.length === 0) return;
  const place = sha256(
    `${group.tableId} ${group.total} ${page.segment} ${page.after ? canonicalWireItem(page.after) : ''}`,
  );
  const text = rejects.map(({ code, message, key }) => `${JSON.stringify({ code, message, key })}\n`).join('');
  await artefacts.write(`${prefix}${place.slice(0, 24)}.jsonl`, text);
}

/** How a rejected item is listed. */
export function rejectOf({ code, message, item }: Rejected, group: SegmentGroup): Reject {
  return { code, message, key: keyIn(item, group) };
}

/** A refused item is as it was read, or as it was to be written. */
function keyIn(item: Buffer, { sourceKey, destinationKey }: SegmentGroup): WireItem {
  return pickAttributes(parseItem(item), [...new Set([...sourceKey, ...destinationKey])]);
}

import { crc32 } from 'node:zlib';
import { readRequired } from '../core/artefacts.ts';
import type { Surroundings } from '../core/handler.ts';
import { type Holder, watchLock } from '../core/lock.ts';
import { readOwn } from '../core/problems.ts';
import { type BeforeImage, countNoted, keepBeforeImages, type PageStart, writtenMark } from './before-images.ts';
import { type Change, changePage, compileChange } from './change.ts';
import type { Rejected, WireItem } from './engine.ts';
import { byKey, readByKey, sameItem } from './items-by-key.ts';
import { keepRejects } from './rejects.ts';
import { type ChildRun, itemChange, type SegmentGroup, type SegmentInput } from './segment-contracts.ts';
import { workOnSegments } from './segment-worker.ts';
import { closeTables, type OpenTables, openTables } from './session.ts';
import { type PageResult, pagesUnderWay, type Walk } from './walk.ts';
import { parseItem } from './wire-item.ts';

/** Copies one group of scan segments, going on where its checkpoint stands. */
export async function copySegments(input: SegmentInput, surroundings: Surroundings): Promise<{ more: boolean }> {
  return await workOnSegments(input, surroundings, {
    stage: 'import',
    scope: '',
    open: (run, holder) => openCopy(run, holder, input.group, surroundings),
  });
}

interface Copy {
  readonly run: ChildRun;
  readonly group: SegmentGroup;
  readonly surroundings: Surroundings;
  readonly tables: OpenTables;
  readonly change: Change;
}

async function openCopy(run: ChildRun, holder: Holder, group: SegmentGroup, surroundings: Surroundings): Promise<Walk> {
  const tables = await openTables(surroundings, run, group, watchLock(surroundings.artefacts, holder));
  const change = await changeOf(surroundings, group);
  const copy = { run, group, surroundings, tables, change };
  return {
    close: () => closeTables(tables),
    page: async (segment, position) => {
      const after = position as WireItem | null;
      const { items, next } = await tables.source.page({
        segment,
        total: group.total,
        after,
        // Whatever was acknowledged before the copy began is in it; the second read unit is 2 % of what a write costs.
        consistent: true,
        restriction: change.restriction,
        ...pageLimit(group),
      });
      return { ahead: next, result: writePage(copy, { segment, after }, items, next) };
    },
  };
}

/**
 * Where capacity is limited, so many items that all pages under way are a second's worth, at a unit an item in the table
 * and in each index: positions are kept as often as without a limit then. Four at least. A page of 1 MB has thousands.
 */
export function pageLimit({ limits, segments }: Pick<SegmentGroup, 'limits' | 'segments'>): { limit?: number } {
  const { readUnits = Number.POSITIVE_INFINITY, writeUnits = Number.POSITIVE_INFINITY, indexes = 0 } = limits;
  const items = Math.min(readUnits, writeUnits / (1 + indexes));
  return items < 1000 ? { limit: Math.max(4, Math.ceil(items / (segments.length * pagesUnderWay))) } : {};
}

/** Sum of the checksums of items as they were read; the same items in another order have the same. */
export function fingerprintOf(items: readonly Buffer[]): number {
  return items.reduce((sum, item) => sum + crc32(item), 0);
}

/** What is done to the items on their way. */
export async function changeOf({ artefacts }: Surroundings, group: SegmentGroup): Promise<Change> {
  const { change } = group;
  if (!('key' in change)) return compileChange(change, group);
  const { text } = await readRequired(artefacts, change.key, change.versionId);
  return compileChange(readOwn(itemChange, change.key, text), group);
}

/** Writes one page: changed where a change is asked for, without what the destination has already where it may have some. */
async function writePage(
  copy: Copy,
  page: PageStart,
  items: readonly Buffer[],
  next: WireItem | null,
): Promise<PageResult> {
  const { run, group, surroundings, tables, change } = copy;
  const changed = change.isPlain ? { items, rejected: [] } : changePage(change, items, group.destinationKey, group.at);
  const fresh = group.action === 'create' || group.action === 'replace';
  const { wanted, noted } =
    fresh && !run.onlyIfAbsent ? { wanted: changed.items, noted: 0 } : await lacking(copy, page, changed.items);
  const refused = run.onlyIfAbsent
    ? await tables.destination.writeAbsent(wanted, group.destinationKey)
    : { rejected: await tables.destination.write(wanted), present: 0 };
  const rejected: Rejected[] = [...changed.rejected, ...refused.rejected];
  await keepRejects(surroundings.artefacts, run.promotionId, group, page, rejected);
  return {
    next,
    items: {
      read: items.length,
      written: noted + wanted.length - refused.rejected.length - refused.present,
      rejected: rejected.length,
    },
    fingerprint: fingerprintOf(items),
  };
}

/**
 * The items that the destination lacks or has otherwise, after their before-images are kept; and how many of the others
 * a worker that was killed has put there, which count as written.
 */
async function lacking(
  { run, group, surroundings, tables }: Copy,
  page: PageStart,
  items: readonly Buffer[],
): Promise<{ wanted: Buffer[]; noted: number }> {
  const byItsKey = byKey(items, group.destinationKey);
  const present = await readByKey(
    tables.destination,
    [...byItsKey.values()].map(({ key }) => key),
    group.destinationKey,
  );
  const wanted: Buffer[] = [];
  const images: BeforeImage[] = [];
  const equal: { key: WireItem; item: Buffer }[] = [];
  for (const [text, { key, item }] of byItsKey) {
    const other = present.get(text)?.item;
    if (other && sameItem(other, item)) equal.push({ key, item });
    else if (!other || !run.onlyIfAbsent) {
      wanted.push(item);
      images.push({ key, before: other ? parseItem(other) : null, written: markOf(item) });
    }
  }
  const isKnown = await keepBeforeImages(surroundings, run.promotionId, group, page, images);
  const marked = () => equal.map(({ key, item }) => ({ key, written: markOf(item) }));
  const noted = isKnown && equal.length > 0 ? await countNoted(surroundings, run.promotionId, group, page, marked) : 0;
  return { wanted, noted };
}

const markOf = (item: Buffer) => writtenMark(parseItem(item));

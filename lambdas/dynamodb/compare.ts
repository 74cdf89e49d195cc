import type { Surroundings } from '../core/handler.ts';
import { type Holder, watchLock } from '../core/lock.ts';
import { type Change, changeItems } from './change.ts';
import { changeOf, fingerprintOf } from './copy.ts';
import type { WireItem } from './engine.ts';
import { byKey, sameItem } from './items-by-key.ts';
import { type Comparable, openMerge } from './merge.ts';
import { settleMismatches } from './mismatches.ts';
import type { ChildRun, SegmentGroup, SegmentInput } from './segment-contracts.ts';
import { scopeOf, workOnSegments } from './segment-worker.ts';
import { closeTables, type OpenTables, openTables } from './session.ts';
import type { PageUnderWay, Position, Walk } from './walk.ts';
import { canonicalWireItem, serializeItem, wireKeyOf } from './wire-item.ts';

/** What a comparison of one group of segments works with. */
export interface Comparison {
  readonly run: ChildRun;
  readonly group: SegmentGroup;
  readonly surroundings: Surroundings;
  /** Prefix of what this run writes below `verify/`. */
  readonly scope: string;
  readonly tables: OpenTables;
  readonly change: Change;
  /** True when what is missing or different is written. */
  readonly repairs: boolean;
}

/** Compares one group of segments both ways, as the request asks: whole, the first page of each segment, or by number. */
export async function compareSegments(input: SegmentInput, surroundings: Surroundings): Promise<{ more: boolean }> {
  const scope = scopeOf(input.promotionExecution);
  return await workOnSegments(input, surroundings, {
    stage: 'verify',
    scope,
    open: (run, holder) => openComparison({ run, holder, scope }, input.group, surroundings),
  });
}

async function openComparison(
  { run, holder, scope }: { run: ChildRun; holder: Holder; scope: string },
  group: SegmentGroup,
  surroundings: Surroundings,
): Promise<Walk> {
  const { repairs } = run;
  const [tables, change] = await Promise.all([
    openTables(surroundings, run, group, repairs ? watchLock(surroundings.artefacts, holder) : null),
    changeOf(surroundings, group),
  ]);
  const comparison = { run, group, surroundings, scope, tables, change, repairs };
  const close = () => closeTables(tables);
  if (run.verify === 'count') return { page: countPages(comparison), close };
  const merges = new Map<number, (position: Position | null) => Promise<PageUnderWay>>();
  return {
    page: async (segment, position) => {
      const known = merges.get(segment);
      const merge = known ?? openMerge(mergeSources(comparison, segment));
      if (!known) merges.set(segment, merge);
      return await merge(position);
    },
    close,
  };
}

function mergeSources(comparison: Comparison, segment: number) {
  const { run, group, tables, change } = comparison;
  return {
    // Of a sample the first page of every segment: segments lie evenly over the keys' hashes, so these pages do.
    pagesAtMost: run.verify === 'sample' ? 1 : Number.POSITIVE_INFINITY,
    read: (side: 'source' | 'destination', after: WireItem | null) =>
      side === 'source'
        ? tables.source.page({ ...place(group, segment, after), consistent: true, restriction: change.restriction })
        : tables.destination.page({ ...place(group, segment, after), consistent: true }),
    entries: (side: 'source' | 'destination', items: readonly Buffer[]) => {
      if (side === 'source' && !change.isPlain) return changedEntries(comparison, items);
      const entries = [...byKey(items, group.destinationKey)].map(([text, one]) => ({ text, ...one, ...uncontested }));
      return { entries, refused: [] };
    },
    fingerprint: fingerprintOf,
    same: sameItem,
    settle: settleMismatches(comparison, segment),
  };
}

const uncontested = { origin: null, contested: false };

/** Items of a source page as the destination should have them: each by itself, also where several get one key. */
function changedEntries({ group, change }: Comparison, items: readonly Buffer[]) {
  const { changed, rejected } = changeItems(change, items, group.at);
  const entries = changed.map(({ source, item }): Comparable => {
    const key = wireKeyOf(item, group.destinationKey);
    const bytes = serializeItem(item);
    const origin = change.mayCollide ? wireKeyOf(source, change.sourceKey) : null;
    const contested = origin !== null && change.contested(origin);
    return { text: canonicalWireItem(key), key, item: bytes, origin, contested };
  });
  return { entries, refused: rejected };
}

/**
 * Counts both sides page by page. A checkpoint of this keeps the destination's number as `read`; which keys are too few
 * or too many is not known, only how many.
 */
function countPages({ group, tables, change }: Comparison): Walk['page'] {
  const countOnly = !change.leavesOut;
  return async (segment, position) => {
    const { side, after } = (position ?? { side: 'source', after: null }) as { side: string; after: WireItem | null };
    const source = side === 'source';
    const page = source
      ? await tables.source.page({
          ...place(group, segment, after),
          consistent: true,
          restriction: change.restriction,
          countOnly,
        })
      : await tables.destination.page({ ...place(group, segment, after), consistent: true, countOnly: true });
    const leftOut = source && !countOnly ? changeItems(change, page.items, group.at).leftOut : 0;
    const count = page.count - leftOut;
    const following = page.next ? { side, after: page.next } : source ? { side: 'destination', after: null } : null;
    const items = source ? { compared: count } : { read: count };
    return { ahead: following, result: Promise.resolve({ next: following, items }) };
  };
}

function place(group: SegmentGroup, segment: number, after: WireItem | null) {
  return { segment, total: group.total, after };
}

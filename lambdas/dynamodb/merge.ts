import type { Checkpoint } from './checkpoint.ts';
import type { ItemPage, Rejected, WireItem } from './engine.ts';
import type { PageResult, PageUnderWay, Position } from './walk.ts';

/** The two sides of a comparison. */
export type Side = 'source' | 'destination';
const sides = ['source', 'destination'] as const;

/** An item that has no partner on the other side yet. */
export interface Entry {
  readonly side: Side;
  readonly key: WireItem;
  /** As the destination should have it, or has it. */
  readonly item: Buffer;
  /** The source item's own key where it may not be the only one that gets this key; else null. */
  readonly origin: WireItem | null;
  /** True where another source item may have become this key too, so that an equal partner alone proves nothing. */
  readonly contested: boolean;
  readonly page: PageTotals;
}

/** An item to be compared, with the canonical text of its key. */
export interface Comparable extends Pick<Entry, 'key' | 'item' | 'origin' | 'contested'> {
  readonly text: string;
}

/** A source item of a page that the destination cannot have. */
export interface Refused extends Rejected {
  readonly page: PageTotals;
}

/** What the pages of one side came to; counted only when the page and all before it are settled. */
export interface PageTotals {
  readonly next: WireItem | null;
  open: number;
  compared: number;
  missing: number;
  extra: number;
  different: number;
  written: number;
  rejected: number;
  fingerprint: number;
  readonly examples: Checkpoint['examples'];
}

/** What {@link openMerge} needs to know of the tables. */
export interface MergeSources {
  /** Pages of each side after which the comparison of the segment ends. */
  readonly pagesAtMost: number;
  read(side: Side, after: WireItem | null): Promise<ItemPage>;
  /** The items of a page with their canonical keys, as the destination should have them; and those it cannot have. */
  entries(side: Side, items: readonly Buffer[]): { entries: Comparable[]; refused: readonly Rejected[] };
  fingerprint(items: readonly Buffer[]): number;
  same(source: Buffer, destination: Buffer): boolean;
  /**
   * Settles what found no partner, or another one, by reading both sides again, and what the destination cannot have;
   * counts it on its pages.
   */
  settle(open: readonly Entry[], unequal: readonly Entry[], refused: readonly Refused[]): Promise<void>;
}

/** Where one side stands. */
interface Place {
  readonly done: boolean;
  readonly after: WireItem | null;
}

/**
 * Items without a partner that are kept in memory. Segments of two tables with the same keys are scanned in the same
 * order in practice, so this holds what one side is ahead, a page or two; the service does not promise it, and where it
 * is otherwise the rest is looked up by key.
 */
const windowEntries = 20_000;
const windowBytes = 16 * 1024 * 1024;

/**
 * Compares one segment of two tables by scanning both at once. Whatever finds its equal needs no further read; the rest
 * is settled by key, so nothing is believed of the order of a scan. Positions given are safe: every item before them
 * is settled and counted once, however often pages after them are read.
 */
export function openMerge(sources: MergeSources): (position: Position | null) => Promise<PageUnderWay> {
  const window = { source: new Map<string, Entry>(), destination: new Map<string, Entry>() };
  const pages: Record<Side, PageTotals[]> = { source: [], destination: [] };
  const safe: Record<Side, Place> = { source: begin, destination: begin };
  let bytes = 0;
  let order: Promise<unknown> = Promise.resolve();
  let begun = false;
  let steps = 0;

  function drop(text: string, entry: Entry): void {
    window[entry.side].delete(text);
    bytes -= entry.item.length;
    entry.page.open -= 1;
  }

  async function settleWindow(unequal: readonly Entry[], refused: readonly Refused[]): Promise<void> {
    const open = [...window.source.values(), ...window.destination.values()];
    if (open.length + unequal.length + refused.length > 0) await sources.settle(open, unequal, refused);
    for (const side of sides) for (const [text, entry] of window[side]) drop(text, entry);
  }

  async function work(read: Partial<Record<Side, ItemPage>>, ahead: Position | null): Promise<PageResult> {
    const unequal: Entry[] = [];
    const unwritable: Refused[] = [];
    for (const side of sides) {
      const page = read[side];
      if (!page) continue;
      const totals = emptyTotals(page.next);
      pages[side].push(totals);
      if (side === 'source') totals.fingerprint = sources.fingerprint(page.items);
      const other = side === 'source' ? 'destination' : 'source';
      const { entries, refused } = sources.entries(side, page.items);
      totals.compared += refused.length;
      unwritable.push(...refused.map((one) => ({ ...one, page: totals })));
      for (const { text, key, item, origin, contested } of entries) {
        if (side === 'source') totals.compared += 1;
        const partner = window[other].get(text);
        if (!partner) {
          // Two items that become one: the earlier is settled by itself.
          const twin = window[side].get(text);
          if (twin) {
            unequal.push(twin);
            drop(text, twin);
          }
          totals.open += 1;
          bytes += item.length;
          window[side].set(text, { side, key, item, origin, contested, page: totals });
          continue;
        }
        const [mine, theirs] = side === 'source' ? [item, partner.item] : [partner.item, item];
        // A difference is counted on the source's page, wherever the two met.
        const own = side === 'source' ? { side, key, item, origin, contested, page: totals } : partner;
        if (own.contested || !sources.same(mine, theirs)) unequal.push(own);
        drop(text, partner);
      }
    }
    const full = window.source.size + window.destination.size > windowEntries || bytes > windowBytes;
    if (ahead === null || full) await settleWindow(unequal, unwritable);
    else if (unequal.length + unwritable.length > 0) await sources.settle([], unequal, unwritable);
    const released = release();
    return { next: ahead && { ...safe }, ...released };
  }

  /** Takes the counts of the pages that are settled, in their order. */
  function release(): Omit<PageResult, 'next'> {
    const items = { compared: 0, missing: 0, extra: 0, different: 0, written: 0, rejected: 0 };
    const examples: Checkpoint['examples'] = [];
    let fingerprint = 0;
    for (const side of sides) {
      while (pages[side][0]?.open === 0) {
        const page = pages[side].shift() as PageTotals;
        for (const name of Object.keys(items) as (keyof typeof items)[]) items[name] += page[name];
        examples.push(...page.examples);
        fingerprint += page.fingerprint;
        safe[side] = { done: page.next === null, after: page.next };
      }
    }
    return { items, examples, fingerprint };
  }

  return async (position) => {
    const places = placesOf(position);
    if (!begun) {
      Object.assign(safe, places);
      begun = true;
    }
    // The side that is far ahead waits for the other.
    const behind: Side = window.source.size > windowEntries / 2 ? 'destination' : 'source';
    const uneven = Math.abs(window.source.size - window.destination.size) > windowEntries / 2;
    const due = sides.filter((side) => !places[side].done);
    const chosen = uneven && due.includes(behind) ? [behind] : due;
    const read: Partial<Record<Side, ItemPage>> = {};
    await Promise.all(
      chosen.map(async (side) => {
        read[side] = await sources.read(side, places[side].after);
      }),
    );
    const reached: Record<Side, Place> = { ...places };
    for (const side of chosen) {
      const next = read[side]?.next ?? null;
      reached[side] = { done: next === null, after: next };
    }
    steps += 1;
    const ended = (reached.source.done && reached.destination.done) || steps >= sources.pagesAtMost;
    const ahead = ended ? null : reached;
    const result = order.then(() => work(read, ahead));
    order = result;
    return { ahead, result };
  };
}

const begin: Place = { done: false, after: null };

function placesOf(position: Position | null): Record<Side, Place> {
  return position ? (position as Record<Side, Place>) : { source: begin, destination: begin };
}

function emptyTotals(next: WireItem | null): PageTotals {
  const counts = { compared: 0, missing: 0, extra: 0, different: 0, written: 0, rejected: 0 };
  return { next, open: 0, ...counts, fingerprint: 0, examples: [] };
}

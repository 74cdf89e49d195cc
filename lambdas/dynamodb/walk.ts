import type { Artefacts } from '../core/artefacts.ts';
import { assertLock, type Holder } from '../core/lock.ts';
import { type Checkpoint, examplesShown } from './checkpoint.ts';
import type { ItemCounts, SegmentGroup } from './contracts.ts';
import { LimitWait } from './limiter.ts';

/** A place in a segment, as a checkpoint holds it: a key, or whatever else says where to go on. */
export type Position = Readonly<Record<string, unknown>>;

/** What one page came to; its counts are kept only together with the position after it. */
export interface PageResult {
  /** Everything before it is worked off; null at the end of the segment. */
  readonly next: Position | null;
  readonly items: Partial<ItemCounts>;
  readonly examples?: Checkpoint['examples'];
  /** Added to what the pages of the segment before it came to; see {@link Checkpoint}. */
  readonly fingerprint?: number;
}

/** A page that has been read and is being worked off. */
export interface PageUnderWay {
  /** Where the next page is read; null when there is none. */
  readonly ahead: Position | null;
  /** Ends when all that the page asks for is acknowledged. */
  readonly result: Promise<PageResult>;
}

/** What is done to the pages of a segment, from its beginning to its end. */
export interface Walk {
  page(segment: number, after: Position | null): Promise<PageUnderWay>;
  /** Gives back what the walk holds open. */
  close?(): void;
}

/** Where a walk keeps its position, and what ends it early. */
export interface WalkKeeping {
  readonly artefacts: Artefacts;
  readonly key: string;
  readonly holder: Holder;
  remaining(): number;
  /** Asked at every checkpoint: true ends the walk where it stands. */
  isStopped(): Promise<boolean>;
}

/** How a walk ended: all done, more to do in another call, or ended from outside. */
export interface WalkEnd {
  readonly more: boolean;
  readonly stopped: boolean;
}

/** A page takes well under a second, so a kill costs at most two seconds' work; a write of 1 KB costs $0.000005. */
const checkpointMilliseconds = 2_000;

/**
 * Pages of one segment that are worked off at once: while one is written the next is read, and its writes begin as soon
 * as the first leaves room. Four segments with two pages each and one being read hold 12 answers of 1 MB, and of
 * 6 MB where every byte is escaped.
 */
export const pagesUnderWay = 2;

/** Sums of 10,000 checksums of 32 bits stay far below 2^53, up to which numbers are exact. */
const fingerprintModulus = 2 ** 48;

/** 64 samples of 50 bytes: a checkpoint stays under 4 KiB. */
const samplesKept = 64;

type Settled = { readonly result: PageResult } | { readonly error: unknown };

/**
 * Walks all segments of a group at once, each from its checkpoint on. Pages may end in another order than they were
 * read in; a position moves only over pages that are wholly worked off, counts included, so that a killed worker
 * repeats pages and never skips or counts one twice.
 */
export async function walk(
  checkpoint: Checkpoint,
  group: SegmentGroup,
  { page }: Walk,
  keeping: WalkKeeping,
): Promise<WalkEnd> {
  await assertLock(keeping.artefacts, keeping.holder);
  delete checkpoint.failure;
  // The curve of a run begins here: what comes before the first checkpoint has taken its time too.
  sample(checkpoint);
  const state: { ended: 'overtime' | 'stopped' | 'failed' | null; saved: number; saving: boolean } = {
    ended: null,
    saved: Date.now(),
    saving: false,
  };

  const saveAtTimes = async () => {
    if (state.saving || Date.now() - state.saved < checkpointMilliseconds) return;
    state.saving = true;
    await save(checkpoint, keeping);
    if (await keeping.isStopped()) state.ended ??= 'stopped';
    state.saved = Date.now();
    state.saving = false;
  };

  const lane = async (segment: number): Promise<void> => {
    const position = positionOf(checkpoint, segment);
    const open: Promise<Settled>[] = [];
    let ahead: Pick<typeof position, 'after' | 'done'> = position;
    try {
      while (open.length > 0 || (!ahead.done && !state.ended)) {
        if (keeping.remaining() <= 0) state.ended ??= 'overtime';
        if (!state.ended && !ahead.done && open.length < pagesUnderWay) {
          const read = await page(segment, ahead.after);
          open.push(settle(read.result));
          ahead = { after: read.ahead && { ...read.ahead }, done: read.ahead === null };
          continue;
        }
        const outcome = await open[0];
        if (!outcome) continue;
        if ('error' in outcome) throw outcome.error;
        open.shift();
        add(checkpoint, position, outcome.result);
        position.after = outcome.result.next && { ...outcome.result.next };
        position.done = outcome.result.next === null;
        await saveAtTimes();
      }
    } catch (error) {
      // A limit lets no more through in this worker's time: the next one goes on from the checkpoint.
      if (error instanceof LimitWait) {
        state.ended ??= 'overtime';
        return;
      }
      state.ended = 'failed';
      throw error;
    } finally {
      // What is under way ends before the worker does; what of it is written is written again by whoever goes on.
      await Promise.all(open);
    }
  };

  const lanes = await Promise.allSettled(group.segments.map(lane));
  for (const { reason } of lanes.filter((one) => one.status === 'rejected')) throw reason;
  checkpoint.done = state.ended === null;
  await save(checkpoint, keeping);
  return { more: state.ended === 'overtime', stopped: state.ended === 'stopped' };
}

/** A page that fails while an earlier one is waited for must not count as an unhandled rejection. */
async function settle(result: Promise<PageResult>): Promise<Settled> {
  try {
    return { result: await result };
  } catch (error) {
    return { error };
  }
}

type SegmentProgress = Checkpoint['segments'][string];

function positionOf(checkpoint: Checkpoint, segment: number): SegmentProgress {
  const known = checkpoint.segments[segment] ?? { done: false, after: null, fingerprint: 0 };
  checkpoint.segments[segment] = known;
  return known;
}

function add(checkpoint: Checkpoint, position: SegmentProgress, result: PageResult): void {
  const { items, examples = [], fingerprint = 0 } = result;
  for (const [name, count] of Object.entries(items)) checkpoint.items[name as keyof ItemCounts] += count;
  checkpoint.examples.push(...examples.slice(0, examplesShown - checkpoint.examples.length));
  position.fingerprint = (position.fingerprint + fingerprint) % fingerprintModulus;
}

function sample({ samples, items }: Checkpoint): void {
  samples.push({ at: new Date().toISOString(), items: items.read + items.compared });
}

async function save(checkpoint: Checkpoint, { artefacts, key, holder }: WalkKeeping): Promise<void> {
  await assertLock(artefacts, holder);
  sample(checkpoint);
  // Every second sample goes when there are too many: the curve keeps its shape, the object its size.
  if (checkpoint.samples.length > samplesKept) {
    checkpoint.samples = checkpoint.samples.filter((_, index, all) => index % 2 === 0 || index === all.length - 1);
  }
  await artefacts.write(key, checkpoint);
}

import type { Artefacts } from '../core/artefacts.ts';
import { assertLock, type Holder } from '../core/lock.ts';
import { fromJson, type Item, toJson } from './attributes.ts';
import { type Checkpoint, examplesShown } from './checkpoint.ts';
import type { ItemCounts, SegmentGroup } from './contracts.ts';

/** What one page came to; its counts are kept only together with the position after it. */
export interface PageResult {
  readonly next: Item | null;
  readonly items: Partial<ItemCounts>;
  readonly examples?: Checkpoint['examples'];
}

/** What is done to the pages of one segment: once through for each step, in order. */
export interface Walk {
  readonly steps: readonly string[];
  page(step: string, segment: number, after: Item | null): Promise<PageResult>;
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

/** 64 samples of 50 bytes: a checkpoint stays under 4 KiB. */
const samplesKept = 64;

/**
 * Walks all segments of a group from its checkpoint on. The checkpoint moves only over pages that are wholly worked
 * off, counts included, so a killed worker repeats pages and never skips or counts one twice.
 */
export async function walk(
  checkpoint: Checkpoint,
  group: SegmentGroup,
  { steps, page }: Walk,
  keeping: WalkKeeping,
): Promise<WalkEnd> {
  await assertLock(keeping.artefacts, keeping.holder);
  delete checkpoint.failure;
  let saved = Date.now();
  for (const segment of group.segments) {
    const position = positionOf(checkpoint, segment, steps);
    while (!position.done) {
      if (keeping.remaining() <= 0) {
        await save(checkpoint, keeping);
        return { more: true, stopped: false };
      }
      const result = await page(position.step, segment, position.after && fromJson(position.after));
      add(checkpoint, result);
      advance(position, result.next, steps);
      if (Date.now() - saved >= checkpointMilliseconds) {
        await save(checkpoint, keeping);
        saved = Date.now();
        if (await keeping.isStopped()) return { more: false, stopped: true };
      }
    }
  }
  checkpoint.done = true;
  await save(checkpoint, keeping);
  return { more: false, stopped: false };
}

type Position = Checkpoint['segments'][string];

function positionOf(checkpoint: Checkpoint, segment: number, steps: readonly string[]): Position {
  const known = checkpoint.segments[segment];
  if (known) return known;
  const fresh: Position = { step: steps[0] ?? '', done: false, after: null };
  checkpoint.segments[segment] = fresh;
  return fresh;
}

function advance(position: Position, next: Item | null, steps: readonly string[]): void {
  position.after = next && (toJson(next) as Record<string, unknown>);
  if (next) return;
  const following = steps[steps.indexOf(position.step) + 1];
  if (following) position.step = following;
  else position.done = true;
}

function add(checkpoint: Checkpoint, { items, examples = [] }: PageResult): void {
  for (const [name, count] of Object.entries(items)) checkpoint.items[name as keyof ItemCounts] += count;
  checkpoint.examples.push(...examples.slice(0, examplesShown - checkpoint.examples.length));
}

async function save(checkpoint: Checkpoint, { artefacts, key, holder }: WalkKeeping): Promise<void> {
  await assertLock(artefacts, holder);
  checkpoint.samples.push({ at: new Date().toISOString(), items: checkpoint.items.read + checkpoint.items.compared });
  // Every second sample goes when there are too many: the curve keeps its shape, the object its size.
  if (checkpoint.samples.length > samplesKept) {
    checkpoint.samples = checkpoint.samples.filter((_, index, all) => index % 2 === 0 || index === all.length - 1);
  }
  await artefacts.write(key, checkpoint);
}

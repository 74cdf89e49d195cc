import * as z from 'zod';
import { keys } from '../core/keys.ts';
import { assertLock, watchLock } from '../core/lock.ts';
import { readOwn } from '../core/problems.ts';
import { beforeImagesPrefix, type KeptImage, readBeforeImages, writtenMark } from './before-images.ts';
import { keyNames } from './definition.ts';
import type { TableEngine } from './engine.ts';
import { indexImages, type Original } from './image-index.ts';
import { readByKey } from './items-by-key.ts';
import { shareLimits } from './limits.ts';
import { originOf, strangeness } from './origin.ts';
import { beginnings, idOf, lastOf } from './ownership.ts';
import { resolveTarget } from './raw/endpoint.ts';
import { readTable, type TableState } from './read-table.ts';
import { scopeOf } from './segment-worker.ts';
import { openUndo } from './session.ts';
import { notRolledBack, type Undoing, type Undone } from './undone.ts';
import { canonicalWireItem, parseItem, serializeItem, wireKeyOf } from './wire-item.ts';

const progressSchema = z.strictObject({
  /** Parts that the keys are split into, and the one that is worked on; see `indexImages`. */
  parts: z.int().positive(),
  part: z.int().nonnegative(),
  /** Where in the images of that part it goes on. */
  file: z.int().nonnegative(),
  line: z.int().nonnegative(),
  /** Keys that are as they were before, and keys at which somebody else has put something since. */
  back: z.int().nonnegative(),
  left: z.int().nonnegative(),
  done: z.boolean(),
});
type Progress = z.infer<typeof progressSchema>;

/** Items and files between two checkpoints: at 1 KB an item some seconds' work, and 64 MB of images at most. */
const itemsAtOnce = 5_000;
const filesAtOnce = 16;
/** A slice takes some ten seconds where capacity is limited. */
const sliceMilliseconds = 20_000;

/** A table whose items are put back. */
interface Undoings {
  readonly undoing: Undoing;
  readonly asset: string;
  readonly state: TableState;
  readonly engine: TableEngine;
  /** Keys of the files of images, in order. */
  readonly files: readonly string[];
  /** Items between two checkpoints. */
  readonly atOnce: number;
}

/**
 * Puts the items of a table that was there before back to what they were before the promotion wrote them: only where the
 * item is still one that the promotion wrote, because what came later is somebody else's and newer than any image. Works
 * until the worker's time is over and goes on from its checkpoint; again it finds nothing to do and changes nothing.
 */
export async function undoItems(undoing: Undoing, asset: string): Promise<Undone> {
  const { surroundings, run, clients, journal, holder } = undoing;
  const entries = journal.of(asset);
  const begun = lastOf(entries, beginnings);
  const state = await readTable(clients.dynamodb, asset);
  if (!state) return { asset, outcome: 'gone', reason: 'it is not there any more' };
  const found = { name: asset, id: state.id };
  const strange = begun ? await strangeness(clients.dynamodb, found, idOf(begun)) : null;
  if (strange !== null) return { asset, outcome: 'left', reason: strange };
  if (!state.active) return { asset, outcome: 'busy', reason: `it is ${state.status}` };
  const files = await imageFiles(undoing, asset, state.id);
  if (files.length === 0) return { asset, outcome: 'gone', reason: 'no item of it was written' };

  const path = `items/${scopeOf(holder.promotionExecution)}${asset}.json`;
  const key = keys.work(run.promotionId, 'dynamodb', 'rollback', path);
  const kept = await surroundings.artefacts.read(key);
  let progress: Progress = kept
    ? readOwn(progressSchema, key, kept.text)
    : { parts: 1, part: 0, file: 0, line: 0, back: 0, left: 0, done: false };
  if (!progress.done) {
    const { definition } = state;
    const capacity = { as: asset, groups: 1, source: definition.table, destination: definition.table };
    const shares = shareLimits(run.request.limits, [capacity], { concurrency: 1, readsDestination: false });
    const limits = shares.tables.get(asset) ?? {};
    const { endpoint } = await resolveTarget(clients.dynamodb, asset);
    const engine = await openUndo(surroundings, run, {
      ...{ table: asset, endpoint: endpoint.href, limits },
      mayWrite: watchLock(surroundings.artefacts, holder),
    });
    const units = Math.min(limits.writeUnits ?? itemsAtOnce, limits.readUnits ?? itemsAtOnce);
    const atOnce = Math.max(1, Math.min(itemsAtOnce, Math.ceil(10 * units)));
    try {
      progress = await work({ undoing, asset, state, engine, files, atOnce }, progress, key);
    } finally {
      engine.close();
    }
  }
  if (!progress.done) return { asset, outcome: 'busy', reason: 'its items are being put back' };
  return await outcomeOf(undoing, asset, state, progress);
}

/** A table that another rollback has brought back has its images under the id that it had before, and later ones under its own. */
async function imageFiles({ surroundings, run, clients }: Undoing, asset: string, id: string): Promise<string[]> {
  const origin = await originOf(clients.dynamodb, asset);
  const ids = origin?.id ? [origin.id, id] : [id];
  const lists = ids.map((one) => surroundings.artefacts.list(beforeImagesPrefix(run.bundle, asset, one)));
  return (await Promise.all(lists)).flat();
}

async function work(undoings: Undoings, begun: Progress, key: string): Promise<Progress> {
  const { undoing, files } = undoings;
  const { surroundings, holder } = undoing;
  const read = (file: number) => readImages(undoings, file);
  let progress = begun;
  while (!progress.done) {
    const index = await indexImages(files.length, read, progress);
    progress = { ...progress, parts: index.parts };
    for (let slices = 0; ; slices++) {
      const { file, line } = progress;
      const due = index.originals.filter((one) => one.file > file || (one.file === file && one.line >= line));
      const slice = due
        .slice(0, undoings.atOnce)
        .filter((one, _, [first]) => one.file < (first?.file ?? 0) + filesAtOnce);
      if (slice.length === 0) break;
      if (slices > 0 && surroundings.remaining() < sliceMilliseconds) return progress;
      const { back, left } = await undoSlice(undoings, slice);
      const last = slice.at(-1) as Original;
      progress = {
        ...{ ...progress, file: last.file, line: last.line + 1 },
        ...{ back: progress.back + back, left: progress.left + left },
      };
      await assertLock(surroundings.artefacts, holder);
      await surroundings.artefacts.write(key, progress);
    }
    const part = progress.part + 1;
    progress = { ...progress, part, file: 0, line: 0, done: part >= progress.parts };
    await surroundings.artefacts.write(key, progress);
  }
  return progress;
}

async function readImages({ undoing, files }: Undoings, file: number): Promise<KeptImage[]> {
  return await readBeforeImages(undoing.surroundings, undoing.run.bundle, files[file] as string);
}

async function undoSlice(undoings: Undoings, slice: readonly Original[]): Promise<{ back: number; left: number }> {
  const { undoing, asset, state, engine } = undoings;
  const images = new Map<number, KeptImage[]>();
  for (const { file } of slice) if (!images.has(file)) images.set(file, await readImages(undoings, file));
  const wanted = slice.map(({ file, line, marks }) => ({ ...(images.get(file)?.[line] as KeptImage), marks }));
  const names = keyNames(state.definition.table);
  const present = await readByKey(
    engine,
    wanted.map(({ key }) => key),
    names,
  );
  const judged = wanted.map((image) => {
    const item = present.get(canonicalWireItem(image.key))?.item;
    const mark = item ? writtenMark(parseItem(item)) : null;
    if (mark === (image.before && writtenMark(image.before))) return { ...image, verdict: 'back' as const };
    // Anything that is not ours is newer than the image, and so is a deletion.
    return { ...image, verdict: mark !== null && image.marks.includes(mark) ? ('ours' as const) : ('left' as const) };
  });
  const ours = judged.filter(({ verdict }) => verdict === 'ours');
  if (ours.length > 0) await noteIntent(undoing, asset, state.id);
  const items = ours.flatMap(({ before }) => (before ? [serializeItem(before)] : []));
  const rejected = await engine.write(items);
  await engine.remove(ours.flatMap(({ before, key }) => (before ? [] : [key])));
  const refused = rejected.map(({ item, code }) => ({ problem: code, key: wireKeyOf(parseItem(item), names) }));
  const changed = judged.filter(({ verdict }) => verdict === 'left').map(({ key }) => ({ problem: 'changed', key }));
  await list(undoings, slice, [...changed, ...refused]);
  const left = changed.length + refused.length;
  return { back: judged.length - left, left };
}

async function noteIntent({ journal, holder }: Undoing, asset: string, id: string): Promise<void> {
  const last = lastOf(journal.of(asset), ['undo']);
  if (last?.phase === 'intent' && last.execution === holder.promotionExecution) return;
  await journal.append({ asset, step: 'undo', phase: 'intent', before: { id } });
}

/** The keys that were left, for a person: one file a slice, the same again when a slice is done again. */
async function list(
  { undoing, asset }: Undoings,
  [first]: readonly Original[],
  left: readonly object[],
): Promise<void> {
  if (left.length === 0 || !first) return;
  const { surroundings, run, holder } = undoing;
  const path = `${leftPath(holder.promotionExecution, asset)}${first.file}-${first.line}.jsonl`;
  const text = left.map((one) => `${JSON.stringify(one)}\n`).join('');
  await surroundings.artefacts.write(keys.work(run.promotionId, 'dynamodb', 'rollback', path), text);
}

const leftPath = (execution: string, asset: string) => `left/${scopeOf(execution)}${asset}/`;

async function outcomeOf(
  undoing: Undoing,
  asset: string,
  { id }: TableState,
  { back, left }: Progress,
): Promise<Undone> {
  const { journal, run, holder } = undoing;
  const last = () => lastOf(journal.of(asset), ['undo']);
  const own = () => last()?.execution === holder.promotionExecution;
  if (own() && last()?.phase === 'intent') {
    await journal.append({ asset, step: 'undo', phase: 'result', after: { id, back, left } });
  }
  const place = keys.work(run.promotionId, 'dynamodb', 'rollback', leftPath(holder.promotionExecution, asset));
  const message = `${left} ${left === 1 ? 'item' : 'items'} of ${asset} left, because somebody has changed what is there since or the table refuses what was; the keys are listed in ${place}`;
  const findings = left > 0 ? [notRolledBack(asset, message)] : [];
  const reason = `as before the promotion: ${back} ${back === 1 ? 'item' : 'items'}${left > 0 ? `; left: ${left}` : ''}`;
  return { asset, outcome: own() ? 'restored' : 'gone', reason, findings };
}

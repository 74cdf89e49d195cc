import { ConditionFailed, readRequired } from '../core/artefacts.ts';
import { PromotionError } from '../core/errors.ts';
import { text as anyText, base64, count, type Guarded, nullable, plain, record } from '../core/guards.ts';
import type { Surroundings } from '../core/handler.ts';
import { sha256 } from '../core/json.ts';
import { keys } from '../core/keys.ts';
import { readOwn } from '../core/problems.ts';
import type { SegmentGroup } from './contracts.ts';
import type { WireItem } from './engine.ts';
import { canonicalWireItem } from './wire-item.ts';

/** Taken as it was parsed: what makes a new object of it would lose an attribute named `__proto__`. */
const wireItem = plain<WireItem>(
  'an item in DynamoDB JSON',
  (value) => isObject(value) && Object.values(value).every((one) => isObject(one) && Object.keys(one).length === 1),
);

/** The first line of a file: the data key of its images, as the bucket's key has encrypted it; null where none is sealed. */
const head = record({ dataKey: nullable(base64) });

const line = record({
  key: wireItem,
  /** The destination's item before this promotion wrote there, sealed; null where there was none. */
  sealed: nullable(base64),
  /** SHA-256 of the canonical text of the item that was written: what is otherwise by now is somebody else's. */
  written: anyText,
  /** Unix time in milliseconds at which the image was noted. */
  at: count,
});
type Line = Guarded<typeof line>;

/** What one key had before, what this promotion put there, and when. */
export interface KeptImage extends Omit<Line, 'sealed'> {
  /** The destination's item before this promotion wrote there; null where there was none. */
  readonly before: WireItem | null;
}
/** A {@link KeptImage} before it is kept. */
export type BeforeImage = Omit<KeptImage, 'at'>;

/** Where a page of a segment begins: after this key, or at the beginning. */
export interface PageStart {
  readonly segment: number;
  readonly after: WireItem | null;
}

/** Where before-images are kept, and what seals the items in them. */
type Keeping = Pick<Surroundings, 'artefacts' | 'sealing'>;

/** Prefix of the before-images of one table, in that incarnation of it. */
export function beforeImagesPrefix(promotionId: string, as: string, tableId: string): string {
  return keys.work(promotionId, 'dynamodb', 'import', `before/${as}/${tableId}/`);
}

/** The mark of a written item, as a before-image holds it. */
export function writtenMark(item: WireItem): string {
  return sha256(canonicalWireItem(item));
}

/**
 * Notes what the keys of a page have before they are written over; items are sealed, keys are not. A page may be
 * written more than once, by a worker that was killed and by the one that goes on: what is noted already is never written
 * over, and what is new since, a key or another item that somebody has put there in between, is noted beside.
 * @returns false for a page of which nothing was noted before; with no images nobody has looked, so it may have been
 */
export async function keepBeforeImages(
  keeping: Keeping,
  promotionId: string,
  group: SegmentGroup,
  page: PageStart,
  images: readonly BeforeImage[],
): Promise<boolean> {
  if (images.length === 0) return true;
  let left = images;
  for (let edition = 0; left.length > 0; edition++) {
    const key = editionKey(promotionId, group, page, edition);
    try {
      await keeping.artefacts.write(key, await sealed(keeping, promotionId, key, left), { absent: true });
      return edition > 0;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const noted = await readBeforeImages(keeping, promotionId, key);
      const known = new Set(noted.map((image) => identityOf(image)));
      left = left.filter((image) => !known.has(identityOf(image)));
    }
  }
  return true;
}

/**
 * How many of these items were noted for this page before, as what is written to their keys: a worker that was killed
 * has written them, and the destination did not have them by itself.
 */
export async function countNoted(
  { artefacts }: Pick<Keeping, 'artefacts'>,
  promotionId: string,
  group: SegmentGroup,
  page: PageStart,
  items: () => readonly Pick<BeforeImage, 'key' | 'written'>[],
): Promise<number> {
  const markOf = ({ key, written }: Pick<BeforeImage, 'key' | 'written'>) => `${canonicalWireItem(key)} ${written}`;
  const noted = new Set<string>();
  for (let edition = 0; ; edition++) {
    const key = editionKey(promotionId, group, page, edition);
    const found = await artefacts.read(key);
    // Hardly a page is written again, so the marks of its items are made only where one was.
    if (!found) return noted.size > 0 ? items().filter((item) => noted.has(markOf(item))).length : 0;
    for (const row of rowsOf(found.text).slice(1)) noted.add(markOf(readOwn(line, key, row)));
  }
}

/** File of what was noted of a page at the first, second … time that something new was found. */
function editionKey(promotionId: string, group: SegmentGroup, { segment, after }: PageStart, edition: number): string {
  const place = sha256(`${group.total} ${segment} ${after ? canonicalWireItem(after) : ''}`).slice(0, 24);
  return `${beforeImagesPrefix(promotionId, group.as, group.tableId)}${place}-${edition}.jsonl`;
}

const rowsOf = (text: string) => text.split('\n').filter((row) => row !== '');

/** A key may be written again, over another item or with another one where the source has changed since. */
function identityOf({ key, before, written }: BeforeImage): string {
  return `${canonicalWireItem(key)} ${before ? writtenMark(before) : ''} ${written}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a file: a line with the data key, and a line for each image. */
async function sealed(
  { sealing }: Keeping,
  promotionId: string,
  file: string,
  images: readonly BeforeImage[],
): Promise<string> {
  const sealer = images.some(({ before }) => before) ? await sealing.sealer({ promotionId, kind: 'dynamodb' }) : null;
  const at = Date.now();
  const lines = images.map(({ key, before, written }): Line => {
    const place = placeOf(file, { key, written, at });
    return { key, sealed: sealer && before && sealer.seal(JSON.stringify(before), place), written, at };
  });
  return [{ dataKey: sealer?.dataKey ?? null }, ...lines].map((one) => `${JSON.stringify(one)}\n`).join('');
}

/** An image opens in its own line only: one that was moved to another key, mark, time or file does not. */
function placeOf(file: string, { key, written, at }: Pick<Line, 'key' | 'written' | 'at'>): string {
  return JSON.stringify([file, canonicalWireItem(key), written, at]);
}

/**
 * Reads one file of before-images of the promotion that wrote it, in the order of its lines.
 * @throws PromotionError `Promotion.Data` for what is damaged or moved
 */
export async function readBeforeImages(
  { artefacts, sealing }: Keeping,
  promotionId: string,
  file: string,
): Promise<KeptImage[]> {
  const { text } = await readRequired(artefacts, file);
  const [first = '', ...rows] = rowsOf(text);
  const { dataKey } = readOwn(head, file, first);
  const open = dataKey === null ? null : await sealing.opener({ promotionId, kind: 'dynamodb' }, dataKey, file);
  return rows.map((row) => {
    const { sealed, ...rest } = readOwn(line, file, row);
    if (sealed === null) return { ...rest, before: null };
    if (open) return { ...rest, before: readOwn(wireItem, file, open(sealed, placeOf(file, rest))) };
    throw new PromotionError('Promotion.Data', {
      code: 'ArtefactDamaged',
      message: `${file} is not what was written: its first line has no data key`,
      resolution: 'put back an earlier version of the object',
    });
  });
}

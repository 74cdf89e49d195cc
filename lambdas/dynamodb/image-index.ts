import { sha256 } from '../core/json.ts';
import { type KeptImage, writtenMark } from './before-images.ts';
import { canonicalWireItem } from './wire-item.ts';

/** The image of a key that says what there was before, and the marks of all that this promotion put there. */
export interface Original {
  readonly file: number;
  readonly line: number;
  readonly marks: readonly string[];
}

/** The originals of the keys of one part. */
export interface ImageIndex {
  readonly part: number;
  /** Parts that all keys are split into, so that one fits into memory; a power of two. */
  readonly parts: number;
  /** In the order of their files and lines. */
  readonly originals: readonly Original[];
}

interface Noted {
  readonly file: number;
  readonly line: number;
  readonly at: number;
  readonly before: string | null;
  readonly written: string;
}

/** Keys in memory at once: 200,000 at about 500 bytes, a fifth of what the worker has. */
const keysAtMost = 200_000;

/**
 * Reads all images of a table and finds for each key of one part the image to go back to. Where a part holds more keys
 * than memory should, it is halved, and halved again: the answer says how many parts there are then.
 */
export async function indexImages(
  files: number,
  read: (file: number) => Promise<readonly KeptImage[]>,
  { part, parts: planned }: { readonly part: number; readonly parts: number },
  most = keysAtMost,
): Promise<ImageIndex> {
  let parts = planned;
  const byKey = new Map<string, Noted[]>();
  for (let file = 0; file < files; file++) {
    const images = await read(file);
    images.forEach(({ key, before, written, at }, line) => {
      const hash = sha256(canonicalWireItem(key));
      if (partOf(hash, parts) !== part) return;
      const noted = { file, line, at, before: before && writtenMark(before), written };
      const known = byKey.get(hash);
      if (known) known.push(noted);
      else byKey.set(hash, [noted]);
    });
    // Only the first part decides: the others are as large, and are not counted twice.
    while (part === 0 && byKey.size > most) {
      parts *= 2;
      for (const hash of byKey.keys()) if (partOf(hash, parts) !== part) byKey.delete(hash);
    }
  }
  const originals = [...byKey.values()].map(originalOf);
  return { part, parts, originals: originals.sort((a, b) => a.file - b.file || a.line - b.line) };
}

/** A power of two takes the last bits of the hash, so a part of twice as many parts lies in the one of the same number. */
function partOf(hash: string, parts: number): number {
  return Number.parseInt(hash.slice(0, 8), 16) % parts;
}

/**
 * A key that was written several times has several images, and what one found may be what another had written. What none
 * of them has written was there before, or came from somebody else in between: the latest of these is the state to go
 * back to, because an older one would be replayed over it. Only in a circle is everything ours, and the first counts.
 */
function originalOf(noted: readonly Noted[]): Original {
  const marks = [...new Set(noted.map(({ written }) => written))];
  const inOrder = [...noted].sort((a, b) => a.at - b.at);
  const foreign = inOrder.findLast(({ before }) => before === null || !marks.includes(before));
  const { file, line } = foreign ?? (inOrder[0] as Noted);
  return { file, line, marks };
}

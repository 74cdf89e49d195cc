import { setTimeout as delay } from 'node:timers/promises';
import { sha256 } from '../core/json.ts';
import { keys } from '../core/keys.ts';
import { keepBeforeImages, writtenMark } from './before-images.ts';
import { lookUp } from './change.ts';
import { examplesShown } from './checkpoint.ts';
import type { Comparison } from './compare.ts';
import type { WireItem } from './engine.ts';
import { readByKey, sameItem } from './items-by-key.ts';
import type { Entry } from './merge.ts';
import { canonicalWireItem, parseItem, serializeItem } from './wire-item.ts';

/**
 * What was written a moment ago may not be seen by every read yet, and what is being written now is seen by one side
 * first: before something counts as a mismatch, both sides are read once more after this pause.
 */
const settleMilliseconds = 1_000;

/** One key that the two tables do not agree on. */
interface Mismatch {
  readonly problem: 'missing' | 'extra' | 'different';
  readonly entry: Entry;
  /** The source's item as the destination should have it; null where the source has none. */
  readonly wanted: Buffer | null;
  readonly present: Buffer | null;
  /** True when two source items become this one: which of them is right is nobody's to choose here. */
  readonly collides: boolean;
}

/** Prefix of the files that list all keys of a table on which the two sides do not agree. */
export function differencesPrefix(promotionId: string, scope: string, as: string): string {
  return keys.work(promotionId, 'dynamodb', 'verify', `differences/${scope}${as}/`);
}

/**
 * Settles items of one segment that found no equal: reads both sides by key, strongly, and what still differs once more
 * after a pause. Mismatches are counted on the page of their entry and listed in S3; a repair writes them.
 */
export function settleMismatches(comparison: Comparison, segment: number) {
  const count = async (mismatches: readonly Mismatch[]) => {
    const repaired = comparison.repairs ? await repair(comparison, segment, mismatches) : new Set<Mismatch>();
    for (const mismatch of mismatches) {
      const { problem, entry } = mismatch;
      if (repaired.has(mismatch)) {
        entry.page.written += 1;
        continue;
      }
      entry.page[problem] += 1;
      if (entry.page.examples.length < examplesShown) entry.page.examples.push({ problem, key: { ...entry.key } });
    }
    await list(comparison, segment, mismatches);
  };
  return async (open: readonly Entry[], unequal: readonly Entry[]): Promise<void> => {
    const first = await judge(comparison, [...open, ...unequal]);
    if (first.length === 0) return;
    await delay(settleMilliseconds);
    const entries = first.map(({ entry }) => entry);
    await count(await judge(comparison, entries));
  };
}

/** Both sides by key, strongly consistent; what is equal, or gone on both sides, is no mismatch. */
async function judge({ group, tables, change }: Comparison, entries: readonly Entry[]): Promise<Mismatch[]> {
  const distinct = unique(entries.map(({ key }) => key));
  const [behind, present] = await Promise.all([
    lookUp(tables.source, change, distinct, group.destinationKey, group.at),
    readByKey(tables.destination, distinct, group.destinationKey),
  ]);
  return entries.flatMap((entry): Mismatch[] => {
    const text = canonicalWireItem(entry.key);
    const [first, ...others] = behind.get(text) ?? [];
    const here = first ? serializeItem(first) : null;
    const there = present.get(text)?.item ?? null;
    const found = { entry, wanted: here, present: there, collides: others.length > 0 };
    if (here && there) {
      // Both sides see a difference, in different segments where the change concerns keys: the source's counts.
      if (entry.side === 'destination') return [];
      // Two source items cannot both be the one that is there.
      return others.length === 0 && sameItem(here, there) ? [] : [{ problem: 'different', ...found }];
    }
    if (here) return [{ problem: 'missing', ...found }];
    return there ? [{ problem: 'extra', ...found }] : [];
  });
}

/** Writes what is missing or different; what is too many is left, because nobody asked for a deletion. */
async function repair(comparison: Comparison, segment: number, all: readonly Mismatch[]): Promise<Set<Mismatch>> {
  const { run, group, surroundings, tables } = comparison;
  const due = all.filter(({ wanted, present, collides }) => wanted && !collides && !(run.onlyIfAbsent && present));
  const items = due.map(({ wanted }) => wanted as Buffer);
  const images = due.map(({ entry, wanted, present }) => ({
    key: entry.key,
    before: present && parseItem(present),
    written: writtenMark(parseItem(wanted as Buffer)),
  }));
  await keepBeforeImages(surroundings, run.promotionId, group, { segment, after: due[0]?.entry.key ?? null }, images);
  const rejected = new Set((await tables.destination.write(items)).map(({ item }) => item));
  return new Set(due.filter(({ wanted }) => wanted && !rejected.has(wanted)));
}

async function list({ run, group, surroundings, scope }: Comparison, segment: number, all: readonly Mismatch[]) {
  const [first] = all;
  if (!first) return;
  const text = all.map(({ problem, entry }) => `${JSON.stringify({ problem, key: entry.key })}\n`).join('');
  const place = sha256(`${segment} ${canonicalWireItem(first.entry.key)}`).slice(0, 24);
  await surroundings.artefacts.write(`${differencesPrefix(run.promotionId, scope, group.as)}${place}.jsonl`, text);
}

function unique(all: readonly WireItem[]): WireItem[] {
  return [...new Map(all.map((key) => [canonicalWireItem(key), key])).values()];
}

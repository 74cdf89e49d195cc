import { setTimeout as delay } from 'node:timers/promises';
import { sha256 } from '../core/json.ts';
import { keys } from '../core/keys.ts';
import { keepBeforeImages, writtenMark } from './before-images.ts';
import { examplesShown } from './checkpoint.ts';
import type { Comparison } from './compare.ts';
import type { WireItem } from './engine.ts';
import { judge, type Mismatch, type Reason } from './judgement.ts';
import type { Entry, PageTotals, Refused } from './merge.ts';
import { listRejects, rejectOf } from './rejects.ts';
import { noteRepairs } from './repair-note.ts';
import { canonicalWireItem, parseItem } from './wire-item.ts';

/**
 * What was written a moment ago may not be seen by every read yet, and what is being written now is seen by one side
 * first: before something counts as a mismatch, both sides are read once more after this pause.
 */
const settleMilliseconds = 1_000;

/** Prefix of the files that list all keys of a table on which the two sides do not agree after a run. */
export function differencesPrefix(promotionId: string, scope: string, as: string): string {
  return keys.work(promotionId, 'dynamodb', 'verify', `differences/${scope}${as}/`);
}

/** Prefix of the files that list what of a table could not be written as the comparison wants it, and why. */
export function unwritablePrefix(promotionId: string, scope: string, as: string): string {
  return keys.work(promotionId, 'dynamodb', 'verify', `rejects/${scope}${as}/`);
}

/** One line of a list: what is wrong with which key, and where it is counted. */
interface Line {
  readonly problem: Mismatch['problem'];
  readonly key: WireItem;
  readonly reason: Reason | null;
  readonly page: PageTotals;
}

/**
 * Settles items of one segment that found no equal: reads both sides by key, strongly, and what still differs once more
 * after a pause. A repair writes it. What is left, and what the change refuses, is counted on the page of its entry and
 * listed in S3, as many lines as are counted; whatever has a reason why it cannot be written stands in the rejects too.
 */
export function settleMismatches(comparison: Comparison, segment: number) {
  return async (open: readonly Entry[], unequal: readonly Entry[], refused: readonly Refused[]): Promise<void> => {
    const first = await judged(comparison, [...open, ...unequal]);
    if (first.length > 0) await delay(settleMilliseconds);
    const entries = first.map(({ entry }) => entry);
    const mismatches = await judged(comparison, entries);
    const outcomes = comparison.repairs ? await repair(comparison, segment, mismatches) : new Map<Mismatch, null>();
    const lines: Line[] = refused.map((one) => {
      const { key, ...reason } = rejectOf(one, comparison.group);
      return { problem: 'missing', key, reason, page: one.page };
    });
    for (const mismatch of mismatches) {
      const { problem, key, entry } = mismatch;
      const outcome = outcomes.get(mismatch);
      if (outcome === 'written') entry.page.written += 1;
      else lines.push({ problem, key, reason: outcome ?? mismatch.reason, page: entry.page });
    }
    for (const { problem, key, reason, page } of lines) {
      page[problem] += 1;
      if (reason) page.rejected += 1;
      if (page.examples.length < examplesShown) page.examples.push({ problem, key: { ...key } });
    }
    await list(comparison, segment, lines);
  };
}

async function judged(comparison: Comparison, entries: readonly Entry[]): Promise<Mismatch[]> {
  return entries.length > 0 ? await judge(comparison, entries) : [];
}

/**
 * Writes what is missing or different; what is too many is left, because nobody asked for a deletion. Answers what
 * became of each mismatch that it tried: written, or why the service did not take it.
 */
async function repair(
  comparison: Comparison,
  segment: number,
  all: readonly Mismatch[],
): Promise<Map<Mismatch, 'written' | Reason>> {
  const { run, group, surroundings, tables } = comparison;
  const due = all.filter(({ wanted, present, collides }) => wanted && !collides && !(run.onlyIfAbsent && present));
  if (due.length === 0) return new Map();
  await noteRepairs(comparison);
  const items = due.map(({ wanted }) => wanted as Buffer);
  const images = due.map(({ entry, wanted, present }) => ({
    key: entry.key,
    before: present && parseItem(present),
    written: writtenMark(parseItem(wanted as Buffer)),
  }));
  await keepBeforeImages(surroundings, run.promotionId, group, { segment, after: due[0]?.entry.key ?? null }, images);
  const rejected = await tables.destination.write(items);
  const reasons = new Map(rejected.map(({ item, code, message }) => [item, { code, message }]));
  return new Map(due.map((mismatch) => [mismatch, reasons.get(mismatch.wanted as Buffer) ?? 'written']));
}

/** The name of a file belongs to its first line: a page that is worked off twice has one file. */
async function list({ run, group, surroundings, scope }: Comparison, segment: number, all: readonly Line[]) {
  const [first] = all;
  if (!first) return;
  const { artefacts } = surroundings;
  const text = all.map(({ problem, key, reason }) => `${JSON.stringify({ problem, key, ...reason })}\n`).join('');
  const place = sha256(`${segment} ${first.problem} ${first.reason?.code ?? ''} ${canonicalWireItem(first.key)}`);
  await artefacts.write(`${differencesPrefix(run.promotionId, scope, group.as)}${place.slice(0, 24)}.jsonl`, text);
  const rejects = all.flatMap(({ key, reason }) => (reason ? [{ ...reason, key }] : []));
  const prefix = unwritablePrefix(run.promotionId, scope, group.as);
  await listRejects(artefacts, prefix, group, { segment, after: rejects[0]?.key ?? null }, rejects);
}

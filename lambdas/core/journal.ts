import * as z from 'zod';
import { type Artefacts, ConditionFailed, type ListedArtefact, readRequired } from './artefacts.ts';
import { bounded } from './bounded.ts';
import type { Kind } from './contracts.ts';
import { eachOf } from './each-of.ts';
import { PromotionError } from './errors.ts';
import { parseJson } from './json.ts';
import { keys } from './keys.ts';

const entrySchema = z.strictObject({
  /** Logical id of the asset, for example the destination table's name. */
  asset: z.string(),
  /** What is done: `create`, `timeToLive` … , or `complete` when the asset is as planned. */
  step: z.string(),
  /** An intent is written before the call, a result after it; `refused` when the service surely did nothing. */
  phase: z.enum(['intent', 'result', 'refused']),
  /** ARN of the promotion's execution that did it. */
  execution: z.string(),
  at: z.iso.datetime(),
  /** The state before the first change, where there was one. */
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});

/** One line of the journal: what was really done to an asset. */
export type JournalEntry = z.infer<typeof entrySchema>;

/** The append-only record of a kind's changes over all runs of a promotion, one object an entry. */
export interface Journal {
  /** Entries of one asset in the order in which they were written; only the last where that was said to be enough. */
  of(asset: string): readonly JournalEntry[];
  readonly assets: readonly string[];
  append(entry: Pick<JournalEntry, 'asset' | 'step' | 'phase' | 'before' | 'after'>): Promise<void>;
}

/** The entry that closes an asset's account: what matters of those before stands in it. */
export const isComplete = ({ step }: Pick<JournalEntry, 'step'>) => step === 'complete';

/** True when an execution changed something, or may have: an intent counts until its call is known to be refused. */
export function changedBy(journal: Journal, execution: string): boolean {
  return journal.assets.some((asset) =>
    journal.of(asset).some(({ execution: by, phase, step }, index, entries) => {
      if (by !== execution || phase === 'refused') return false;
      const next = entries.slice(index + 1).find((entry) => entry.step === step);
      return phase === 'result' || next?.phase !== 'refused';
    }),
  );
}

/**
 * Reads the journal; entries that this worker appends are seen by it at once. `enough` may say that an asset's last
 * entry tells all that is wanted: then those before it are not read.
 */
export async function openJournal(
  artefacts: Artefacts,
  owner: { promotionId: string; kind: Kind; execution: string },
  enough: (last: JournalEntry) => boolean = () => false,
): Promise<Journal> {
  const prefix = keys.journal(owner.promotionId, owner.kind);
  const listed = new Map<string, ListedArtefact[]>();
  for (const object of await artefacts.listed(prefix)) {
    const asset = object.key.slice(prefix.length, object.key.lastIndexOf('/'));
    listed.set(asset, [...(listed.get(asset) ?? []), object]);
  }
  const read = new Map<ListedArtefact, JournalEntry>();
  const readAll = (objects: readonly ListedArtefact[]) =>
    eachOf(objects, 16, async (object) => read.set(object, await readEntry(artefacts, object)));
  const histories = [...listed.values()];
  await readAll(histories.flatMap((history) => history.slice(-1)));
  const isOpen = (history: readonly ListedArtefact[]) =>
    history.slice(-1).some((object) => !enough(read.get(object) as JournalEntry));
  await readAll(histories.filter(isOpen).flatMap((history) => history.slice(0, -1)));
  const entries = new Map(
    [...listed].map(([asset, history]) => [asset, history.flatMap((object) => read.get(object) ?? [])]),
  );
  const numbers = new Map([...listed].map(([asset, history]) => [asset, history.length]));

  return {
    of: (asset) => entries.get(asset) ?? [],
    get assets() {
      return [...numbers.keys()];
    },
    async append(entry) {
      const full: JournalEntry = { ...entry, execution: owner.execution, at: new Date().toISOString() };
      const count = (numbers.get(entry.asset) ?? 0) + 1;
      const number = String(count).padStart(6, '0');
      const key = `${prefix}${entry.asset}/${number}.json`;
      try {
        const { etag } = await artefacts.write(key, full, { absent: true });
        kept.set(placeOf({ key, etag }), full);
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        throw new PromotionError('Promotion.Conflict', {
          code: 'JournalChanged',
          message: `entry ${number} of the journal of ${entry.asset} was written by another worker`,
          resolution: 'start the promotion again; it continues from what the journal says',
        });
      }
      numbers.set(entry.asset, count);
      entries.set(entry.asset, [...(entries.get(entry.asset) ?? []), full]);
    },
  };
}

/** Entries are never written twice, so a process that looks again and again reads each once: 5,000 of about 1 KB. */
const kept = bounded<JournalEntry>(5_000);
const placeOf = ({ key, etag }: ListedArtefact) => `${etag} ${key}`;

async function readEntry(artefacts: Artefacts, object: ListedArtefact): Promise<JournalEntry> {
  const known = kept.get(placeOf(object));
  if (known) return known;
  const entry = parseEntry(object.key, (await readRequired(artefacts, object.key)).text);
  kept.set(placeOf(object), entry);
  return entry;
}

function parseEntry(key: string, text: string): JournalEntry {
  const parsed = entrySchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new PromotionError('Promotion.Data', {
    code: 'JournalDamaged',
    message: `${key} is not a journal entry: ${z.prettifyError(parsed.error)}`,
    resolution: 'restore the first version of the object',
  });
}

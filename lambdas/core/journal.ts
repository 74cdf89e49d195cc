import * as z from 'zod';
import { type Artefacts, ConditionFailed, eachOf, readRequired } from './artefacts.ts';
import type { Kind } from './contracts.ts';
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
  /** Entries of one asset in the order in which they were written. */
  of(asset: string): readonly JournalEntry[];
  readonly assets: readonly string[];
  append(entry: Pick<JournalEntry, 'asset' | 'step' | 'phase' | 'before' | 'after'>): Promise<void>;
}

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

/** Reads the whole journal; entries that this worker appends are seen by it at once. */
export async function openJournal(
  artefacts: Artefacts,
  owner: { promotionId: string; kind: Kind; execution: string },
): Promise<Journal> {
  const prefix = keys.journal(owner.promotionId, owner.kind);
  const entries = new Map<string, JournalEntry[]>();
  const listed = await artefacts.list(prefix);
  const texts = await eachOf(listed, 16, (key) => readRequired(artefacts, key));
  listed.forEach((key, index) => {
    const asset = key.slice(prefix.length, key.lastIndexOf('/'));
    entries.set(asset, [...(entries.get(asset) ?? []), parseEntry(key, texts[index]?.text ?? '')]);
  });

  return {
    of: (asset) => entries.get(asset) ?? [],
    get assets() {
      return [...entries.keys()];
    },
    async append(entry) {
      const known = entries.get(entry.asset) ?? [];
      const full: JournalEntry = { ...entry, execution: owner.execution, at: new Date().toISOString() };
      const number = String(known.length + 1).padStart(6, '0');
      try {
        await artefacts.write(`${prefix}${entry.asset}/${number}.json`, full, { absent: true });
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
        throw new PromotionError('Promotion.Conflict', {
          code: 'JournalChanged',
          message: `entry ${number} of the journal of ${entry.asset} was written by another worker`,
          resolution: 'start the promotion again; it continues from what the journal says',
        });
      }
      entries.set(entry.asset, [...known, full]);
    },
  };
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

import type { Journal, JournalEntry } from '../core/journal.ts';
import { ownershipTag, sameSchema, type TableDefinition } from './definition.ts';
import type { TableState } from './read-table.ts';

/** Steps by which a table becomes one that this promotion fills; each is a plan's action too. */
export const beginnings = ['create', 'adopt', 'update', 'replace'] as const;
/** One of {@link beginnings}. */
export type Beginning = (typeof beginnings)[number];

/** What the journal says of a table that is there: made by this promotion, begun by it, undone again, or somebody else's. */
export type Ownership =
  | { readonly state: 'foreign' }
  | { readonly state: 'begun'; readonly action: Beginning }
  | { readonly state: 'complete'; readonly bundleSha256: string }
  | { readonly state: 'undone' };

/**
 * Whose a table is. A table id changes when somebody deletes the table and makes another of that name. Where the answer
 * of our own create was lost there is an intent without a result: then our tag and the same keys settle it.
 */
export function ownership(journal: Journal, as: string, found: TableState, wanted: TableDefinition): Ownership {
  const entries = journal.of(as);
  const begun = lastOf(entries, beginnings);
  if (!begun || begun.phase === 'refused') return { state: 'foreign' };
  const action = begun.step as Beginning;
  if (begun.phase === 'intent') {
    // An import sets no tag: before anything is done to its table, it is told from others by the token of its call.
    const imported = (begun.after as { token?: string } | undefined)?.token !== undefined;
    const tagged = imported || found.definition.tags.some(({ Key }) => Key === ownershipTag);
    return tagged && sameSchema(wanted, found.definition) ? { state: 'begun', action } : { state: 'foreign' };
  }
  if (idOf(begun) !== found.id) return { state: 'foreign' };
  // Its items were taken back, whatever the checkpoints of the copy still say.
  if (entries.slice(entries.indexOf(begun)).some(({ step }) => step === 'undo')) return { state: 'undone' };
  const complete = entries.findLast(({ step }) => step === 'complete');
  if (!complete || entries.indexOf(complete) < entries.indexOf(begun)) return { state: 'begun', action };
  return { state: 'complete', bundleSha256: (complete.after as { bundleSha256?: string }).bundleSha256 ?? '' };
}

/** The table id that a result of one of {@link beginnings} holds. */
export function idOf(entry: JournalEntry): string {
  return (entry.after as { id?: string } | undefined)?.id ?? '';
}

/** The newest entry of one of these steps. */
export function lastOf(entries: readonly JournalEntry[], steps: readonly string[]): JournalEntry | undefined {
  return entries.findLast(({ step }) => steps.includes(step));
}

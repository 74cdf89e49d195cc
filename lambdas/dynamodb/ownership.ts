import type { Journal, JournalEntry } from '../core/journal.ts';
import { ownershipTag, sameSchema, type TableDefinition } from './definition.ts';
import type { TableState } from './read-table.ts';

/** What the journal says of a table that is there: made by this promotion, begun by it, or somebody else's. */
export type Ownership =
  | { readonly state: 'foreign' }
  | { readonly state: 'begun'; readonly action: 'create' | 'adopt' | 'update' }
  | { readonly state: 'complete'; readonly bundleSha256: string };

/**
 * Whose a table is. A table id changes when somebody deletes the table and makes another of that name. Where the answer
 * of our own create was lost there is an intent without a result: then our tag and the same keys settle it.
 */
export function ownership(journal: Journal, as: string, found: TableState, wanted: TableDefinition): Ownership {
  const entries = journal.of(as);
  const begun = lastOf(entries, ['create', 'adopt', 'update']);
  if (!begun || begun.phase === 'refused') return { state: 'foreign' };
  const action = begun.step as 'create' | 'adopt' | 'update';
  if (begun.phase === 'intent') {
    const tagged = found.definition.tags.some(({ Key }) => Key === ownershipTag);
    return tagged && sameSchema(wanted, found.definition) ? { state: 'begun', action } : { state: 'foreign' };
  }
  if (idOf(begun) !== found.id) return { state: 'foreign' };
  const complete = entries.findLast(({ step }) => step === 'complete');
  if (!complete || entries.indexOf(complete) < entries.indexOf(begun)) return { state: 'begun', action };
  return { state: 'complete', bundleSha256: (complete.after as { bundleSha256?: string }).bundleSha256 ?? '' };
}

/** The table id that a result of `create`, `adopt` or `update` holds. */
export function idOf(entry: JournalEntry): string {
  return (entry.after as { id?: string } | undefined)?.id ?? '';
}

/** The newest entry of one of these steps. */
export function lastOf(entries: readonly JournalEntry[], steps: readonly string[]): JournalEntry | undefined {
  return entries.findLast(({ step }) => steps.includes(step));
}

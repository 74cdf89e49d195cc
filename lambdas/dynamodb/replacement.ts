import type { JournalEntry } from '../core/journal.ts';
import type { TableDefinition } from './definition.ts';
import { lastOf } from './ownership.ts';

/** The table that was replaced, as the intent of its backup holds it. */
export interface Replaced {
  readonly id: string;
  /** With every setting; ARNs are the destination's own. */
  readonly definition: TableDefinition;
}

/** Entries since the last table of the name was brought back whole: those before tell of an account that is closed. */
export function sinceRestore(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  return entries.slice(entries.findLastIndex(({ step, phase }) => step === 'restore' && phase === 'result') + 1);
}

/** The deletion of the table that is replaced, begun or done; undefined where nothing was deleted. */
export function deletionOf(entries: readonly JournalEntry[]): JournalEntry | undefined {
  const deletion = lastOf(sinceRestore(entries), ['delete']);
  return deletion?.phase === 'refused' ? undefined : deletion;
}

/** What a `delete` entry is about: the table's id, and the backup that was made of it before. */
export function deletedBy(deletion: JournalEntry): { readonly id: string; readonly backupArn: string } {
  return deletion.before as { id: string; backupArn: string };
}

/** What the deleted table was: its definition at the moment of its backup. */
export function replacedTable(entries: readonly JournalEntry[], deletion: JournalEntry): Replaced {
  const earlier = entries.slice(0, entries.indexOf(deletion));
  const backup = earlier.findLast(({ step, phase, before }) => step === 'backup' && phase === 'intent' && before);
  return backup?.before as Replaced;
}

/**
 * True while a table is on its way out, or gone, because this promotion replaces it: the name is then free for the new
 * table alone, and a plan goes on with the replacement whatever stands there at the moment.
 */
export function isBeingReplaced(entries: readonly JournalEntry[], found: { readonly id: string } | null): boolean {
  const deletion = deletionOf(entries);
  if (!deletion) return false;
  return found === null || (deletion.phase === 'intent' && deletedBy(deletion).id === found.id);
}

import { createHash } from 'node:crypto';
import { isComplete, type JournalEntry } from '../../core/journal.ts';

/** What an import is begun with; in the intent of its `create`. */
export interface Load {
  readonly token: string;
  /** ARN of the export that it loads. */
  readonly export: string;
  /** Items that the export holds, by its manifest. */
  readonly items: number;
}

/** The table that an import made, and the import. */
export interface Loading extends Load {
  readonly id: string;
  readonly arn: string;
  readonly import: string;
}

/** Why an import did not bring what it should. */
export interface LoadFailure {
  readonly code: string;
  readonly message: string;
}

/** How far the journal has a table on its way by export and import. */
export type Stage =
  | { readonly name: 'new' }
  /** Without an ARN its beginning was asked for, and the answer is not known. */
  | { readonly name: 'export'; readonly token: string; readonly arn: string | null }
  | { readonly name: 'beginImport'; readonly load: Load }
  | { readonly name: 'import'; readonly loading: Loading }
  | { readonly name: 'remove'; readonly loading: Loading; readonly failure: LoadFailure }
  | { readonly name: 'filled'; readonly loading: Loading };

/**
 * Reads it from the entries of the table: steps `export`, `create` and `import`. The result of `create` names the import
 * that made the table; a refused `import` is one that failed, a `create` refused after it a table that was removed.
 */
export function stageOf(entries: readonly JournalEntry[]): Stage {
  // A table that was finished or rolled back and is made anew needs the items of now.
  const anew = entries.findLastIndex((entry) => isComplete(entry) || entry.step === 'remove');
  const recent = entries.slice(anew + 1);
  const created = recent.findLast(({ step }) => step === 'create');
  if (created && created.phase !== 'refused' && isLoad(created.after)) {
    if (!isLoading(created.after)) return { name: 'beginImport', load: created.after };
    const loading = created.after;
    const imported = recent.slice(recent.indexOf(created)).findLast(({ step }) => step === 'import');
    if (!imported) return { name: 'import', loading };
    return imported.phase === 'result'
      ? { name: 'filled', loading }
      : { name: 'remove', loading, failure: imported.after as LoadFailure };
  }
  // An import that failed may have failed by what its export holds.
  const failed = recent.findLastIndex(({ step, phase }) => step === 'import' && phase === 'refused');
  const exported = recent.slice(failed + 1).findLast(({ step }) => step === 'export');
  if (!exported || exported.phase === 'refused') return { name: 'new' };
  const { token, arn = null } = exported.after as { readonly token: string; readonly arn?: string };
  return { name: 'export', token, arn };
}

/** True where an import has begun to make the table, or may have: then it goes on, whatever engine is asked for now. */
export function isImportBegun(entries: readonly JournalEntry[]): boolean {
  return !['new', 'export'].includes(stageOf(entries).name);
}

/** Counts of a table that an import has filled wholly, whether it is finished by now or not; null for any other. */
export function importedItems(entries: readonly JournalEntry[]): { read: number; written: number } | null {
  const created = entries.findLastIndex(({ step }) => step === 'create');
  const imported = entries.slice(created + 1).findLast(({ step }) => step === 'import');
  return imported?.phase === 'result' ? (imported.after as { items: { read: number; written: number } }).items : null;
}

/** When the export was asked for whose items an import has brought (ISO 8601); null for a table that was not imported. */
export function exportedAt(entries: readonly JournalEntry[]): string | null {
  if (!importedItems(entries)) return null;
  return entries.findLast(({ step, phase }) => step === 'export' && phase === 'intent')?.at ?? null;
}

/**
 * A client token that says whose call it is: the same for a repetition, another for the next attempt. With the bucket in
 * it, because two deployments may promote the same table under the same id.
 */
export function nextToken(
  entries: readonly JournalEntry[],
  step: 'export' | 'create',
  owner: { readonly bucket: string; readonly promotionId: string; readonly as: string },
): string {
  const attempt = entries.filter((entry) => entry.step === step && entry.phase === 'intent').length + 1;
  const text = JSON.stringify([owner.bucket, owner.promotionId, owner.as, step, attempt]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function isLoad(after: unknown): after is Load {
  return typeof (after as Partial<Load> | null | undefined)?.token === 'string';
}

function isLoading(load: Load): load is Loading {
  return typeof (load as Partial<Loading>).import === 'string';
}

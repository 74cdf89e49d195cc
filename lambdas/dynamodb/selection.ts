import type { DynamodbRequest } from './contracts.ts';
import { inputError } from './input-error.ts';

/** A table that a selection may take, with its tags. */
export interface Candidate {
  readonly table: string;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** A selected table, and the entry of `tables` that selected it. */
export interface Selected {
  readonly table: string;
  /** Index in `tables` of the input. */
  readonly entry: number;
  /** The destination name that the entry gives. */
  readonly as?: string;
}

type Entry = DynamodbRequest['tables'][number];

/** True when an entry selects tables by prefix or by tags, so that the list of all tables must be known. */
export function isSelective({ tables }: Pick<DynamodbRequest, 'tables'>): boolean {
  return tables.some((entry) => typeof entry === 'object' && !('name' in entry));
}

/** True when an entry selects tables by tags. */
export function asksForTags({ tables }: Pick<DynamodbRequest, 'tables'>): boolean {
  return tables.some((entry) => typeof entry === 'object' && 'tag' in entry);
}

/** The tables that are named one by one; one that is named twice is `Promotion.Config`. */
export function namedTables({ tables }: Pick<DynamodbRequest, 'tables'>): Selected[] {
  const seen = new Set<string>();
  return tables.flatMap((value, entry): Selected[] => {
    const named = nameOf(value);
    if (!named) return [];
    if (seen.has(named.table)) {
      const pointer = `/kinds/dynamodb/tables/${entry}`;
      throw inputError('TableNamedTwice', `table "${named.table}" is named twice`, pointer, 'name each table once');
    }
    seen.add(named.table);
    return [{ ...named, entry }];
  });
}

/**
 * Every table that the entries select among the candidates, in the order of the entries and within one by name. A table
 * that several entries select counts once: for the entry that names it, else for the first. `unmatched` are the
 * indexes of prefixes and tags that none of the candidates has.
 */
export function selectTables(
  request: Pick<DynamodbRequest, 'tables'>,
  candidates: readonly Candidate[],
): { selected: Selected[]; unmatched: number[] } {
  const named = namedTables(request);
  const taken = new Set(named.map(({ table }) => table));
  const sorted = [...candidates].sort((a, b) => (a.table < b.table ? -1 : 1));
  const unmatched: number[] = [];
  const selected = request.tables.flatMap((value, entry): Selected[] => {
    if (nameOf(value)) return named.filter((one) => one.entry === entry);
    const matching = sorted.filter((candidate) => matches(value, candidate));
    if (matching.length === 0) unmatched.push(entry);
    const fresh = matching.filter(({ table }) => !taken.has(table));
    for (const { table } of fresh) taken.add(table);
    return fresh.map(({ table }) => ({ table, entry }));
  });
  return { selected, unmatched };
}

/** What an entry asks for, for a message: `table whose name begins with "DEV-"`. */
export function entryWords(entry: Entry | undefined): string {
  if (typeof entry === 'object' && 'prefix' in entry) return `table whose name begins with "${entry.prefix}"`;
  if (typeof entry === 'object' && 'tag' in entry) {
    const pairs = Object.entries(entry.tag).map(([key, value]) => `"${key}" = "${value}"`);
    return `table with the tag${pairs.length > 1 ? 's' : ''} ${pairs.join(' and ')}`;
  }
  return `table "${entry === undefined ? '' : nameOf(entry)?.table}"`;
}

function nameOf(entry: Entry): { table: string; as?: string } | null {
  if (typeof entry === 'string') return { table: entry };
  if (!('name' in entry)) return null;
  return { table: entry.name, ...(entry.as === undefined ? {} : { as: entry.as }) };
}

function matches(entry: Entry, { table, tags }: Candidate): boolean {
  if (typeof entry === 'string' || 'name' in entry) return false;
  if ('prefix' in entry) return table.startsWith(entry.prefix);
  return Object.entries(entry.tag).every(([key, value]) =>
    tags.some(({ Key, Value }) => Key === key && Value === value),
  );
}

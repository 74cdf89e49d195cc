import { type DynamodbRequest, tableNamePattern } from './contracts.ts';
import { inputError } from './input-error.ts';
import { renamed, untouchedWords } from './rename.ts';
import { namedTables, type Selected } from './selection.ts';

/** A source table and what it is called in the destination. */
export interface Mapping {
  readonly table: string;
  readonly as: string;
  /** Index in `tables` of the input of the entry that selected the table. */
  readonly entry: number;
}

/**
 * Maps every selected table to its destination name: `as` where given, else by the rename rule, else the same name.
 * Without a selection the tables that the input names one by one are mapped, which is all that can be checked without
 * the source. Throws `Promotion.Config` for a name that the rule does not touch, an illegal name, a table named twice,
 * and two tables that would become one.
 */
export function assertMapping(
  request: DynamodbRequest,
  selected: readonly Selected[] = namedTables(request),
): Mapping[] {
  const byRule = renamed(
    selected.map(({ table }) => table),
    request.rename,
  );
  const mappings = selected.map((one, index) => mapping(request, one, byRule[index] ?? null));
  const byDestination = new Map<string, string>();
  for (const { table, as, entry } of mappings) {
    const other = byDestination.get(as);
    if (other !== undefined) {
      throw inputError(
        'NameCollision',
        `tables "${other}" and "${table}" would both become "${as}"`,
        `/kinds/dynamodb/tables/${entry}`,
        'give one of them another name with "as"',
      );
    }
    byDestination.set(as, table);
  }
  return mappings;
}

function mapping(request: DynamodbRequest, { table, entry, as: given }: Selected, byRule: string | null): Mapping {
  const pointer = `/kinds/dynamodb/tables/${entry}`;
  const value = request.tables[entry];
  assertLegal(table, typeof value === 'object' && 'name' in value ? `${pointer}/name` : pointer);
  const as = given ?? byRule;
  if (as === null) {
    throw inputError(
      'NotRenamed',
      `table "${table}" ${untouchedWords(request.rename)}, so the rename rule does not touch it`,
      pointer,
      'give it a name with "as", or leave it out',
    );
  }
  assertLegal(as, given === undefined ? pointer : `${pointer}/as`);
  return { table, as, entry };
}

function assertLegal(name: string, pointer: string): void {
  if (tableNamePattern.test(name)) return;
  throw inputError('IllegalName', `"${name}" is not a table name`, pointer, 'use 3 to 255 of A-Z a-z 0-9 _ . -');
}

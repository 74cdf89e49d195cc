import { PromotionError } from '../core/errors.ts';
import { type DynamodbRequest, tableNamePattern } from './contracts.ts';

/** A source table and what it is called in the destination. */
export interface Mapping {
  readonly table: string;
  readonly as: string;
}

/**
 * Maps every requested table to its destination name: `as` where given, else the prefix rule, else the same name.
 * Throws `Promotion.Config` for a name that the rule does not touch, an illegal name, a table named twice, and two
 * tables that would become one.
 */
export function assertMapping(request: DynamodbRequest): Mapping[] {
  const mappings = request.tables.map((entry, index) => mapping(request, entry, index));
  const bySource = new Map<string, number>();
  const byDestination = new Map<string, number>();
  mappings.forEach(({ table, as }, index) => {
    const pointer = `/kinds/dynamodb/tables/${index}`;
    if (bySource.has(table)) {
      throw config('TableNamedTwice', `table "${table}" is named twice`, pointer, 'name each table once');
    }
    const other = byDestination.get(as);
    if (other !== undefined) {
      throw config(
        'NameCollision',
        `tables "${mappings[other]?.table}" and "${table}" would both become "${as}"`,
        pointer,
        'give one of them another name with "as"',
      );
    }
    bySource.set(table, index);
    byDestination.set(as, index);
  });
  return mappings;
}

function mapping(request: DynamodbRequest, entry: DynamodbRequest['tables'][number], index: number): Mapping {
  const pointer = `/kinds/dynamodb/tables/${index}`;
  const table = typeof entry === 'string' ? entry : entry.name;
  const given = typeof entry === 'string' ? undefined : entry.as;
  assertLegal(table, typeof entry === 'string' ? pointer : `${pointer}/name`);
  const prefix = request.rename?.prefix;
  if (given === undefined && prefix && !table.startsWith(prefix.from)) {
    throw config(
      'NotRenamed',
      `table "${table}" does not begin with "${prefix.from}", so the rename rule does not touch it`,
      pointer,
      'give it a name with "as", or leave it out',
    );
  }
  // Only the beginning is replaced: a name that holds the prefix again further on keeps it there.
  const as = given ?? (prefix ? prefix.to + table.slice(prefix.from.length) : table);
  assertLegal(as, given === undefined ? pointer : `${pointer}/as`);
  return { table, as };
}

function assertLegal(name: string, pointer: string): void {
  if (tableNamePattern.test(name)) return;
  throw config('IllegalName', `"${name}" is not a table name`, pointer, 'use 3 to 255 of A-Z a-z 0-9 _ . -');
}

function config(code: string, message: string, pointer: string, resolution: string): PromotionError {
  return new PromotionError('Promotion.Config', { code, message: `${pointer}: ${message}`, pointer, resolution });
}

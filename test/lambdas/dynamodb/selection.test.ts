import { describe, expect, it } from 'vitest';
import type { DynamodbRequest } from '../../../lambdas/dynamodb/contracts.ts';
import { entryWords, isSelective, namedTables, selectTables } from '../../../lambdas/dynamodb/selection.ts';
import { makeTables, refusal } from '../../support/factories.ts';

const candidate = (table: string, tags: Record<string, string> = {}) => ({
  table,
  tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
});
const account = [
  candidate('DEV-users', { promote: 'yes', team: 'shop' }),
  candidate('DEV-orders', { promote: 'yes' }),
  candidate('dev-orders', { promote: 'no' }),
  candidate('shared', { promote: 'yes', team: 'shop', 'aws:cloudformation:stack-name': 'shop' }),
];
const select = (tables: unknown[]) => selectTables(makeTables({ tables }), account);
const names = (tables: unknown[]) => select(tables).selected.map(({ table }) => table);

describe('selectTables', () => {
  it('takes every table whose name begins with the prefix, by name', () => {
    expect(select([{ prefix: 'DEV-' }])).toEqual({
      selected: [
        { table: 'DEV-orders', entry: 0 },
        { table: 'DEV-users', entry: 0 },
      ],
      unmatched: [],
    });
  });

  it('takes a table only where all given tags match, key and value', () => {
    expect(names([{ tag: { promote: 'yes' } }])).toEqual(['DEV-orders', 'DEV-users', 'shared']);
    expect(names([{ tag: { promote: 'yes', team: 'shop' } }])).toEqual(['DEV-users', 'shared']);
    expect(names([{ tag: { 'aws:cloudformation:stack-name': 'shop' } }])).toEqual(['shared']);
    expect(select([{ tag: { promote: 'maybe' } }])).toEqual({ selected: [], unmatched: [0] });
  });

  it('counts a table once: for the entry that names it, else for the first that selects it', () => {
    expect(select([{ prefix: 'DEV-' }, { name: 'DEV-users', as: 'people' }, { tag: { promote: 'yes' } }])).toEqual({
      selected: [
        { table: 'DEV-orders', entry: 0 },
        { table: 'DEV-users', as: 'people', entry: 1 },
        { table: 'shared', entry: 2 },
      ],
      unmatched: [],
    });
  });

  it('finds nothing missing where another entry has taken all that match', () => {
    expect(select(['DEV-users', 'DEV-orders', { prefix: 'DEV-' }]).unmatched).toEqual([]);
  });

  it('says which entries found nothing', () => {
    expect(select([{ prefix: 'DEV-' }, { prefix: 'PROD-' }, { tag: { team: 'x' } }]).unmatched).toEqual([1, 2]);
  });

  it('takes named tables whether or not they are among the candidates', () => {
    expect(names(['absent', { prefix: 'sha' }])).toEqual(['absent', 'shared']);
  });
});

describe('namedTables', () => {
  it('refuses a table that is named twice', async () => {
    const found = await refusal(() => namedTables(makeTables({ tables: ['a-1', { prefix: 'a' }, 'a-1'] })));
    expect(found).toMatchObject({ code: 'TableNamedTwice', pointer: '/kinds/dynamodb/tables/2' });
  });
});

describe('isSelective', () => {
  it.each([
    [['orders', { name: 'users', as: 'people' }], false],
    [['orders', { prefix: 'DEV-' }], true],
    [[{ tag: { a: 'b' } }], true],
  ])('of %j is %s', (tables, expected) => {
    expect(isSelective(makeTables({ tables }))).toBe(expected);
  });
});

describe('entryWords', () => {
  it.each<[DynamodbRequest['tables'][number], string]>([
    ['orders', 'table "orders"'],
    [{ name: 'orders', as: 'sales' }, 'table "orders"'],
    [{ prefix: 'DEV-' }, 'table whose name begins with "DEV-"'],
    [{ tag: { a: 'b' } }, 'table with the tag "a" = "b"'],
    [{ tag: { a: 'b', c: '' } }, 'table with the tags "a" = "b" and "c" = ""'],
  ])('of %j', (entry, words) => {
    expect(entryWords(entry)).toBe(words);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DynamodbRequest, dynamodbRequest } from '../../../lambdas/dynamodb/contracts.ts';
import { assertMapping } from '../../../lambdas/dynamodb/names.ts';
import { tableName } from '../../support/arbitraries.ts';
import { refusal } from '../../support/factories.ts';

const request = (fields: object): DynamodbRequest => dynamodbRequest.parse(fields);
const prefix = { prefix: { from: 'DEV-', to: 'PROD-' } };

describe('assertMapping', () => {
  it('keeps the names where no rule is given', () => {
    expect(assertMapping(request({ tables: ['orders', { name: 'users' }] }))).toEqual([
      { table: 'orders', as: 'orders', entry: 0 },
      { table: 'users', as: 'users', entry: 1 },
    ]);
  });

  it('replaces the prefix', () => {
    expect(assertMapping(request({ tables: ['DEV-orders'], rename: prefix }))).toEqual([
      { table: 'DEV-orders', as: 'PROD-orders', entry: 0 },
    ]);
  });

  it('takes the prefix away where nothing is to come in its place', () => {
    const rename = { prefix: { from: 'DEV-', to: '' } };
    expect(assertMapping(request({ tables: ['DEV-orders'], rename }))).toEqual([
      { table: 'DEV-orders', as: 'orders', entry: 0 },
    ]);
  });

  it('takes the given name, whatever the rule says', () => {
    const tables = [
      { name: 'DEV-users', as: 'people' },
      { name: 'other', as: 'OTHER' },
    ];
    expect(assertMapping(request({ tables, rename: prefix })).map(({ as }) => as)).toEqual(['people', 'OTHER']);
  });

  it('maps what a selection took, by the rule of its kind', () => {
    const tables = [{ prefix: 'DEV-' }, { name: 'other', as: 'mine' }];
    const selected = [
      { table: 'DEV-a', entry: 0 },
      { table: 'DEV-b', entry: 0 },
      { table: 'other', as: 'mine', entry: 1 },
    ];
    const rename = { regex: { match: 'DEV-(?<name>.*)', replace: '$<name>-live' } };
    expect(assertMapping(request({ tables, rename }), selected)).toEqual([
      { table: 'DEV-a', as: 'a-live', entry: 0 },
      { table: 'DEV-b', as: 'b-live', entry: 0 },
      { table: 'other', as: 'mine', entry: 1 },
    ]);
  });

  it('checks of prefixes and tags what can be known without the source: the names given besides', () => {
    expect(assertMapping(request({ tables: [{ prefix: 'DEV-' }, 'orders', { tag: { a: 'b' } }] }))).toEqual([
      { table: 'orders', as: 'orders', entry: 1 },
    ]);
  });

  it('lets two tables swap their names', () => {
    const tables = [
      { name: 'one', as: 'two' },
      { name: 'two', as: 'one' },
    ];
    expect(assertMapping(request({ tables }))).toHaveLength(2);
  });
});

describe('pitfall 31: renaming that hits the wrong part, or one name twice', () => {
  it('replaces the beginning alone, for any name', () => {
    fc.assert(
      fc.property(tableName, tableName, tableName, (from, to, rest) => {
        const table = `${from}${rest}${from}`;
        const mapped = assertMapping(request({ tables: [table], rename: { prefix: { from, to } } }));
        expect(mapped).toEqual([{ table, as: `${to}${rest}${from}`, entry: 0 }]);
      }),
    );
  });

  it('takes the dollar signs and dots of a prefix literally', async () => {
    expect(assertMapping(request({ tables: ['a.b-x'], rename: { prefix: { from: 'a.b', to: 'c' } } }))[0]?.as).toBe(
      'c-x',
    );
    const found = await refusal(() =>
      assertMapping(request({ tables: ['aXb-x'], rename: { prefix: { from: 'a.b', to: 'c' } } })),
    );
    expect(found.code).toBe('NotRenamed');
  });

  it.each([
    {
      what: 'two tables to one name by "as"',
      fields: { tables: ['orders', { name: 'other', as: 'orders' }] },
      code: 'NameCollision',
      pointer: '/kinds/dynamodb/tables/1',
      says: '"orders" and "other" would both become "orders"',
    },
    {
      what: 'two tables to one name by the rule and "as"',
      fields: { tables: ['DEV-a', { name: 'DEV-b', as: 'PROD-a' }], rename: prefix },
      code: 'NameCollision',
      pointer: '/kinds/dynamodb/tables/1',
      says: '"PROD-a"',
    },
    {
      what: 'a table named twice',
      fields: { tables: ['orders', 'users', { name: 'orders', as: 'copy' }] },
      code: 'TableNamedTwice',
      pointer: '/kinds/dynamodb/tables/2',
      says: '"orders"',
    },
    {
      what: 'a name that the rule does not touch',
      fields: { tables: ['DEV-a', 'dev-b'], rename: prefix },
      code: 'NotRenamed',
      pointer: '/kinds/dynamodb/tables/1',
      says: '"DEV-"',
    },
    {
      what: 'a name that is not in the map',
      fields: { tables: ['orders', 'users'], rename: { map: { orders: 'sales' } } },
      code: 'NotRenamed',
      pointer: '/kinds/dynamodb/tables/1',
      says: '"users" is not in the map',
    },
    {
      what: 'two tables to one name by a map',
      fields: { tables: ['orders', 'users'], rename: { map: { orders: 'sales', users: 'sales' } } },
      code: 'NameCollision',
      pointer: '/kinds/dynamodb/tables/1',
      says: '"orders" and "users" would both become "sales"',
    },
    {
      what: 'a name that the pattern matches in part',
      fields: { tables: ['DEV-orders'], rename: { regex: { match: 'DEV-', replace: 'PROD-' } } },
      code: 'NotRenamed',
      pointer: '/kinds/dynamodb/tables/0',
      says: 'does not match DEV- as a whole',
    },
    {
      what: 'two tables to one name by a pattern',
      fields: { tables: ['a-1-x', 'a-2-x'], rename: { regex: { match: '(a)-.-(x)', replace: '$1-$2' } } },
      code: 'NameCollision',
      pointer: '/kinds/dynamodb/tables/1',
      says: '"a-x"',
    },
    {
      what: 'an illegal name made by a pattern',
      fields: { tables: ['orders'], rename: { regex: { match: '(or)ders', replace: '$1 $1' } } },
      code: 'IllegalName',
      pointer: '/kinds/dynamodb/tables/0',
      says: '"or or"',
    },
    {
      what: 'an illegal name of the map',
      fields: { tables: ['orders'], rename: { map: { orders: 'a/b' } } },
      code: 'IllegalName',
      pointer: '/kinds/dynamodb/tables/0',
      says: '"a/b"',
    },
    {
      what: 'an illegal source name',
      fields: { tables: ['ok-name', 'a b'] },
      code: 'IllegalName',
      pointer: '/kinds/dynamodb/tables/1',
      says: '"a b"',
    },
    {
      what: 'an illegal source name in an object',
      fields: { tables: [{ name: 'ab', as: 'abc' }] },
      code: 'IllegalName',
      pointer: '/kinds/dynamodb/tables/0/name',
      says: '"ab"',
    },
    {
      what: 'an illegal destination name',
      fields: { tables: [{ name: 'abc', as: 'a/b/c' }] },
      code: 'IllegalName',
      pointer: '/kinds/dynamodb/tables/0/as',
      says: '"a/b/c"',
    },
    {
      what: 'a name that the rule makes too short',
      fields: { tables: ['DEV-a'], rename: { prefix: { from: 'DEV-', to: '' } } },
      code: 'IllegalName',
      pointer: '/kinds/dynamodb/tables/0',
      says: '"a"',
    },
    {
      what: 'a name that the rule makes too long',
      fields: { tables: [`DEV-${'x'.repeat(251)}`], rename: prefix },
      code: 'IllegalName',
      pointer: '/kinds/dynamodb/tables/0',
      says: 'xxx',
    },
    {
      what: 'a table given by its ARN',
      fields: { tables: ['arn:aws:dynamodb:us-east-1:222222222222:table/orders'] },
      code: 'IllegalName',
      pointer: '/kinds/dynamodb/tables/0',
      says: 'arn:aws',
    },
  ])('refuses $what', async ({ fields, code, pointer, says }) => {
    const found = await refusal(() => assertMapping(request(fields)));
    expect(found).toMatchObject({ name: 'Promotion.Config', code, pointer });
    expect(found.message).toContain(`${pointer}: `);
    expect(found.message).toContain(says);
  });

  it('refuses two selected tables that a rule would make one, at the entry of the second', async () => {
    const tables = [{ name: 'x', as: 'PROD-a' }, { prefix: 'DEV-' }];
    const selected = [
      { table: 'xxx', as: 'PROD-a', entry: 0 },
      { table: 'DEV-a', entry: 1 },
    ];
    const found = await refusal(() => assertMapping(request({ tables, rename: prefix }), selected));
    expect(found).toMatchObject({ code: 'NameCollision', pointer: '/kinds/dynamodb/tables/1' });
  });

  it('never gives two tables one name', () => {
    const entry = fc.record({ name: tableName, as: tableName });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 8 }), (tables) => {
        const collides =
          new Set(tables.map(({ name }) => name)).size < tables.length ||
          new Set(tables.map(({ as }) => as)).size < tables.length;
        const map = () => assertMapping(request({ tables }));
        if (collides) expect(map).toThrow(/NameCollision|TableNamedTwice/);
        else expect(map()).toHaveLength(tables.length);
      }),
    );
  });
});

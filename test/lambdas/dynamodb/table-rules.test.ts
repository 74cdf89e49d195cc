import { describe, expect, it } from 'vitest';
import { type TableDefinition, tableDefinition } from '../../../lambdas/dynamodb/definition.ts';
import { makeDefinition } from '../../support/factories.ts';

type Table = Partial<TableDefinition['table']>;
const S = (...names: string[]) => names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));
const key = (hash: string, range?: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  ...(range ? [{ AttributeName: range, KeyType: 'RANGE' as const }] : []),
];
const everything = { ProjectionType: 'ALL' as const };
const units = { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } };
const local = (IndexName: string, KeySchema: ReturnType<typeof key>) => ({
  IndexName,
  KeySchema,
  Projection: everything,
});
const hashes = (...names: string[]) => names.map((AttributeName) => ({ AttributeName, KeyType: 'HASH' as const }));

const problems = (table: Table) => {
  const checked = tableDefinition.safeParse(makeDefinition({ AttributeDefinitions: S('id', 'day', 'user'), ...table }));
  return checked.error?.issues.map(({ path, message }) => `${path.join('/')}: ${message}`) ?? [];
};

describe('a table’s definition', () => {
  it.each<[string, Table]>([
    ['a partition key alone', {}],
    ['a sort key too', { KeySchema: key('id', 'day') }],
    ['given capacity', { BillingMode: 'PROVISIONED', ...units }],
    [
      'a local index with the table’s partition key',
      {
        KeySchema: key('id', 'day'),
        LocalSecondaryIndexes: [local('by-user', key('id', 'user'))],
      },
    ],
    [
      'a global index of four partition attributes',
      {
        AttributeDefinitions: S('id', 'a', 'b', 'c', 'd'),
        GlobalSecondaryIndexes: [local('wide', hashes('a', 'b', 'c', 'd'))],
      },
    ],
    [
      'named attributes in an index',
      {
        GlobalSecondaryIndexes: [
          { ...local('by-user', key('user')), Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['day'] } },
        ],
      },
    ],
  ])('may have %s', (_what, table) => {
    expect(problems(table)).toEqual([]);
  });

  it.each<[string, Table, string]>([
    ['two partition attributes', { KeySchema: hashes('id', 'day') }, 'table/KeySchema: a key is one HASH attribute'],
    [
      'no partition attribute',
      { KeySchema: key('id', 'day').slice(1) },
      'table/KeySchema: a key is one HASH attribute',
    ],
    [
      'one attribute twice',
      { KeySchema: key('id', 'id') },
      'table/KeySchema: the attributes of a key have different names',
    ],
    ['a key without a type', { KeySchema: key('other') }, 'table/KeySchema/0/AttributeName: "other" has no type'],
    ['a type twice', { AttributeDefinitions: S('id', 'id') }, 'table/AttributeDefinitions: "id" is there twice'],
    [
      'two indexes of one name',
      {
        KeySchema: key('id', 'day'),
        GlobalSecondaryIndexes: [local('twin', key('user'))],
        LocalSecondaryIndexes: [local('twin', key('id', 'user'))],
      },
      'table/GlobalSecondaryIndexes: "twin" is there twice',
    ],
    [
      'no capacity where it must be given',
      { BillingMode: 'PROVISIONED' },
      'table/ProvisionedThroughput: with BillingMode PROVISIONED',
    ],
    ['capacity where there is none', units, 'table/ProvisionedThroughput: with BillingMode PAY_PER_REQUEST'],
    [
      'a global index of five partition attributes',
      {
        AttributeDefinitions: S('id', 'a', 'b', 'c', 'd', 'e'),
        GlobalSecondaryIndexes: [local('wide', hashes('a', 'b', 'c', 'd', 'e'))],
      },
      'table/GlobalSecondaryIndexes/0/KeySchema: a key of a global index is one to 4 HASH attributes',
    ],
    [
      'a local index with a partition key of its own',
      { KeySchema: key('id', 'day'), LocalSecondaryIndexes: [local('by-user', key('user', 'day'))] },
      'table/LocalSecondaryIndexes/0/KeySchema: the HASH attribute of a local index is the table’s, "id"',
    ],
    [
      'a local index without a sort key of the table',
      { LocalSecondaryIndexes: [local('by-user', key('id', 'user'))] },
      'table/LocalSecondaryIndexes/0/KeySchema: a table with local indexes has a RANGE attribute in its key',
    ],
    [
      'a local index without a sort key of its own',
      { KeySchema: key('id', 'day'), LocalSecondaryIndexes: [local('by-id', key('id'))] },
      'table/LocalSecondaryIndexes/0/KeySchema: a local index has a RANGE attribute in its key',
    ],
    [
      'an index that includes nothing',
      { GlobalSecondaryIndexes: [{ ...local('by-user', key('user')), Projection: { ProjectionType: 'INCLUDE' } }] },
      'table/GlobalSecondaryIndexes/0/Projection: NonKeyAttributes are named if, and only if',
    ],
  ])('may not have %s', (_what, table, problem) => {
    expect(problems(table).map((text) => text.replaceAll("'", '’'))).toContainEqual(expect.stringContaining(problem));
  });
});

describe('tags of a table', () => {
  const tagged = (...keys: string[]) =>
    tableDefinition
      .safeParse(makeDefinition({}, { tags: keys.map((Key) => ({ Key, Value: 'v' })) }))
      .error?.issues.map(({ path, message }) => `${path.join('/')}: ${message}`) ?? [];
  const many = (count: number) => Array.from({ length: count }, (_, index) => `tag-${index}`);

  it('may be fifty, in any case of letters', () => {
    expect(tagged(...many(50))).toEqual([]);
    expect(tagged('team', 'Team')).toEqual([]);
  });

  it.each([
    ['one twice', ['team', 'stage', 'team'], 'tags: "team" is there twice'],
    ['more than fifty', many(51), 'tags: a table has 50 tags at most, not 51'],
    ['one of the services', ['team', 'aws:team'], 'tags/1/Key: "aws:team" begins with aws:, which is reserved'],
  ])('may not be %s', (_what, keys, problem) => {
    expect(tagged(...keys)).toEqual([problem]);
  });
});

import { describe, expect, it } from 'vitest';
import { type TableDefinition, tableDefinition } from '../../../lambdas/dynamodb/definition.ts';
import { assertSourceKeys } from '../../../lambdas/dynamodb/source-keys.ts';
import { makeDefinition, refusal } from '../../support/factories.ts';
import { awsError } from '../../support/scripted-dynamodb.ts';
import { scriptedDynamoDb } from '../../support/scripted-suite.ts';

type Members = Pick<TableDefinition['table'], 'AttributeDefinitions' | 'KeySchema'>;

/** Attributes of types, and a key of the first of them or of the first two. */
const members = (types: readonly (readonly [string, 'S' | 'N' | 'B'])[], keys: readonly string[]): Members => ({
  AttributeDefinitions: types.map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
  KeySchema: keys.map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
});
const ofSource = members(
  [
    ['id', 'S'],
    ['day', 'N'],
  ],
  ['id', 'day'],
);

describe('assertSourceKeys', () => {
  const server = scriptedDynamoDb();
  const check = (bundled: Members) => {
    const content = tableDefinition.parse(makeDefinition(bundled));
    const file = { asset: 'orders', content, sha256: 'sha', edited: true, statistics: {} };
    return assertSourceKeys(server.client, 'sales', { table: 'orders', file });
  };
  const answering = (source: Members) =>
    server.script(() => ({ body: { Table: { TableName: 'orders', TableStatus: 'ACTIVE', ...source } } }));

  it('takes the key of the source, whatever else was edited and in whatever order it stands', async () => {
    answering({ ...ofSource, KeySchema: [...ofSource.KeySchema].reverse() });
    await check(
      members(
        [
          ['other', 'B'],
          ['day', 'N'],
          ['id', 'S'],
        ],
        ['id', 'day'],
      ),
    );
    expect(server.calls).toMatchObject([{ operation: 'DescribeTable', input: { TableName: 'orders' } }]);
  });

  it.each<[string, Members, string, string]>([
    [
      'another attribute',
      members(
        [
          ['g', 'S'],
          ['day', 'N'],
        ],
        ['g', 'day'],
      ),
      'KeySchema',
      '"g" (S), "day" (N)',
    ],
    ['the sort key left out', members([['id', 'S']], ['id']), 'KeySchema', '"id" (S)'],
    [
      'both exchanged',
      members(
        [
          ['id', 'S'],
          ['day', 'N'],
        ],
        ['day', 'id'],
      ),
      'KeySchema',
      '"day" (N), "id" (S)',
    ],
    [
      'another type',
      members(
        [
          ['id', 'S'],
          ['day', 'S'],
        ],
        ['id', 'day'],
      ),
      'AttributeDefinitions',
      '"id" (S), "day" (S)',
    ],
  ])('refuses %s, with the place in the file and both keys', async (_what, bundled, member, words) => {
    answering(ofSource);
    const found = await refusal(() => check(bundled));
    expect(found).toMatchObject({ name: 'Promotion.Config', code: 'BundleInvalid', pointer: `/table/${member}` });
    const file = 'promotions/sales/dynamodb/export/tables/orders.json';
    expect(found.message).toContain(
      `${file} is not valid: /table/${member}: the key is ${words}, but items of orders have the key "id" (S), "day" (N)`,
    );
  });

  it('says nothing of a source that has gone, and names the call that was refused', async () => {
    server.script(() => awsError('ResourceNotFoundException'));
    await check(ofSource);
    expect(server.calls).toHaveLength(1);
    server.script(() => awsError('AccessDeniedException'));
    expect(await refusal(() => check(ofSource))).toMatchObject({ name: 'Promotion.Permission' });
  });
});

import { describe, expect, it } from 'vitest';
import { assertChange, changeDefinition, changeFindings } from '../../../lambdas/dynamodb/change-definition.ts';
import { tableDefinition } from '../../../lambdas/dynamodb/definition.ts';
import { makeDefinition, makeTables, refusal } from '../../support/factories.ts';

const key = (hash: string, range?: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  ...(range ? [{ AttributeName: range, KeyType: 'RANGE' as const }] : []),
];
const definition = makeDefinition(
  {
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
      { AttributeName: 'status', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'N' },
    ],
    KeySchema: key('pk', 'sk'),
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-status',
        KeySchema: key('status', 'at'),
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['a', 'b', 'z'] },
      },
    ],
    LocalSecondaryIndexes: [{ IndexName: 'by-at', KeySchema: key('pk', 'at'), Projection: { ProjectionType: 'ALL' } }],
  },
  { timeToLive: { AttributeName: 'expires' } },
);
const transform = (...steps: object[]) => makeTables({ transform: steps });
const rename = (from: string, to: string) => ({ renameAttribute: [from, to] });

describe('changeDefinition', () => {
  it('names keys, index keys, projected attributes and the time to live as the items will have them', () => {
    const changed = changeDefinition(
      definition,
      transform(
        rename('pk', 'id'),
        rename('id', 'key'),
        rename('at', 'when'),
        rename('a', 'b2'),
        rename('expires', 'ttl'),
      ),
    );
    expect(changed).toEqual({
      ...definition,
      table: {
        ...definition.table,
        AttributeDefinitions: [
          { AttributeName: 'key', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'N' },
          { AttributeName: 'status', AttributeType: 'S' },
          { AttributeName: 'when', AttributeType: 'N' },
        ],
        KeySchema: key('key', 'sk'),
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-status',
            KeySchema: key('status', 'when'),
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['b', 'b2', 'z'] },
          },
        ],
        LocalSecondaryIndexes: [
          { IndexName: 'by-at', KeySchema: key('key', 'when'), Projection: { ProjectionType: 'ALL' } },
        ],
      },
      timeToLive: { AttributeName: 'ttl' },
    });
    expect(tableDefinition.safeParse(changed).success).toBe(true);
  });

  it('names a projected attribute once where two become one', () => {
    const changed = changeDefinition(definition, transform(rename('a', 'b')));
    expect(changed.table.GlobalSecondaryIndexes?.[0]?.Projection.NonKeyAttributes).toEqual(['b', 'z']);
  });

  it('is the definition itself where nothing is renamed', () => {
    expect(changeDefinition(definition, transform({ dropAttribute: 'a' }))).toBe(definition);
    expect(changeDefinition(definition, makeTables())).toBe(definition);
  });
});

describe('assertChange', () => {
  it.each<[string, object[]]>([
    ['renames of keys and others', [rename('pk', 'id'), rename('status', 'state'), rename('a', 'c')]],
    ['a dropped attribute', [{ dropAttribute: 'a' }]],
    ['a dropped index key', [{ dropAttribute: 'status' }]],
    ['a set attribute', [{ setAttribute: ['env', { S: 'prod' }] }]],
    ['an index key of its type', [{ setAttribute: ['status', { S: 'new' }] }, { setAttribute: ['at', { N: '0' }] }]],
    ['a name that the key had before', [rename('pk', 'id'), { setAttribute: ['pk', { S: 'x' }] }]],
    ['an attribute that takes the place of an index key', [{ dropAttribute: 'status' }, rename('a', 'status')]],
    ['eight prefixes of the key', Array.from({ length: 8 }, (_, at) => ({ replacePrefix: ['pk', `${at}`, 'x'] }))],
    ['nine prefixes of others', Array.from({ length: 9 }, (_, at) => ({ replacePrefix: ['a', `${at}`, 'x'] }))],
  ])('takes %s', (_what, steps) => {
    expect(() => assertChange(transform(...steps), definition)).not.toThrow();
  });

  it.each<[string, object[], string, string]>([
    ['a dropped key', [{ dropAttribute: 'sk' }], '/0/dropAttribute', '"sk" is in the key of table "orders"'],
    ['a key dropped under its new name', [rename('pk', 'id'), { dropAttribute: 'id' }], '/1/dropAttribute', '"id"'],
    ['one key for all items', [{ setAttribute: ['pk', { S: 'x' }] }], '/0/setAttribute', '"pk"'],
    ['two key attributes in one', [rename('pk', 'sk')], '/0/renameAttribute', '"sk" is a key attribute'],
    ['a key attribute in an index key', [rename('sk', 'status')], '/0/renameAttribute', '"status"'],
    ['another attribute in a key', [rename('a', 'pk')], '/0/renameAttribute', '"pk"'],
    ['an index key of another type', [{ setAttribute: ['at', { S: 'now' }] }], '/0/setAttribute/1', 'type is N'],
    ['an empty index key', [{ setAttribute: ['status', { S: '' }] }], '/0/setAttribute/1', 'type is S'],
    [
      'an index key of another type under its new name',
      [rename('at', 'when'), { setAttribute: ['when', { NULL: true }] }],
      '/1/setAttribute/1',
      '"when"',
    ],
    [
      'more prefixes of the key than could be undone',
      Array.from({ length: 9 }, (_, at) => ({ replacePrefix: ['pk', `${at}`, 'x'] })),
      '/8/replacePrefix',
      'more than 8',
    ],
  ])('refuses %s', async (_what, steps, place, says) => {
    const found = await refusal(() => assertChange(transform(...steps), definition));
    expect(found).toMatchObject({
      name: 'Promotion.Config',
      code: 'KeyChanged',
      pointer: `/kinds/dynamodb/transform${place}`,
    });
    expect(found.message).toContain(says);
  });

  it.each<[object[], string]>([
    [[rename('pk', 'sk')], 'choose another name, or leave the table out'],
    [[{ dropAttribute: 'sk' }], 'rename it or replace a prefix of it, or leave the table out'],
    [[{ setAttribute: ['at', { S: 'now' }] }], 'give a value of type N that is not empty'],
    [
      Array.from({ length: 9 }, (_, at) => ({ replacePrefix: ['pk', `${at}`, 'x'] })),
      'promote in several steps, by way of another environment',
    ],
  ])('says what to do about %j', (steps, resolution) => {
    const detail = expect.objectContaining({ resolution });
    expect(() => assertChange(transform(...steps), definition)).toThrow(expect.objectContaining({ detail }));
  });
});

describe('changeFindings', () => {
  const found = (fields: object, of = definition) =>
    changeFindings(makeTables(fields), of).map(({ code, message }) => `${code} ${message}`);

  it('tells of indexes whose key is not projected, and of the time to live', () => {
    expect(found({ projection: ['status', 'a'] })).toEqual([
      expect.stringMatching(/^IndexKeyLeftOut "at" is not projected, so that no item is in index by-status$/),
      expect.stringMatching(/^IndexKeyLeftOut "at" is not projected, so that no item is in index by-at$/),
      expect.stringMatching(/^TimeToLiveLeftOut "expires" is not projected/),
    ]);
  });

  it('tells of what is dropped, under whatever name', () => {
    const steps = [rename('status', 'state'), { dropAttribute: 'state' }, { dropAttribute: 'expires' }];
    expect(found({ transform: steps })).toEqual([
      expect.stringContaining('"status" is dropped, so that no item is in index by-status'),
      expect.stringContaining('"expires" is dropped'),
    ]);
  });

  it('goes by the name that an attribute has when it is dropped', () => {
    expect(found({ transform: [{ dropAttribute: 'expires' }, rename('expires', 'other')] })).toEqual([
      expect.stringContaining('"expires" is dropped'),
    ]);
    expect(found({ transform: [{ dropAttribute: 'other' }, rename('expires', 'other')] })).toEqual([]);
  });

  it('has nothing to tell where a later step gives the attribute again', () => {
    const set = (name: string, value: object) => ({ setAttribute: [name, value] });
    expect(found({ transform: [{ dropAttribute: 'status' }, rename('o', 'status')] })).toEqual([]);
    expect(found({ transform: [{ dropAttribute: 'expires' }, set('expires', { N: '1' })] })).toEqual([]);
    expect(found({ projection: ['at'], transform: [set('status', { S: 'x' }), set('expires', { N: '1' })] })).toEqual(
      [],
    );
    expect(found({ projection: ['at', 'status', 'o'], transform: [rename('o', 'expires')] })).toEqual([]);
    expect(found({ projection: ['at', 'status', 'expires'], transform: [rename('o', 'expires')] })).toEqual([]);
  });

  it('tells of a time to live that is set to something else than a time', () => {
    expect(found({ transform: [{ setAttribute: ['expires', { S: 'never' }] }] })).toEqual([
      'TimeToLiveLeftOut "expires" is set to another type than N, so that no item in the destination expires',
    ]);
  });

  it('tells that nothing can be skipped where the table has no time to live', () => {
    expect(found({ skipExpired: true }, makeDefinition())).toEqual([
      expect.stringMatching(/^NothingExpires \S+ has no time to live, so nothing is skipped$/),
    ]);
    expect(found({ skipExpired: true })).toEqual([]);
  });

  it('has nothing to tell where all of it is projected', () => {
    expect(found({ projection: ['status', 'at', 'expires'] })).toEqual([]);
    expect(found({ projection: ['a'] }, makeDefinition())).toEqual([]);
    expect(found({})).toEqual([]);
  });
});

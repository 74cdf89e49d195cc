import { describe, expect, it } from 'vitest';
import { changePage, compileChange } from '../../../lambdas/dynamodb/change.ts';
import { changedTable } from '../../../lambdas/dynamodb/change-definition.ts';
import type { WireItem } from '../../../lambdas/dynamodb/engine.ts';
import { parseItem, serializeItem } from '../../../lambdas/dynamodb/wire-item.ts';
import { makeDefinition, makeTables } from '../../support/factories.ts';

const now = 1_790_000_000;
const year = 365 * 86_400;
const expiring = makeDefinition({}, { timeToLive: { AttributeName: 'expires' } });
const change = (fields: object, definition = makeDefinition()) =>
  compileChange(makeTables(fields), changedTable(definition));
const apply = (fields: object, item: WireItem, definition = expiring) => change(fields, definition).apply(item, now);
const bytes = (...items: WireItem[]) => items.map(serializeItem);
const prefix = { transform: [{ replacePrefix: ['id', 'DEV#', 'PROD#'] }] };
const id = (S: string, rest: WireItem = {}): WireItem => ({ id: { S }, ...rest });

describe('compileChange', () => {
  it.each<[string, object, boolean]>([
    ['nothing', {}, true],
    [
      'a filter and a projection, which the service carries out',
      { filter: { expression: 'attribute_exists(a)' }, projection: ['a'] },
      true,
    ],
    ['a transform', { transform: [{ dropAttribute: 'a' }] }, false],
    ['a look at the time to live', { skipExpired: true }, false],
  ])('takes a scanned item byte for byte where there is %s: %s', (_what, fields, plain) => {
    expect(change(fields, expiring).isPlain).toBe(plain);
  });

  it('takes items byte for byte where nothing can expire', () => {
    expect(change({ skipExpired: true }).isPlain).toBe(true);
  });

  it.each<[string, object, boolean]>([
    ['a prefix of the key', prefix, true],
    [
      'a prefix of the key under another name',
      { transform: [{ renameAttribute: ['id', 'pk'] }, { replacePrefix: ['pk', 'a', 'b'] }] },
      true,
    ],
    ['a prefix of another attribute', { transform: [{ replacePrefix: ['name', 'a', 'b'] }] }, false],
    ['a rename of the key', { transform: [{ renameAttribute: ['id', 'pk'] }] }, false],
  ])('knows of %s whether two items may become one: %s', (_what, fields, expected) => {
    expect(change(fields).mayCollide).toBe(expected);
  });

  it('projects an item that was read whole as the scan would have', () => {
    const whole = id('a', { name: { S: 'n' }, secret: { S: 's' } });
    expect(apply({ projection: ['name', 'id'] }, whole)).toEqual({ kind: 'item', item: id('a', { name: { S: 'n' } }) });
  });

  it('refuses an item whose attribute a rename would write over', () => {
    const item = id('x', { a: { S: '1' }, b: { S: '2' } });
    expect(apply({ transform: [{ renameAttribute: ['a', 'b'] }] }, item)).toMatchObject({
      kind: 'refused',
      code: 'AttributeExists',
      message: expect.stringContaining('"b"'),
    });
  });

  it('refuses an item of whose key nothing would be left, in the table or in an index', () => {
    const definition = makeDefinition({
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'status', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-status',
          KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
    const fields = { transform: ['id', 'status', 'note'].map((name) => ({ replacePrefix: [name, 'DEV', ''] })) };
    const refused = (item: WireItem) => apply(fields, item, definition);
    expect(refused(id('DEV'))).toMatchObject({
      kind: 'refused',
      code: 'KeyEmpty',
      message: expect.stringContaining('"id"'),
    });
    expect(refused(id('a', { status: { S: 'DEV' } }))).toMatchObject({ kind: 'refused', code: 'KeyEmpty' });
    expect(refused(id('a', { note: { S: 'DEV' } }))).toEqual({ kind: 'item', item: id('a', { note: { S: '' } }) });
  });

  it('refuses a key that would be longer than the service takes', () => {
    const fields = { transform: [{ replacePrefix: ['id', 'D#', 'DEV#'] }] };
    expect(apply(fields, id(`D#${'x'.repeat(2044)}`)).kind).toBe('item');
    const message = expect.stringContaining('"id" would have 2049 bytes');
    expect(apply(fields, id(`D#${'x'.repeat(2045)}`))).toMatchObject({ kind: 'refused', code: 'KeyTooLong', message });
  });

  it('tells whole items that meet the filter', () => {
    const filter = {
      expression: 'begins_with(id, :p) AND #s = :v',
      names: { '#s': 'status' },
      values: { ':p': { S: 'DEV#' }, ':v': { S: 'open' } },
    };
    const { meets } = change({ filter });
    expect(meets(id('DEV#1', { status: { S: 'open' } }))).toBe(true);
    expect(meets(id('X#1', { status: { S: 'open' } }))).toBe(false);
    expect(meets(id('DEV#1'))).toBe(false);
    expect(change({}).meets(id('a'))).toBe(true);
  });
});

describe('items whose time to live is over', () => {
  const expires = (value: WireItem[string]) => id('a', { expires: value });
  it.each<[string, WireItem, boolean]>([
    ['over', expires({ N: String(now - 1) }), true],
    ['over this second', expires({ N: String(now) }), true],
    ['over with a fraction', expires({ N: `${now - 1}.5` }), true],
    ['almost five years over', expires({ N: String(now - 5 * year + 1) }), true],
    ['to come', expires({ N: String(now + 1) }), false],
    ['over for more than five years, which the service keeps', expires({ N: String(now - 5 * year - 1) }), false],
    ['zero', expires({ N: '0' }), false],
    ['written as a text', expires({ S: String(now - 1) }), false],
    ['in milliseconds', expires({ N: String(now * 1000) }), false],
    ['absent', id('a'), false],
  ])('%s', (_what, item, leftOut) => {
    expect(apply({ skipExpired: true }, item).kind).toBe(leftOut ? 'leftOut' : 'item');
  });

  it('are promoted where nobody asked to skip them', () => {
    expect(apply({}, expires({ N: '1' })).kind).toBe('item');
  });

  it('are told by an attribute that is not promoted itself', () => {
    const fields = { skipExpired: true, projection: ['name'] };
    const compiled = change(fields, expiring);
    expect(Object.values(compiled.restriction.ExpressionAttributeNames ?? {})).toEqual(['id', 'expires', 'name']);
    expect(compiled.apply(id('a', { expires: { N: '5' }, name: { S: 'n' } }), now)).toEqual({
      kind: 'item',
      item: id('a', { name: { S: 'n' } }),
    });
    expect(compiled.apply(expires({ N: String(now - 5) }), now).kind).toBe('leftOut');
  });

  it('are told by the name that the attribute has at the source', () => {
    const fields = { skipExpired: true, transform: [{ renameAttribute: ['expires', 'ttl'] }] };
    expect(apply(fields, expires({ N: String(now - 5) })).kind).toBe('leftOut');
  });
});

describe('changePage', () => {
  it('gives the changed items in the order of the page, numbers as they were written', () => {
    const page = changePage(change(prefix), bytes(id('DEV#2', { n: { N: '1.10' } }), id('x')), ['id'], now);
    expect(page.items.map(String)).toEqual(['{"id":{"S":"PROD#2"},"n":{"N":"1.10"}}', '{"id":{"S":"x"}}']);
    expect(page).toMatchObject({ rejected: [], leftOut: 0 });
  });

  it('counts what is left out and lists what is refused as it was at the source', () => {
    const fields = { skipExpired: true, transform: [{ renameAttribute: ['a', 'b'] }] };
    const items = bytes(
      id('1', { expires: { N: String(now) } }),
      id('2', { a: { S: '1' }, b: { S: '2' } }),
      id('3', { a: { S: '1' } }),
    );
    const page = changePage(change(fields, expiring), items, ['id'], now);
    expect(page.items.map(parseItem)).toEqual([id('3', { b: { S: '1' } })]);
    expect(page.rejected).toMatchObject([{ item: items[1], code: 'AttributeExists' }]);
    expect(page.leftOut).toBe(1);
  });

  it('goes by the time of day where no other is given', () => {
    const at = (seconds: number) => id('a', { expires: { N: String(Math.floor(Date.now() / 1000) + seconds) } });
    const page = changePage(change({ skipExpired: true }, expiring), bytes(at(-60), at(600)), ['id']);
    expect([page.items.length, page.leftOut]).toEqual([1, 1]);
  });
});

describe('pitfall 5: a page of which nothing is left', () => {
  it('is an empty page, and the one item that is left is found on the last', () => {
    const fields = { ...prefix, skipExpired: true };
    const over = id('DEV#1', { expires: { N: String(now) } });
    const pages = [[over, over], [over], [], [over, id('DEV#2')]];
    const kept = pages.map((items) => changePage(change(fields, expiring), bytes(...items), ['id'], now));
    expect(kept.map(({ items, leftOut }) => [items.length, leftOut])).toEqual([
      [0, 2],
      [0, 1],
      [0, 0],
      [1, 1],
    ]);
    expect(kept.at(-1)?.items.map(parseItem)).toEqual([id('PROD#2')]);
  });
});

describe('pitfall 4: two items that become one key', () => {
  const definition = makeDefinition({
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'at', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'at', KeyType: 'RANGE' },
    ],
  });

  it('are a collision, neither a failed batch nor a silent loss: the first is written, the other rejected', () => {
    const items = bytes(id('DEV#1', { from: { S: 'dev' } }), id('PROD#1', { from: { S: 'prod' } }), id('PROD#2'));
    const page = changePage(change(prefix), items, ['id'], now);
    expect(page.items.map(parseItem)).toEqual([id('PROD#1', { from: { S: 'dev' } }), id('PROD#2')]);
    expect(page.rejected).toMatchObject([{ item: items[1], code: 'KeyCollision' }]);
  });

  it('are told by the whole key, and by what its numbers mean', () => {
    const at = (S: string, N: string) => id(S, { at: { N } });
    const items = bytes(at('DEV#1', '1'), at('PROD#1', '2'), at('PROD#1', '1.0'));
    const page = changePage(change(prefix, definition), items, ['id', 'at'], now);
    expect(page.items).toHaveLength(2);
    expect(page.rejected).toMatchObject([{ item: items[2], code: 'KeyCollision' }]);
  });
});

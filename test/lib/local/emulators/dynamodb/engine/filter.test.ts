import { describe, expect, it } from 'vitest';
import type { AttributeValue, Item } from '../../../../../../lib/local/emulators/dynamodb/engine/dynalite.ts';
import { matchesExpression } from '../../../../../../lib/local/emulators/dynamodb/engine/filter.ts';
import { meets } from './parsed.ts';

const bytes = (...content: number[]): AttributeValue => ({ B: Buffer.from(content).toString('base64') });
/** Every type, with content that is false, empty or null where it can be. */
const all: Item = {
  S: { S: '' },
  N: { N: '0' },
  B: { B: '' },
  BOOL: { BOOL: false },
  NULL: { NULL: true },
  SS: { SS: ['a'] },
  NS: { NS: ['0'] },
  BS: { BS: ['AA=='] },
  L: { L: [] },
  M: { M: {} },
};
const types = Object.keys(all);
const nines = '9'.repeat(38);

describe('=', () => {
  it.each(types)('is true of %s and itself, and of no other type', (type) => {
    const equal = types.filter((other) =>
      meets({ a: all[type] as AttributeValue }, 'a = :v', { ':v': all[other] as AttributeValue }),
    );
    expect(equal).toEqual([type]);
    const unequal = types.filter((other) =>
      meets({ a: all[type] as AttributeValue }, 'a <> :v', { ':v': all[other] as AttributeValue }),
    );
    expect(unequal).toEqual(types.filter((other) => other !== type));
  });
});

describe('the order', () => {
  it.each<[string, AttributeValue[]]>([
    ['numbers', ['-2', '0.0', '1E+3', '1000.5'].map((N) => ({ N }))],
    ['strings', ['', 'a', '\uFF5E', '\u{1F0A1}'].map((S) => ({ S }))],
    ['binaries', [[], [0], [127], [128]].map((content) => bytes(...content))],
  ])('is there for %s, of which each list goes up', (_what, rising) => {
    rising.forEach((a, place) => {
      rising.forEach((v, other) => {
        const results = ['<', '<=', '=', '<>', '>=', '>'].map((sign) => meets({ a }, `a ${sign} :v`, { ':v': v }));
        expect(results, `${JSON.stringify(a)} and ${JSON.stringify(v)}`).toEqual([
          ...[place < other, place <= other, place === other],
          ...[place !== other, place >= other, place > other],
        ]);
      });
    });
  });

  it.each(['<', '<=', '>', '>='])('%s is false between two types, and of types without an order', (sign) => {
    const ordered = types.filter((type) => meets(all, `${type} ${sign} :v`, { ':v': all[type] as AttributeValue }));
    expect(ordered).toEqual(sign.includes('=') ? ['S', 'N', 'B'] : []);
    const mixed = types.flatMap((type) =>
      types.filter(
        (other) => other !== type && meets(all, `${type} ${sign} :v`, { ':v': all[other] as AttributeValue }),
      ),
    );
    expect(mixed).toEqual([]);
  });
});

describe('what is absent', () => {
  const item: Item = { here: { S: 'x' } };

  it.each(['gone = :v', ':v = gone', 'gone = lost', 'gone < :v', 'gone <= lost', ':v > gone', 'gone >= :v'])(
    'makes %s false',
    (expression) => {
      expect(meets(item, expression, { ':v': { S: 'x' } })).toBe(false);
    },
  );

  it.each(['gone <> :v', ':v <> gone', 'gone <> lost'])('makes %s true', (expression) => {
    expect(meets(item, expression, { ':v': { S: 'x' } })).toBe(true);
  });

  it.each([
    'gone BETWEEN :v AND :v',
    'here BETWEEN gone AND :v',
    'here BETWEEN :v AND gone',
    'gone IN (:v)',
    'gone IN (lost)',
    'begins_with(gone, :v)',
    'begins_with(here, gone)',
    'contains(gone, :v)',
    'contains(here, gone)',
    'contains(gone, lost)',
    'attribute_type(gone, :t)',
    'attribute_exists(gone)',
    'attribute_not_exists(here)',
    'size(gone) = :n',
    'size(gone) < :n',
  ])('makes %s false', (expression) => {
    expect(meets(item, expression, { ':v': { S: 'x' }, ':t': { S: 'S' }, ':n': { N: '1' } })).toBe(false);
    expect(meets(item, `NOT ${expression}`, { ':v': { S: 'x' }, ':t': { S: 'S' }, ':n': { N: '1' } })).toBe(true);
  });
});

describe('attribute_exists and attribute_type', () => {
  it.each(types)('find an attribute of type %s, empty, false or null as it is', (type) => {
    expect(meets(all, `attribute_exists(${type})`)).toBe(true);
    expect(meets(all, `attribute_not_exists(${type})`)).toBe(false);
    expect(types.filter((other) => meets(all, `attribute_type(${type}, :t)`, { ':t': { S: other } }))).toEqual([type]);
  });
});

describe('BETWEEN and IN', () => {
  const item: Item = { ...all, one: { N: '1' }, two: { N: '2.0' }, three: { N: '3' }, text: { S: '2' } };

  it.each<[string, boolean]>([
    ['two BETWEEN one AND three', true],
    ['two BETWEEN two2 AND two', true],
    ['two BETWEEN three AND one', false],
    ['two BETWEEN one AND text', false],
    ['two BETWEEN text AND three', false],
    ['S BETWEEN :empty AND :empty', true],
    ['text BETWEEN :empty AND text2', true],
    ['BOOL BETWEEN BOOL2 AND BOOL2', false],
  ])('%s is %s', (expression, expected) => {
    const more: Item = { ...item, two2: { N: '2' }, text2: { S: '2' }, BOOL2: { BOOL: false } };
    expect(meets(more, expression, { ':empty': { S: '' } })).toBe(expected);
  });

  it.each<[string, boolean]>([
    ['two IN (:text, :two)', true],
    ['two IN (:text)', false],
    ['two IN (one, three)', false],
    ['two IN (one, :two, three)', true],
    [':two IN (one, two)', true],
    ['S IN (:empty)', true],
    ['BOOL IN (:false)', true],
    ['L IN (:text, :list)', true],
    ['NULL IN (gone, :false)', false],
    ['size(SS) IN (one)', true],
  ])('%s is %s', (expression, expected) => {
    const values: Item = {
      ':text': { S: '2' },
      ':two': { N: '2' },
      ':empty': { S: '' },
      ':false': { BOOL: false },
      ':list': { L: [] },
    };
    expect(meets(item, expression, values)).toBe(expected);
  });
});

describe('begins_with and contains', () => {
  it.each<[AttributeValue, AttributeValue, boolean, boolean]>([
    [{ S: 'hello' }, { S: 'he' }, true, true],
    [{ S: 'hello' }, { S: 'ell' }, false, true],
    [{ S: 'hello' }, { S: '' }, true, true],
    [{ S: '' }, { S: 'a' }, false, false],
    [{ S: 'aGk=' }, { B: 'aGk=' }, false, false],
    [bytes(1, 255, 3), bytes(1, 255), true, true],
    [bytes(1, 255, 3), bytes(255, 3), false, true],
    // Text that is no UTF-8 would be the same replacement character.
    [bytes(1, 255), bytes(1, 254), false, false],
    [{ N: '12' }, { S: '1' }, false, false],
    [{ SS: ['ab', 'c'] }, { S: 'ab' }, false, true],
    [{ SS: ['ab'] }, { S: 'a' }, false, false],
    [{ BS: ['AQI='] }, bytes(1, 2), false, true],
    [{ BS: ['AQI='] }, { S: 'AQI=' }, false, false],
    [{ L: [{ S: 'a' }, { S: '' }] }, { S: '' }, false, true],
    [{ L: [{ S: 'ab' }] }, { S: 'a' }, false, false],
    [{ M: { a: { S: 'a' } } }, { S: 'a' }, false, false],
    [{ BOOL: true }, { S: 'a' }, false, false],
    [{ NULL: true }, { S: '' }, false, false],
  ])('of %j and %j are %s and %s', (a, v, begins, contains) => {
    expect(meets({ a }, 'begins_with(a, :v)', { ':v': v })).toBe(begins);
    expect(meets({ a, v }, 'begins_with(a, v)')).toBe(begins);
    expect(meets({ a }, 'contains(a, :v)', { ':v': v })).toBe(contains);
    expect(meets({ a, v }, 'contains(a, v)')).toBe(contains);
  });

  it.each<[AttributeValue, AttributeValue, boolean]>([
    [{ NS: ['1', '2.50'] }, { N: '2.5' }, true],
    [{ NS: [nines] }, { N: `${nines.slice(1)}8` }, false],
    [{ NS: ['1', '2'] }, { NS: ['1', '2'] }, false],
    [{ L: [{ N: '4' }] }, { N: '4.0' }, true],
    [{ L: [{ N: '4' }] }, { S: '4' }, false],
    [{ L: [{ BOOL: false }] }, { BOOL: false }, true],
    [{ L: [{ NULL: true }] }, { NULL: true }, true],
    [{ L: [{ NS: ['1', '2'] }] }, { NS: ['2', '1'] }, true],
    [{ L: [{ L: [{ N: '3' }] }] }, { L: [{ N: '3' }] }, true],
    [{ L: [{ M: {} }] }, { M: {} }, true],
    [{ S: 'x' }, { NS: ['1'] }, false],
    [{ N: '12' }, { N: '1' }, false],
    [{ BOOL: true }, { BOOL: true }, false],
  ])('contains of %j and %j is %s', (a, v, expected) => {
    expect(meets({ a }, 'contains(a, :v)', { ':v': v })).toBe(expected);
  });

  it('begins_with is false where an attribute is neither a string nor a binary', () => {
    const found = types.flatMap((type) =>
      types.filter((other) => other !== type && meets(all, `begins_with(${type}, ${other})`)),
    );
    expect(found).toEqual([]);
  });
});

describe('AND, OR and NOT', () => {
  const item: Item = { yes: { BOOL: true } };
  const word = { true: 'attribute_exists(yes)', false: 'attribute_exists(gone)' };

  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])('join %s and %s', (left, right) => {
    const [one, other] = [word[`${left}`], word[`${right}`]];
    expect(meets(item, `${one} AND ${other}`)).toBe(left && right);
    expect(meets(item, `${one} OR ${other}`)).toBe(left || right);
    expect(meets(item, `NOT ${one} OR ${other}`)).toBe(!left || right);
    expect(meets(item, `NOT (${one} AND ${other})`)).toBe(!(left && right));
    expect(meets(item, `${word.true} OR ${one} AND ${other}`)).toBe(true);
    expect(meets(item, `(${word.true} OR ${one}) AND ${other}`)).toBe(right);
  });

  it('refuse a condition that has no test, naming it', () => {
    expect(() => matchesExpression(item, { type: 'function', name: 'sounds_like', args: [] })).toThrow('sounds_like');
  });
});

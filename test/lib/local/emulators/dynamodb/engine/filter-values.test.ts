import { describe, expect, it } from 'vitest';
import type { AttributeValue } from '../../../../../../lib/local/emulators/dynamodb/engine/dynalite.ts';
import { areEqual, orderOf } from '../../../../../../lib/local/emulators/dynamodb/engine/filter-values.ts';

const bytes = (...content: number[]): AttributeValue => ({ B: Buffer.from(content).toString('base64') });
const nines = '9'.repeat(38);

describe('areEqual', () => {
  it.each<[string, AttributeValue, AttributeValue]>([
    ['numbers by value', { N: '1' }, { N: '1.0' }],
    ['numbers with exponents', { N: '1.5E+3' }, { N: '1500' }],
    ['zeros with a sign', { N: '-0' }, { N: '0.00' }],
    ['small numbers', { N: '1E-130' }, { N: `0.${'0'.repeat(129)}1` }],
    ['lists', { L: [{ S: 'a' }, { N: '1' }] }, { L: [{ S: 'a' }, { N: '1.0' }] }],
    ['maps in any order', { M: { a: { N: '1' }, b: { S: 'x' } } }, { M: { b: { S: 'x' }, a: { N: '1.0' } } }],
    ['sets of numbers in any order', { NS: ['1', '2'] }, { NS: ['2.0', '1'] }],
    ['sets of binaries in any order', { BS: ['AA==', 'AQ=='] }, { BS: ['AQ==', 'AA=='] }],
    [
      'sets within maps within lists',
      { L: [{ M: { a: { SS: ['x', 'y'] } } }] },
      { L: [{ M: { a: { SS: ['y', 'x'] } } }] },
    ],
    [
      'an attribute named like an inherited one',
      { M: { constructor: { S: 'x' } } },
      { M: { constructor: { S: 'x' } } },
    ],
  ])('takes %s for equal', (_what, left, right) => {
    expect([areEqual(left, right), areEqual(right, left)]).toEqual([true, true]);
  });

  it.each<[string, AttributeValue, AttributeValue]>([
    ['the 38th digit', { N: nines }, { N: `${nines.slice(1)}8` }],
    ['a sign', { N: '1' }, { N: '-1' }],
    ['the order of a list', { L: [{ S: 'a' }, { S: 'b' }] }, { L: [{ S: 'b' }, { S: 'a' }] }],
    ['the length of a list', { L: [{ S: 'a' }] }, { L: [{ S: 'a' }, { S: 'b' }] }],
    ['a name in a map', { M: { a: { S: 'x' } } }, { M: { b: { S: 'x' } } }],
    ['one more name', { M: { a: { S: 'x' } } }, { M: { a: { S: 'x' }, b: { S: 'x' } } }],
    ['a name that is inherited on the other side', { M: { toString: { S: 'x' } } }, { M: { a: { S: 'x' } } }],
    ['one more member of a set', { SS: ['a', 'b'] }, { SS: ['a'] }],
    ['a member of a set', { NS: ['1', '2'] }, { NS: ['1', '3'] }],
    ['a value deep down', { L: [{ M: { a: { N: '1' } } }] }, { L: [{ M: { a: { N: '2' } } }] }],
    ['letters', { S: 'a' }, { S: 'A' }],
    ['a boolean', { BOOL: true }, { BOOL: false }],
  ])('sees a difference in %s', (_what, left, right) => {
    expect([areEqual(left, right), areEqual(right, left)]).toEqual([false, false]);
  });
});

describe('orderOf', () => {
  /** Each list goes up. */
  it.each<[string, AttributeValue[]]>([
    [
      'numbers by value',
      [
        `-${nines}`,
        '-10',
        '-9.5',
        '-9',
        '-1E-130',
        '0',
        '1E-130',
        '0.5',
        '9',
        '10',
        nines.slice(1),
        nines,
        '1E+125',
      ].map((N) => ({ N })),
    ],
    ['the 38th digit', [`${nines.slice(1)}8`, nines].map((N) => ({ N }))],
    // In UTF-16, as JavaScript compares, a surrogate pair comes before U+FF5E.
    ['strings by UTF-8 bytes', ['', 'A', 'a', 'aa', 'z', '¿', '\uFF5E', '\u{1F0A1}'].map((S) => ({ S }))],
    ['binaries by unsigned bytes', [[], [0], [1], [1, 0], [127], [128], [255]].map((content) => bytes(...content))],
  ])('is that of %s', (_what, rising) => {
    const orders = rising.map((left) => rising.map((right) => Math.sign(orderOf(left, right) as number)));
    expect(orders).toEqual(rising.map((_left, place) => rising.map((_right, other) => Math.sign(place - other))));
  });

  it.each<[AttributeValue, AttributeValue]>([
    [{ S: '1' }, { N: '1' }],
    [{ S: 'AA==' }, { B: 'AA==' }],
    [{ BOOL: false }, { BOOL: true }],
    [{ NULL: true }, { NULL: true }],
    [{ SS: ['a'] }, { SS: ['b'] }],
    [{ L: [{ N: '1' }] }, { L: [{ N: '2' }] }],
    [{ M: {} }, { M: {} }],
  ])('is not there between %j and %j', (left, right) => {
    expect(orderOf(left, right)).toBeUndefined();
  });
});

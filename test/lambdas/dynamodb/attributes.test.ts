import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonOf } from '../../../lambdas/core/json-text.ts';
import {
  canonicalItem,
  canonicalNumber,
  fromJson,
  type Item,
  keyOf,
  toJson,
  wireBytes,
} from '../../../lambdas/dynamodb/attributes.ts';
import {
  attributeName,
  type Decimal,
  decimal,
  item,
  key,
  plainNumber,
  scientificNumber,
} from '../../support/arbitraries.ts';

/** The value as a whole number of 10^-200, for comparison by other means. */
const exact = ({ negative, digits, exponent }: Decimal) =>
  (negative ? -1n : 1n) * BigInt(digits) * 10n ** BigInt(exponent + 200);

describe('pitfall 7: numbers of 38 digits', () => {
  it('are one number however they are written', () => {
    fc.assert(
      fc.property(decimal, fc.integer({ min: 0, max: 38 }), (number, point) => {
        expect(canonicalNumber(scientificNumber(number, point))).toBe(canonicalNumber(plainNumber(number)));
      }),
    );
  });

  it('are equal in canonical form only when they are equal', () => {
    fc.assert(
      fc.property(decimal, decimal, (one, other) => {
        const same = canonicalNumber(plainNumber(one)) === canonicalNumber(plainNumber(other));
        expect(same).toBe(exact(one) === exact(other));
      }),
    );
  });

  it('differ where only sign, exponent or one digit differs', () => {
    fc.assert(
      fc.property(decimal, fc.integer({ min: 1, max: 40 }), (one, power) => {
        const text = canonicalNumber(plainNumber(one));
        expect(canonicalNumber(plainNumber({ ...one, negative: !one.negative }))).not.toBe(text);
        expect(canonicalNumber(plainNumber({ ...one, exponent: one.exponent - power }))).not.toBe(text);
        expect(canonicalNumber(plainNumber({ ...one, digits: `${one.digits}1` }))).not.toBe(text);
      }),
    );
  });

  it('differ where only the 38th digit differs', () => {
    const digits = '1234567890123456789012345678901234567';
    expect(canonicalNumber(`${digits}8`)).not.toBe(canonicalNumber(`${digits}9`));
    expect(canonicalNumber(`0.${digits}8`)).not.toBe(canonicalNumber(`0.${digits}9`));
  });

  it.each([
    ['1.10', '1.1'],
    ['-0', '0'],
    ['0.000', '0E+10'],
    ['1E-130', '0.1e-129'],
    ['9.99E+125', '999E123'],
    ['+7', '7'],
    ['0010', '10'],
    ['.5', '0.5'],
    ['5.', '5'],
  ])('%s is %s', (one, other) => {
    expect(canonicalNumber(one)).toBe(canonicalNumber(other));
  });

  it.each(['', '-', '.', 'NaN', '1e', '0x10', '1,5', '1 2', 'Infinity'])('refuses "%s"', (text) => {
    expect(() => canonicalNumber(text)).toThrow('is not a number');
  });
});

describe('pitfall 8: nested binaries, sets and empty values', () => {
  it('toJson and fromJson give back any item', () => {
    fc.assert(
      fc.property(item, (original) => {
        const text = JSON.stringify(toJson(original));
        expect(fromJson(jsonOf(text))).toEqual(original);
      }),
    );
  });

  it('toJson and fromJson give back any key', () => {
    fc.assert(
      fc.property(key, (original) => {
        expect(fromJson(toJson(original))).toEqual(original);
      }),
    );
  });

  it('encode binaries at any depth, a Buffer too', () => {
    const bytes = Buffer.from([0, 255]);
    const deep: Item = { a: { M: { b: { L: [{ B: bytes }, { BS: [bytes] }] } } } };
    expect(toJson(deep)).toEqual({ a: { M: { b: { L: [{ B: 'AP8=' }, { BS: ['AP8='] }] } } } });
  });

  it('keep attributes that are named like types apart from them', () => {
    const original: Item = { B: { M: { B: { S: 'AP8=' }, BS: { L: [] } } }, M: { B: new Uint8Array([1]) } };
    expect(fromJson(toJson(original))).toEqual(original);
  });

  it('survive a depth of 32', () => {
    let deep: Item = { leaf: { B: new Uint8Array([7]) } };
    for (let depth = 1; depth < 32; depth++) deep = { nested: { M: deep } };
    expect(fromJson(JSON.parse(JSON.stringify(toJson(deep))))).toEqual(deep);
    expect(canonicalItem(deep)).toContain('B07');
  });
});

describe('pitfall 37: comparing what has no order', () => {
  it('the order of attributes does not count, at any depth', () => {
    const reversed = (one: Item): Item =>
      Object.fromEntries(
        Object.entries(one)
          .reverse()
          .map(([name, value]) => [name, value.M ? { M: reversed(value.M) } : value]),
      );
    fc.assert(
      fc.property(item, (one) => {
        expect(canonicalItem(reversed(one))).toBe(canonicalItem(one));
      }),
    );
  });

  it('the order of a set does not count, that of a list does', () => {
    expect(canonicalItem({ a: { SS: ['x', 'y'] } })).toBe(canonicalItem({ a: { SS: ['y', 'x'] } }));
    expect(canonicalItem({ a: { NS: ['2', '1.0'] } })).toBe(canonicalItem({ a: { NS: ['1', '2.00'] } }));
    const [one, two] = [new Uint8Array([1]), new Uint8Array([2])];
    expect(canonicalItem({ a: { BS: [one, two] } })).toBe(canonicalItem({ a: { BS: [two, one] } }));
    expect(canonicalItem({ a: { L: [{ S: 'x' }, { S: 'y' }] } })).not.toBe(
      canonicalItem({ a: { L: [{ S: 'y' }, { S: 'x' }] } }),
    );
  });

  it.each<[Item, Item]>([
    [{ a: { S: '1' } }, { a: { N: '1' } }],
    [{ a: { S: '' } }, { a: { B: new Uint8Array() } }],
    [{ a: { S: '' } }, {}],
    [{ a: { NULL: true } }, {}],
    [{ a: { BOOL: true } }, { a: { BOOL: false } }],
    [{ a: { L: [] } }, { a: { M: {} } }],
    [{ a: { SS: ['1'] } }, { a: { NS: ['1'] } }],
    [{ a: { SS: ['a,b'] } }, { a: { SS: ['a', 'b'] } }],
    [{ a: { L: [{ S: 'a","b' }] } }, { a: { L: [{ S: 'a' }, { S: 'b' }] } }],
    [{ a: { S: 'x' }, b: { S: 'y' } }, { 'a":S"x","b': { S: 'y' } }],
    [{ a: { M: { b: { S: '' } } } }, { a: { M: {} } }],
  ])('%j is not %j', (one, other) => {
    expect(canonicalItem(one)).not.toBe(canonicalItem(other));
  });

  it('an attribute more or less, or another value, makes another item', () => {
    fc.assert(
      fc.property(item, attributeName, fc.string(), (one, name, text) => {
        const { [name]: _, ...without } = one;
        const more = canonicalItem({ ...without, [name]: { S: text } });
        expect(more).not.toBe(canonicalItem(without));
        expect(more).not.toBe(canonicalItem({ ...without, [name]: { S: `${text}.` } }));
        expect(more).not.toBe(canonicalItem({ ...without, [name]: { SS: [text] } }));
      }),
    );
  });

  it('refuses a type that it does not know', () => {
    expect(() => canonicalItem({ a: { $unknown: ['X', 1] } })).toThrow('unknown attribute type');
  });
});

describe('keyOf', () => {
  it('takes the key attributes alone, in the order given', () => {
    const found = keyOf({ z: { S: 'rest' }, sort: { N: '1' }, id: { S: 'a' } }, ['id', 'sort']);
    expect(Object.entries(found)).toEqual([
      ['id', { S: 'a' }],
      ['sort', { N: '1' }],
    ]);
  });
});

describe('pitfall 20: bodies that grow in JSON', () => {
  it('counts control characters sixfold and binaries by four thirds', () => {
    expect(wireBytes({ a: { S: '\u0001'.repeat(100) } })).toBe(600 + '{"a":{"S":""}}'.length);
    expect(wireBytes({ a: { B: new Uint8Array(300) } })).toBe(400 + '{"a":{"B":""}}'.length);
  });

  it('counts bytes, not characters', () => {
    expect(wireBytes({ a: { S: 'ä🂡' } })).toBe(6 + '{"a":{"S":""}}'.length);
  });
});

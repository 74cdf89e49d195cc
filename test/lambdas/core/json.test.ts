import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, sameJson, sha256, stableJson } from '../../../lambdas/core/json.ts';

/** The same value with the members of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, shuffled(member)]),
  );
}

describe('stableJson', () => {
  it('is the same text for the same value, whatever the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(stableJson(shuffled(value))).toBe(stableJson(value));
        expect(stableJson(shuffled(value), 0)).toBe(stableJson(value, 0));
      }),
    );
  });

  it('says what JSON.stringify says', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(stableJson(value))).toEqual(plain);
        expect(JSON.parse(stableJson(value, 0))).toEqual(plain);
      }),
    );
  });

  it('keeps the order of lists', () => {
    expect(stableJson([2, 1], 0)).toBe('[2,1]');
  });

  it('writes a file with two spaces, members in order and a final newline', () => {
    expect(stableJson({ b: 1, a: { d: undefined, c: [] } })).toBe('{\n  "a": {\n    "c": []\n  },\n  "b": 1\n}\n');
  });

  it('orders by code unit, not by language, so that every machine writes the same', () => {
    expect(stableJson({ ä: 1, z: 1, Z: 1, a: 1 }, 0)).toBe('{"Z":1,"a":1,"z":1,"ä":1}');
  });
});

describe('sameJson', () => {
  it.each<[unknown, unknown, boolean]>([
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [undefined, null, true],
    [{ a: null }, {}, false],
    [[1, 2], [2, 1], false],
    ['1', 1, false],
    [{ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, true],
  ])('%j and %j: %s', (one, other, same) => {
    expect(sameJson(one, other)).toBe(same);
  });
});

describe('parseJson', () => {
  it('answers the value of a JSON text, and nothing for any other text', () => {
    expect(parseJson('{"a":[1]}')).toEqual({ a: [1] });
    expect(parseJson('null')).toBeNull();
    for (const text of ['', '{"a": ', 'undefined', '<html>']) expect(parseJson(text)).toBeUndefined();
  });
});

describe('sha256', () => {
  it('hashes a text in UTF-8 as it hashes its bytes', () => {
    // The first test vector of FIPS 180-4.
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256('ä')).toBe(sha256(Buffer.from([0xc3, 0xa4])));
  });
});

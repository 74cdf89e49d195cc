import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distinctKeys, keyText } from '../../../../lambdas/dynamodb/raw/keys.ts';
import { wireKey } from './arbitraries.ts';

describe('keyText', () => {
  it('is equal for a key whose attributes stand in another order', () => {
    fc.assert(
      fc.property(wireKey, (key) => {
        expect(keyText(Object.fromEntries(Object.entries(key).reverse()))).toBe(keyText(key));
      }),
    );
  });

  it.each([
    ['the spelling of a number', { a: { N: '1.0' } }, { a: { N: '10e-1' } }, true],
    ['the value of a number', { a: { N: '1' } }, { a: { N: '2' } }, false],
    ['the type', { a: { N: '1' } }, { a: { S: '1' } }, false],
    ['the spelling of a text', { a: { S: '1.0' } }, { a: { S: '1' } }, false],
    ['the name', { a: { S: 'x' } }, { b: { S: 'x' } }, false],
  ])('looks at %s', (_what, one, other, equal) => {
    expect(keyText(one) === keyText(other)).toBe(equal);
  });
});

describe('distinctKeys', () => {
  it('has each key once', () => {
    const keys = [{ a: { N: '1' } }, { a: { N: '2' } }, { a: { N: '1.0' } }];
    expect(distinctKeys(keys)).toEqual([{ a: { N: '1.0' } }, { a: { N: '2' } }]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalItem, toJson } from '../../../lambdas/dynamodb/attributes.ts';
import {
  attributeOf,
  canonicalWireItem,
  parseItem,
  pickAttributes,
  serializeItem,
  wireKeyOf,
  withAttribute,
} from '../../../lambdas/dynamodb/wire-item.ts';
import { item } from '../../support/arbitraries.ts';
import { refusal } from '../../support/factories.ts';

const odd = '{"__proto__":{"S":"own"},"id":{"S":"a"},"n":{"N":"1.10"}}';

describe('parseItem and serializeItem', () => {
  it('give back the same text, numbers and an attribute named __proto__ included', () => {
    const parsed = parseItem(Buffer.from(odd));
    expect(serializeItem(parsed).toString()).toBe(odd);
    expect(Object.keys(parsed)).toEqual(['__proto__', 'id', 'n']);
  });

  it('give back any item', () => {
    fc.assert(
      fc.property(item, (original) => {
        const wire = toJson(original);
        expect(parseItem(serializeItem(wire))).toEqual(wire);
      }),
    );
  });
});

describe('attributes by name', () => {
  it('are read only where the item has them itself', () => {
    expect(attributeOf(parseItem(Buffer.from(odd)), '__proto__')).toEqual({ S: 'own' });
    for (const name of ['__proto__', 'constructor', 'toString']) expect(attributeOf({}, name)).toBeUndefined();
  });

  it('are set under any name, in their place', () => {
    const changed = withAttribute({ a: { S: '1' }, b: { S: '2' } }, 'a', { S: '3' });
    expect(JSON.stringify(changed)).toBe('{"a":{"S":"3"},"b":{"S":"2"}}');
    expect(JSON.stringify(withAttribute({}, '__proto__', { S: 'own' }))).toBe('{"__proto__":{"S":"own"}}');
  });

  it('are picked in the order of the names, the absent ones left out', () => {
    const picked = pickAttributes(parseItem(Buffer.from(odd)), ['n', 'absent', '__proto__']);
    expect(JSON.stringify(picked)).toBe('{"n":{"N":"1.10"},"__proto__":{"S":"own"}}');
  });
});

describe('wireKeyOf', () => {
  it('takes the key attributes alone', () => {
    expect(wireKeyOf({ z: { S: 'rest' }, sort: { N: '1' }, id: { S: 'a' } }, ['id', 'sort'])).toEqual({
      id: { S: 'a' },
      sort: { N: '1' },
    });
  });

  it('refuses an item without its key, and shows no value of it', async () => {
    const found = await refusal(() => wireKeyOf({ other: { S: 'secret' } }, ['id']));
    expect(found).toMatchObject({ name: 'Promotion.Data', code: 'KeyMissing' });
    expect(found.message).toContain('"id"');
    expect(found.message).not.toContain('secret');
  });
});

describe('pitfall 37: comparing what has no order, as the protocol spells it', () => {
  it('agrees with the items of the SDK', () => {
    fc.assert(
      fc.property(item, (original) => {
        expect(canonicalWireItem(toJson(original))).toBe(canonicalItem(original));
      }),
    );
  });

  it.each([
    ['sets of numbers', { a: { NS: ['2', '10', '1.0'] } }, { a: { NS: ['1', '1E1', '2.00'] } }],
    ['sets of binaries', { a: { BS: ['AQ==', 'Ag=='] } }, { a: { BS: ['Ag==', 'AQ=='] } }],
    ['numbers in keys', { sort: { N: '1.0' }, id: { S: 'a' } }, { id: { S: 'a' }, sort: { N: '1' } }],
  ])('takes %s in another order or spelling for equal', (_what, one, other) => {
    expect(canonicalWireItem(one)).toBe(canonicalWireItem(other));
  });

  it.each([
    ['2 and 10', { a: { N: '2' } }, { a: { N: '10' } }],
    ['a text and a number', { a: { S: '1' } }, { a: { N: '1' } }],
    ['a text and its Base64', { a: { S: 'AQ==' } }, { a: { B: 'AQ==' } }],
    ['two binaries', { a: { B: 'AQ==' } }, { a: { B: 'Ag==' } }],
  ])('tells %s apart', (_what, one, other) => {
    expect(canonicalWireItem(one)).not.toBe(canonicalWireItem(other));
  });
});

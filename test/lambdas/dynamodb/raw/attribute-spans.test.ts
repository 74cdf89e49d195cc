import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonOf } from '../../../../lambdas/core/json-text.ts';
import { ShapeError } from '../../../../lambdas/core/retry.ts';
import { attributeReader, attributeSpans } from '../../../../lambdas/dynamodb/raw/attribute-spans.ts';
import { spacedJson, wireItem } from './arbitraries.ts';

const read = (text: string, ...names: string[]) =>
  attributeSpans(Buffer.from(text), names).map((span) => span?.toString());

describe('attributeSpans', () => {
  it('finds the values that a reader of JSON finds, also with white space between', () => {
    const written = wireItem.chain((one) => spacedJson(one));
    fc.assert(
      fc.property(written, fc.string(), (text, other) => {
        const wanted = Object.entries(jsonOf(text) as object);
        const present = wanted.map(([name]) => name);
        const names = [...present, ...(present.includes(other) ? [] : [other])].reverse();
        const spans = attributeSpans(Buffer.from(text), names).reverse();
        expect(spans.map((span) => span && JSON.stringify(jsonOf(span.toString())))).toEqual([
          ...wanted.map(([, value]) => JSON.stringify(value)),
          ...(present.includes(other) ? [] : [undefined]),
        ]);
      }),
      { numRuns: 300 },
    );
  });

  it('answers in the order of the names', () => {
    expect(read('{"a":{"S":"1"},"b":{"S":"2"}}', 'b', 'c', 'a')).toEqual(['{"S":"2"}', undefined, '{"S":"1"}']);
  });

  it.each([
    ['by its numbers', '{"\\u0070k":{"S":"x"}}', 'pk'],
    ['with an escape that could be spared', '{"p\\/k":{"S":"x"}}', 'p/k'],
    ['with a quote in it', '{"p\\"k":{"S":"x"}}', 'p"k'],
    ['in UTF-8', '{"ключ":{"S":"x"}}', 'ключ'],
    ['as __proto__', '{"__proto__":{"S":"x"}}', '__proto__'],
  ])('finds a name %s', (_how, text, name) => {
    expect(read(text, name)).toEqual(['{"S":"x"}']);
  });

  it('takes neither a longer nor a nested name for the one that is wanted', () => {
    expect(read('{"pkey":{"S":"x"},"m":{"M":{"pk":{"S":"y"}}},"p":{"S":"pk"}}', 'pk')).toEqual([undefined]);
  });

  it('takes the last of a name that stands twice', () => {
    expect(read('{"pk":{"S":"x"},"pk":{"S":"y"}}', 'pk')).toEqual(['{"S":"y"}']);
  });

  it('refuses what is no item', () => {
    expect(() => read('[]', 'pk')).toThrow(ShapeError);
    expect(() => read('{"pk":{"S":"x"', 'pk')).toThrow(ShapeError);
  });

  it('serves many items with one preparation', () => {
    const reader = attributeReader(['pk']);
    const values = ['{"pk":1}', '{"x":2}', '{"pk":3}'].map((text) => reader(Buffer.from(text))[0]?.toString());
    expect(values).toEqual(['1', undefined, '3']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../../lambdas/core/retry.ts';
import { pageSpans, putUnits, responseSpans, unprocessedSpans } from '../../../../lambdas/dynamodb/raw/spans.ts';
import { spacedJson, wireItem, wireKey } from './arbitraries.ts';

const page = (text: string, countOnly = false) => pageSpans(Buffer.from(text), countOnly);
const texts = (spans: readonly Buffer[]) => spans.map((span) => span.toString());

describe('pageSpans', () => {
  it('finds what JSON.parse finds, whatever the items, the order of members and the white space', () => {
    const answer = fc.record({
      Items: fc.array(wireItem, { maxLength: 5 }),
      LastEvaluatedKey: fc.option(wireKey, { nil: undefined }),
      more: fc.nat(5),
      extra: fc.option(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }), { nil: undefined }),
    });
    const written = answer.chain(({ Items, LastEvaluatedKey, more, extra }) =>
      spacedJson({ Items, LastEvaluatedKey, Count: Items.length, ScannedCount: Items.length + more, extra }),
    );
    fc.assert(
      fc.property(written, (text) => {
        const wanted = JSON.parse(text);
        const found = page(text);
        // As texts: a comparison of objects would not look at a member called __proto__.
        expect(JSON.stringify(found.items.map((item) => JSON.parse(item.toString())))).toBe(
          JSON.stringify(wanted.Items),
        );
        expect(JSON.stringify(found.next)).toBe(JSON.stringify(wanted.LastEvaluatedKey ?? null));
        expect(found).toMatchObject({ count: wanted.Count, scanned: wanted.ScannedCount });
      }),
      { numRuns: 200 },
    );
  });

  it('answers spans of the answer itself, byte for byte', () => {
    const item = '{ "n" : {"N":"1.10"}, "s":{"S":"\\u00e4ä\\/"} }';
    const answer = Buffer.from(`{"Count":1,"ScannedCount":1,"Items":[ ${item} ]}`);
    const { items } = pageSpans(answer);
    expect(texts(items)).toEqual([item]);
    expect(items[0]?.buffer).toBe(answer.buffer);
  });

  it('refuses every answer that is cut short', () => {
    const whole = '{"Count":1,"Items":[{"a":{"S":"x\\"}"}}],"LastEvaluatedKey":{"a":{"S":"x"}},"ScannedCount":12}';
    expect(page(whole)).toMatchObject({ count: 1, scanned: 12 });
    for (let length = 0; length < whole.length; length++) {
      expect(() => page(whole.slice(0, length)), whole.slice(0, length)).toThrow(ShapeError);
    }
  });

  it.each([
    ['nothing', ''],
    ['an empty object', '{}'],
    ['a page of something in between', '<html>busy</html>'],
    ['no items', '{"Count":0,"ScannedCount":0}'],
    ['fewer items than counted', '{"Count":2,"ScannedCount":2,"Items":[{}]}'],
    ['more items than counted', '{"Count":1,"ScannedCount":2,"Items":[{},{}]}'],
    ['fewer items scanned than delivered', '{"Count":1,"ScannedCount":0,"Items":[{}]}'],
    ['no count of what was scanned', '{"Count":1,"Items":[{}]}'],
    ['a count that is no number', '{"Count":"1","ScannedCount":1,"Items":[{}]}'],
    ['an item that is no object', '{"Count":1,"ScannedCount":1,"Items":["a"]}'],
    ['items that are no list', '{"Count":0,"ScannedCount":0,"Items":{}}'],
    ['items twice', '{"Items":[],"Count":0,"ScannedCount":0,"Items":[]}'],
    ['something behind the end', '{"Count":0,"ScannedCount":0,"Items":[]}{}'],
    ['a key without attributes', '{"Count":0,"ScannedCount":0,"Items":[],"LastEvaluatedKey":{}}'],
    ['a key of a type that no key has', '{"Count":0,"ScannedCount":0,"Items":[],"LastEvaluatedKey":{"a":{"L":[]}}}'],
    ['a key with two values', '{"Count":0,"ScannedCount":0,"Items":[],"LastEvaluatedKey":{"a":{"S":"b","N":"1"}}}'],
    ['a key that is a list', '{"Count":0,"ScannedCount":0,"Items":[],"LastEvaluatedKey":[{"S":"a"}]}'],
    ['a comma too many', '{"Count":0,"ScannedCount":0,"Items":[{},]}'],
    ['a comma too few', '{"Count":2,"ScannedCount":2,"Items":[{}{}]}'],
    ['a name without a colon', '{"Count",0}'],
    ['a name without quotes', '{Count:0}'],
    ['a scalar that is none', '{"Count":zero,"ScannedCount":0,"Items":[]}'],
    ['a member without a value', '{"Count":,"ScannedCount":0,"Items":[]}'],
  ])('refuses %s', (_what, text) => {
    expect(() => page(text)).toThrow(ShapeError);
  });

  it('answers counts alone where only counts were asked for', () => {
    expect(page('{"Count":7,"ScannedCount":9}', true)).toMatchObject({ items: [], count: 7, scanned: 9, next: null });
    expect(() => page('{"ScannedCount":9}', true)).toThrow(ShapeError);
    expect(() => page('{"Count":-1,"ScannedCount":9}', true)).toThrow(ShapeError);
  });

  it('takes a key that is null for the end of the segment', () => {
    expect(page('{"Count":0,"ScannedCount":0,"Items":[],"LastEvaluatedKey":null}').next).toBeNull();
  });

  it.each([
    ['null where nothing is told', '', null],
    ['null where null is told', ',"ConsumedCapacity":null', null],
    ['the total', ',"ConsumedCapacity":{"TableName":"t","CapacityUnits":12.5}', 12.5],
    ['null where no number is told', ',"ConsumedCapacity":{"TableName":"t"}', null],
  ])('answers as units %s', (_what, member, units) => {
    expect(page(`{"Count":0,"ScannedCount":0,"Items":[]${member}}`).units).toBe(units);
  });

  it('keeps a key attribute that is called __proto__', () => {
    const { next } = page('{"Count":0,"ScannedCount":0,"Items":[],"LastEvaluatedKey":{"__proto__":{"S":"a"}}}');
    expect(JSON.stringify(next)).toBe('{"__proto__":{"S":"a"}}');
  });
});

describe('pitfall 9: bytes that look like the structure', () => {
  it.each([
    ['an attribute Items', '{"Items":{"L":[{"S":"x"}]}}'],
    ['an attribute LastEvaluatedKey', '{"LastEvaluatedKey":{"M":{"a":{"S":"b"}}}}'],
    ['an attribute }', '{"}":{"S":"}"}}'],
    ['brackets in a value', '{"a":{"S":"]}[{"}}'],
    ['an escaped quote', '{"a":{"S":"\\"}"}}'],
    ['an escaped backslash before the end', '{"a":{"S":"\\\\"}}'],
    ['three backslashes and a quote', '{"a":{"S":"\\\\\\"}"}}'],
    ['a quote by its number', '{"a":{"S":"\\u0022}"}}'],
    ['a control character', '{"a":{"S":"\\u0000"}}'],
    ['UTF-8 of two, three and four bytes', '{"ä":{"S":"€𝄞"}}'],
    ['a name by its numbers', '{"\\u0061":{"S":"x"}}'],
  ])('do not mislead: %s', (_what, item) => {
    expect(texts(page(`{"Items":[${item},${item}],"Count":2,"ScannedCount":2}`).items)).toEqual([item, item]);
  });

  it.each([0, 1, 30, 61, 62, 63, 64, 65, 66, 67, 200, 5000])('do not mislead in a string of %i bytes', (length) => {
    for (const end of ['', '\\"', '\\\\', '\\\\\\"', '\\\\\\\\', '"}'.replace('"', '\\"')]) {
      const item = `{"a":{"S":"${'x'.repeat(length)}${end}"},"${'y'.repeat(length)}${end}":{"S":"${end}"}}`;
      expect(texts(page(`{"Items":[${item}],"Count":1,"ScannedCount":1}`).items)).toEqual([item]);
    }
  });

  it('do not mislead when a member of the answer is named by escapes, or another one has Items within', () => {
    const text = '{"x":{"Items":[1,2]},"\\u0049tems":[{}],"Coun\\u0074":1,"ScannedCount":1,"y":["Items",[]]}';
    expect(texts(page(text).items)).toEqual(['{}']);
  });
});

describe('unprocessedSpans', () => {
  const unprocessed = (text: string, form: 'PutRequest' | 'DeleteRequest' = 'PutRequest') =>
    unprocessedSpans(Buffer.from(text), 'orders', form);

  it('answers nothing where nothing is left', () => {
    expect(unprocessed('{"UnprocessedItems":{}}')).toEqual({ left: [], units: null });
    expect(unprocessed('{"UnprocessedItems":{"orders":[]}}').left).toEqual([]);
  });

  it('answers the items or keys that are left', () => {
    const text = '{"UnprocessedItems":{"orders":[{"PutRequest":{"Item":{"a":1}}}, {"PutRequest":{"Item":{"b":{}}}}]}}';
    expect(texts(unprocessed(text).left)).toEqual(['{"a":1}', '{"b":{}}']);
    const keys = '{"UnprocessedItems":{"orders":[{"DeleteRequest":{"Key":{"a":1}}}]}}';
    expect(texts(unprocessed(keys, 'DeleteRequest').left)).toEqual(['{"a":1}']);
  });

  it('finds a table whose name is written with escapes', () => {
    const text = '{"UnprocessedItems":{"order\\u0073":[{"PutRequest":{"Item":{}}}]}}';
    expect(unprocessed(text).left).toHaveLength(1);
  });

  it.each([
    ['no word of what is left', '{}'],
    ['another table', '{"UnprocessedItems":{"other":[]}}'],
    ['another form', '{"UnprocessedItems":{"orders":[{"DeleteRequest":{"Key":{}}}]}}'],
    ['a request without an item', '{"UnprocessedItems":{"orders":[{"PutRequest":{}}]}}'],
    ['an empty request', '{"UnprocessedItems":{"orders":[{}]}}'],
    ['two requests in one', '{"UnprocessedItems":{"orders":[{"PutRequest":{"Item":{}},"DeleteRequest":{"Key":{}}}]}}'],
    ['an item that is a text', '{"UnprocessedItems":{"orders":[{"PutRequest":{"Item":"a"}}]}}'],
  ])('refuses %s', (_what, text) => {
    expect(() => unprocessed(text)).toThrow(ShapeError);
  });

  it('adds up the units of the table and each of its indexes', () => {
    const capacity = {
      TableName: 'orders',
      CapacityUnits: 99,
      Table: { CapacityUnits: 2 },
      GlobalSecondaryIndexes: { one: { CapacityUnits: 3 }, two: { CapacityUnits: 4 } },
      LocalSecondaryIndexes: { three: { CapacityUnits: 0.5 } },
    };
    const text = JSON.stringify({ ConsumedCapacity: [capacity], UnprocessedItems: {} });
    expect(unprocessed(text).units).toBe(9.5);
    expect(unprocessed('{"UnprocessedItems":{},"ConsumedCapacity":[{"CapacityUnits":7}]}').units).toBe(7);
    expect(unprocessed('{"UnprocessedItems":{},"ConsumedCapacity":[]}').units).toBeNull();
  });
});

describe('responseSpans', () => {
  const response = (text: string) => responseSpans(Buffer.from(text), 'orders');

  it('answers the items that were found and the keys that were not looked up', () => {
    const text =
      '{"UnprocessedKeys":{"orders":{"ConsistentRead":true,"Keys":[{"k":{"S":"b"}}]}},"Responses":{"orders":[{"k":{"S":"a"}}]}}';
    expect(texts(response(text).items)).toEqual(['{"k":{"S":"a"}}']);
    expect(texts(response(text).left)).toEqual(['{"k":{"S":"b"}}']);
  });

  it.each([
    ['no items', '{"UnprocessedKeys":{}}'],
    ['no word of what is left', '{"Responses":{}}'],
    ['items of another table', '{"UnprocessedKeys":{},"Responses":{"other":[]}}'],
    ['keys of another table', '{"UnprocessedKeys":{"other":{"Keys":[]}},"Responses":{}}'],
  ])('refuses %s', (_what, text) => {
    expect(() => response(text)).toThrow(ShapeError);
  });
});

describe('putUnits', () => {
  it('takes an empty object for a success, and nothing less', () => {
    expect(putUnits(Buffer.from('{}'))).toBeNull();
    expect(putUnits(Buffer.from('{"ConsumedCapacity":{"CapacityUnits":3}}'))).toBe(3);
    expect(() => putUnits(Buffer.from(''))).toThrow(ShapeError);
    expect(() => putUnits(Buffer.from('[]'))).toThrow(ShapeError);
  });
});

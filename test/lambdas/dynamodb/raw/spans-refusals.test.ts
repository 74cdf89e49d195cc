import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../../lambdas/core/retry.ts';
import { pageSpans, putUnits, responseSpans, unprocessedSpans } from '../../../../lambdas/dynamodb/raw/spans.ts';

const page = (text: string) => pageSpans(Buffer.from(text));
const pageOf = (members: string) => page(`{"Count":0,"ScannedCount":0,"Items":[]${members}}`);
const written = (text: string) => unprocessedSpans(Buffer.from(text), 'orders', 'PutRequest');
const read = (text: string) => responseSpans(Buffer.from(text), 'orders');

describe('what is wrong with an answer', () => {
  it.each<[string, (text: string) => unknown, string, string]>([
    ['no items', page, '{"Count":0,"ScannedCount":0}', 'a page without its items'],
    ['no items and no count', page, '{"ScannedCount":0}', 'a page without its items'],
    ['too few items', page, '{"Count":2,"ScannedCount":2,"Items":[{}]}', 'answered 1 items and counted 2'],
    ['too few looked at', page, '{"Count":1,"ScannedCount":0,"Items":[{}]}', 'answered 1 items and scanned 0'],
    ['a member twice', page, '{"Count":0,"Count":0}', 'answered Count twice'],
    ['bytes behind the end', page, '{"Count":0,"ScannedCount":0,"Items":[]} x', 'instead of the end'],
    ['an item that is a list', page, '{"Count":1,"ScannedCount":1,"Items":[[]]}', 'instead of an object'],
    ['another table written', written, '{"UnprocessedItems":{"other":[]}}', 'items of other when orders was written'],
    ['no rest of a write', written, '{}', 'a write to orders without its rest'],
    [
      'another request',
      written,
      '{"UnprocessedItems":{"orders":[{"DeleteRequest":{}}]}}',
      'the value of PutRequest, not of DeleteRequest',
    ],
    ['an empty request', written, '{"UnprocessedItems":{"orders":[{}]}}', 'an object with PutRequest alone'],
    ['another table read', read, '{"Responses":{"other":[]}}', 'items of other when orders was read'],
    ['no items of a read', read, '{"UnprocessedKeys":{}}', 'a read of orders without its items'],
  ])('is said of %s', (_what, reader, text, message) => {
    expect(() => reader(text)).toThrow(ShapeError);
    expect(() => reader(text)).toThrow(message);
  });

  it('is told of a page that was only to be counted', () => {
    const count = (text: string) => pageSpans(Buffer.from(text), true);
    expect(() => count('{"ScannedCount":1}')).toThrow('answered no items and counted undefined');
    expect(() => count('{"Count":1,"ScannedCount":1,"Items":[]}')).toThrow('answered 0 items and counted 1');
  });
});

describe('where a page ends', () => {
  it.each([
    '{"a":{"S":"x"},"b":{"L":[]}}',
    '{"a":{"L":[]},"b":{"S":"x"}}',
    '{"a":{"S":"x"},"b":{}}',
    '{"a":{"xS":"x"}}',
    '{"a":{"SS":"x"}}',
    '{"a":{"Sx":"x"}}',
    '{"a":{"N":1}}',
    '{"a":{"S":null}}',
    '{"a":null}',
    '{"a":"S"}',
    '"abc"',
    '7',
    'true',
    '[]',
  ])('is no key like %s', (key) => {
    expect(() => pageOf(`,"LastEvaluatedKey":${key}`)).toThrow('a key that is none: ');
  });

  it('is shown by a hundred characters at most', () => {
    const key = `{"${'k'.repeat(200)}":{"L":[]}}`;
    expect(() => pageOf(`,"LastEvaluatedKey":${key}`)).toThrow(/a key that is none: \{"k{98}$/);
  });
});

describe('units', () => {
  const units = (capacity: string) => written(`{"UnprocessedItems":{},"ConsumedCapacity":${capacity}}`).units;

  it.each([
    ['[{"CapacityUnits":9,"Table":{"CapacityUnits":2}}]', 2],
    ['[{"CapacityUnits":9,"GlobalSecondaryIndexes":{"a":{"CapacityUnits":3}}}]', null],
    ['[{"Table":{"CapacityUnits":2},"LocalSecondaryIndexes":{"a":{"CapacityUnits":3}}}]', 5],
    ['[{"CapacityUnits":2},{"CapacityUnits":3},null]', 5],
    ['[{"CapacityUnits":2},{}]', null],
    ['[null]', null],
    ['{"CapacityUnits":0}', 0],
  ])('of %s are %s', (capacity, wanted) => {
    expect(units(capacity)).toBe(wanted);
  });

  it('are those of a read and of a single write too', () => {
    const members = '"Responses":{},"UnprocessedKeys":{}';
    expect(read(`{${members},"ConsumedCapacity":[{"CapacityUnits":4}]}`).units).toBe(4);
    expect(read(`{${members}}`).units).toBeNull();
    expect(putUnits(Buffer.from('{"ConsumedCapacity":{"CapacityUnits":1,"Table":{"CapacityUnits":3}}}'))).toBe(3);
  });
});

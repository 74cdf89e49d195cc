import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstName } from '../../../../../lib/local/emulators/dynamodb/first-table.ts';

const nameIn = (text: string, member: string) => firstName(Buffer.from(text), member);

/** What a full parse would find. */
function parsed(value: unknown, member: string): string | null {
  const found = (value as Record<string, unknown>)[member];
  if (typeof found === 'string') return found;
  if (found === null || typeof found !== 'object' || Array.isArray(found)) return null;
  return Object.keys(found)[0] ?? null;
}

describe('firstName', () => {
  it('finds a member behind values that look like it', () => {
    const text =
      '{ "Item" : {"TableName":{"S":"\\"TableName\\":\\"no\\""},"l":[1,{"}":"]"}]}, "n":-1.5e3, "TableName" : "yes" }';
    expect(nameIn(text, 'TableName')).toBe('yes');
  });

  it('finds the first table of a batch', () => {
    expect(nameIn('{"RequestItems":{"one":[],"two":[]}}', 'RequestItems')).toBe('one');
  });

  it('takes the last of repeated members, as the full parse does', () => {
    expect(nameIn('{"TableName":"allowed","TableName":"used"}', 'TableName')).toBe('used');
  });

  it('reads escaped names', () => {
    expect(nameIn('{"Table\\u004eame":"t\\u0061ble"}', 'TableName')).toBe('table');
  });

  it.each([
    '',
    '[]',
    '"TableName"',
    '{',
    '{"TableName"',
    '{"TableName":',
    '{"a" 1}',
    '{"TableName":7}',
    '{"RequestItems":{}}',
  ])('returns null for %s', (text) => {
    expect(nameIn(text, 'TableName')).toBeNull();
    expect(nameIn(text, 'RequestItems')).toBeNull();
  });

  it('agrees with JSON.parse on any object', () => {
    const member = fc.constantFrom('TableName', 'RequestItems', 'Item', '"', '\\', '}');
    const object = fc.dictionary(member, fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(object, fc.constantFrom(0, 1), (value, space) => {
        const body = Buffer.from(JSON.stringify(value, null, space));
        for (const name of ['TableName', 'RequestItems']) {
          const own = Object.hasOwn(value, name) ? parsed(JSON.parse(body.toString()), name) : null;
          // Keys that look like numbers come first in a JavaScript object, whatever the text's order.
          if (own === null || !/^\d+$/.test(own)) expect(firstName(body, name)).toBe(own);
        }
      }),
    );
  });
});

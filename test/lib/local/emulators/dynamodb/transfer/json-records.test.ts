import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonRecords } from '../../../../../../lib/local/emulators/dynamodb/transfer/json-records.ts';
import { wireItem } from './wire-items.ts';

const record = (value: unknown) => JSON.stringify({ Item: value });

describe('readJsonRecords', () => {
  it('reads records one after another, with nothing or empty lines between them', () => {
    const one = record({ a: { S: '1' } });
    expect(readJsonRecords(`\n${one}\n   \n${one}${one}\n`)).toEqual({
      items: [{ a: { S: '1' } }, { a: { S: '1' } }, { a: { S: '1' } }],
      malformed: false,
    });
    expect(readJsonRecords('')).toEqual({ items: [], malformed: false });
  });

  it('gives back every item, whatever brackets and quotes its texts hold', () => {
    fc.assert(
      fc.property(fc.array(wireItem, { maxLength: 3 }), fc.constantFrom('', '\n', ' \n\n'), (items, between) => {
        expect(readJsonRecords(items.map(record).join(between))).toEqual({ items, malformed: false });
      }),
    );
  });

  it.each([
    ['a record without an item', '{"NotAnItem":{}}'],
    ['an item that is no map', '{"Item":[]}'],
    ['an item that is null', '{"Item":null}'],
    ['a value that is no map', '[1]'],
    ['a map without its end', '{"Item":{'],
    ['what is no JSON', '{"Item":{a}}'],
    ['bytes of another format', '\x1f\x8b\x08'],
  ])('gives up at %s', (_what, text) => {
    expect(readJsonRecords(`${record({ a: { S: '1' } })}\n${text}\n${record({})}`)).toEqual({
      items: [{ a: { S: '1' } }],
      malformed: true,
    });
  });
});

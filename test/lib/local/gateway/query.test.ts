import { describe, expect, it } from 'vitest';
import { queryInput } from '../../../../lib/local/gateway/query.ts';
import { flag, integer, list, map, structure, text } from '../../../../lib/local/members.ts';

const table = structure({
  Name: text(),
  Count: integer(),
  On: flag(),
  Tags: list(structure({ Key: text(), Value: text() })),
  Names: list(text()),
  Attributes: map(text()),
});
const read = (fields: Record<string, string>) =>
  queryInput(new URLSearchParams({ Action: 'A', Version: 'V', ...fields }), table);

describe('queryInput', () => {
  it('reads scalars by their type', () => {
    expect(read({ Name: '1', Count: '12', On: 'true' })).toEqual({ Name: '1', Count: 12, On: true });
  });

  it('reads lists in the order of their numbers', () => {
    const fields = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`Names.member.${11 - i}`, `n${11 - i}`]));
    expect(read(fields)).toEqual({ Names: Array.from({ length: 11 }, (_, i) => `n${i + 1}`) });
    expect(read({ 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': '' })).toEqual({ Tags: [{ Key: 'a', Value: '' }] });
    expect(read({ Names: '' })).toEqual({ Names: [] });
  });

  it('reads maps in both of their spellings', () => {
    expect(read({ 'Attributes.entry.1.key': 'a', 'Attributes.entry.1.value': 'b' })).toEqual({
      Attributes: { a: 'b' },
    });
    expect(read({ 'Attributes.entry.1.Name': 'a', 'Attributes.entry.1.Value': 'b' })).toEqual({
      Attributes: { a: 'b' },
    });
  });

  it('keeps what does not fit for the check of members', () => {
    expect(read({ Count: 'x', Other: '1', 'Deep.Other': '2' })).toEqual({
      Count: 'x',
      Other: '1',
      Deep: { Other: '2' },
    });
  });
});

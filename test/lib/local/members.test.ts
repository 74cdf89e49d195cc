import { describe, expect, it } from 'vitest';
import {
  anything,
  blob,
  checkMembers,
  flag,
  integer,
  lazy,
  list,
  type Member,
  map,
  number,
  oneOf,
  required,
  structure,
  text,
  timestamp,
} from '../../../lib/local/members.ts';

const table = structure({
  Name: required(text({ min: 3, max: 5, pattern: /^[a-z]+$/ })),
  Mode: oneOf('ON', 'OFF'),
  Count: integer(1, 10),
  Ratio: number(),
  Deep: structure({ Inner: required(text()) }),
  Tags: list(structure({ Key: required(text()) }), 1, 2),
  Labels: map(text(), 0, 1, text({ max: 2 })),
  Flag: flag(),
  Bytes: blob(),
  At: timestamp(),
  Any: anything(),
  Secret: text({ max: 3, secret: true }),
});
const name = { Name: 'abc' };
const refusal = (input: unknown) => {
  try {
    checkMembers(input, table);
  } catch (error) {
    return error as { code: string; message: string };
  }
  return null;
};

describe('checkMembers', () => {
  it('returns an input that fits, typed', () => {
    const input = {
      Name: 'abcd',
      Mode: 'ON',
      Count: 1,
      Ratio: 0.5,
      Deep: { Inner: '' },
      Tags: [{ Key: 'k' }],
      Labels: { a: 'b' },
      Flag: false,
      Bytes: 'AA==',
      At: 1.5,
      Any: [{ x: null }],
    };
    const checked = checkMembers(input, table);
    const inner: string | undefined = checked.Deep?.Inner;
    expect(inner).toBe('');
    expect(checked).toBe(input);
  });

  it('counts null as absent', () => {
    expect(refusal({ ...name, Count: null })).toBeNull();
    expect(refusal({ Name: null })?.message).toBe(
      "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
    );
  });

  it.each([
    [{ ...name, Other: 1 }, "Unknown member 'Other'"],
    [{ ...name, Deep: { Inner: 'x', More: 1 } }, "Unknown member 'More' at 'deep'"],
    [
      { ...name, Mode: 'on' },
      "Value 'on' at 'mode' failed to satisfy constraint: Member must satisfy enum value set: [ON, OFF]",
    ],
    [
      { Name: 'ab' },
      "Value 'ab' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 3",
    ],
    [{ Name: 'abcdef' }, 'Member must have length less than or equal to 5'],
    [{ Name: 'ABC' }, 'Member must satisfy regular expression pattern: [a-z]+'],
    [
      { ...name, Count: 11 },
      "Value '11' at 'count' failed to satisfy constraint: Member must have value less than or equal to 10",
    ],
    [
      { ...name, Tags: [] },
      "at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [{ ...name, Tags: [{}] }, "Value null at 'tags.1.member.key' failed"],
    [{ ...name, Tags: [null] }, "Value null at 'tags.1.member' failed"],
    [{ ...name, Labels: { a: 'x', b: 'y' } }, "at 'labels' failed to satisfy constraint: Member must have length less"],
    [{ ...name, Labels: { abc: 'x' } }, "Value 'abc' at 'labels.key' failed"],
  ])('refuses %j', (input, message) => {
    expect(refusal(input)).toMatchObject({ code: 'ValidationException', message: expect.stringContaining(message) });
  });

  it.each([
    [{ Name: 1 }, 'name'],
    [{ ...name, Count: 1.5 }, 'count'],
    [{ ...name, Count: '1' }, 'count'],
    [{ ...name, Deep: [] }, 'deep'],
    [{ ...name, Tags: {} }, 'tags'],
    [{ ...name, Labels: [] }, 'labels'],
    [{ ...name, Flag: 'true' }, 'flag'],
    [{ ...name, Bytes: '*' }, 'bytes'],
    [[], ''],
  ])('refuses the type of %j', (input, place) => {
    expect(refusal(input)).toMatchObject({
      code: 'SerializationException',
      message: expect.stringContaining(`'${place}'`),
    });
  });

  it('lists every broken constraint', () => {
    expect(refusal({ Name: 'A', Count: 0 })?.message).toMatch(/^3 validation errors detected: /);
  });

  it('never repeats a secret value', () => {
    expect(refusal({ ...name, Secret: 'hunter2' })?.message).toBe(
      "1 validation error detected: Value at 'secret' failed to satisfy constraint: Member must have length less than or equal to 3",
    );
  });

  it('uses the codes of the service', () => {
    const codes = { invalid: 'InvalidParameter', type: 'Malformed' };
    expect(() => checkMembers({}, table, codes)).toThrow(expect.objectContaining({ code: 'InvalidParameter' }));
    expect(() => checkMembers({ Name: 1 }, table, codes)).toThrow(expect.objectContaining({ code: 'Malformed' }));
  });

  it('follows shapes that contain themselves', () => {
    const tree: Member = structure({ Value: text(), Children: list(lazy(() => tree)) });
    const shape = structure({ Root: tree });
    const leaf = { Value: 'x', Children: [{ Value: 'y' }] };
    expect(checkMembers({ Root: leaf }, shape)).toEqual({ Root: leaf });
    expect(() => checkMembers({ Root: { Children: [{ Children: [{ Bad: 1 }] }] } }, shape)).toThrow(
      /'Bad' at 'root.children.1.member.children.1.member'/,
    );
  });
});

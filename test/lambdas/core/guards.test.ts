import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import * as guards from '../../../lambdas/core/guards.ts';
import { readOwn } from '../../../lambdas/core/problems.ts';
import { refusal } from '../../support/factories.ts';

const { count, either, flag, list, mapOf, moment, nullable, number, oneOf, optional, record, text, tuple } = guards;

const place = record({
  name: text,
  size: optional(count),
  next: nullable(list(record({ at: moment, part: number }), 1, 2)),
});
const right = { name: 'a', next: [{ at: '2026-11-21T10:00:00.000Z', part: 0.5 }] };
/** Where a value is wrong and why, or null. */
const wrong = (reader: guards.Reader<unknown>, value: unknown) => {
  const parsed = reader.safeParse(value);
  return parsed.success ? null : parsed.error.issues.map(({ path, message }) => `/${path.join('/')}: ${message}`)[0];
};

describe('a guard', () => {
  it('answers the value itself, so that no member of it is lost', () => {
    const value: unknown = JSON.parse('{"__proto__":{"S":"x"}}');
    const parsed = mapOf(mapOf(text)).safeParse(value);
    expect(parsed).toEqual({ success: true, data: value });
    expect(parsed.success && Object.keys(parsed.data)).toEqual(['__proto__']);
  });

  it.each([
    [{ ...right, name: 1 }, '/name: must be a text'],
    [{ next: null }, '/name: is missing; it must be a text'],
    [{ ...right, other: 1 }, '/other: unknown field "other"'],
    [{ ...right, size: -1 }, '/size: must be a whole number from 0'],
    [{ ...right, size: 1.5 }, '/size: must be a whole number from 0'],
    [{ ...right, size: null }, '/size: must be a whole number from 0'],
    [{ ...right, next: [] }, '/next: has 0 entries'],
    [{ ...right, next: [...right.next, ...right.next, ...right.next] }, '/next: has 3 entries'],
    [{ ...right, next: [...right.next, { at: 'soon', part: 1 }] }, '/next/1/at: must be a date and time'],
    [{ ...right, next: {} }, '/next: must be a list'],
    [[right], '/: must be an object'],
    [null, '/: must be an object'],
    [undefined, '/: must be an object'],
  ])('names the place of what is wrong in %j', (value, expected) => {
    expect(wrong(place, value)).toBe(expected);
  });

  it.each([
    [tuple(text, count), ['a', 1], ['a', 'b']],
    [tuple(text, count), ['a', 1], ['a', 1, 2]],
    [oneOf('raw', 'sdk'), 'sdk', 'auto'],
    [either(record({ a: text }), record({ b: text })), { b: 'x' }, { a: 'x', b: 'x' }],
    [flag, false, 0],
    [guards.positive, 0.5, 0],
    [guards.wholeFrom(1), 1, 0],
    [guards.url, 'http://127.0.0.1:1/', '127.0.0.1'],
    [guards.base64, 'aGk=', 'aGk'],
    [guards.base64, 'a+/0', 'a-_0'],
    [guards.anything, null, undefined],
  ])('%# takes the one value and not the other', (reader: guards.Guard<unknown>, good, bad) => {
    expect(wrong(reader, good)).toBeNull();
    if (reader !== guards.anything) expect(wrong(reader, bad)).not.toBeNull();
  });

  it('does not take what an object inherits for its own member', () => {
    expect(wrong(record({ toString: text }), {})).toBe('/toString: is missing; it must be a text');
    expect(wrong(record({ a: optional(text) }), JSON.parse('{"constructor":1}'))).toContain('unknown field');
  });

  it('reads an object of ours like a schema does', async () => {
    expect(readOwn(place, 'key.json', JSON.stringify(right))).toEqual(right);
    const found = await refusal(() => readOwn(place, 'key.json', '{"name":1,"next":null}'));
    expect(found).toMatchObject({ name: 'Promotion.Data', code: 'ArtefactDamaged' });
    expect(found.message).toContain('key.json is not what was written: /name: must be a text');
    expect(await refusal(() => readOwn(place, 'key.json', '{"name"'))).toMatchObject({ code: 'ArtefactDamaged' });
  });
});

describe('guards beside the schemas of the same shape', () => {
  const schema = z.strictObject({
    name: z.string(),
    size: z.int().nonnegative().optional(),
    next: z
      .array(z.strictObject({ at: z.iso.datetime(), part: z.number() }))
      .min(1)
      .max(2)
      .nullable(),
  });
  const leaf = fc.oneof(fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constantFrom(null, undefined));
  const part = fc.record(
    { at: fc.oneof(fc.constant('2026-11-21T10:00:00.000Z'), leaf), part: leaf, more: fc.constant(1) },
    { requiredKeys: [] },
  );
  const value = fc.record(
    {
      name: fc.oneof(fc.string(), leaf),
      size: fc.oneof(fc.nat(), leaf),
      next: fc.oneof(fc.array(part, { maxLength: 3 }), fc.constant(null), leaf),
      more: leaf,
    },
    { requiredKeys: [] },
  );

  it('take and refuse the same values', () => {
    fc.assert(
      fc.property(fc.oneof(value, leaf), (one) => {
        // What is checked was JSON: members without a value are not in it.
        const sent: unknown = JSON.parse(JSON.stringify(one) ?? 'null');
        expect(place.safeParse(sent).success).toBe(schema.safeParse(sent).success);
      }),
      { numRuns: 2_000 },
    );
  });
});

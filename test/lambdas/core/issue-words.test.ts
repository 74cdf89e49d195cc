import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { problemsText } from '../../../lambdas/core/problems.ts';

const said = (schema: z.ZodType, value: unknown) => {
  const { error } = schema.safeParse(value, { reportInput: true });
  return error ? problemsText(error) : 'nothing';
};

describe('what would be right', () => {
  it.each([
    ['a record', z.record(z.string(), z.string()), 'void', '/: must be an object, not "void"'],
    ['a whole number', z.int(), 1.5, '/: must be a whole number, not 1.5'],
    ['a string', z.string(), ['a'], '/: must be a string, not an array'],
    ['a number', z.number(), {}, '/: must be a number, not an object'],
    ['a flag', z.boolean(), null, '/: must be a boolean, not null'],
    ['an element', z.array(z.string()).min(1), [], '/: must have at least 1 element, not an array'],
    ['three characters', z.string().min(3), 'ab', '/: must have at least 3 characters, not "ab"'],
    ['a number above zero', z.number().positive(), 0, '/: must be more than 0, not 0'],
    ['a number below ten', z.number().lt(10), 10, '/: must be less than 10, not 10'],
    ['a thousand', z.number().max(1000), 1001, '/: must be at most 1000, not 1001'],
    ['one of some words', z.enum(['full', 'none']), 'half', '/: must be one of "full", "none", not "half"'],
    ['one word', z.literal('auto'), 'car', '/: must be "auto", not "car"'],
    ['words of the schema itself', z.string().regex(/^a/, 'begins with a'), 'b', '/: begins with a, not "b"'],
  ] as const)('is said of %s', (_what, schema, value, words) => {
    expect(said(schema, value)).toBe(words);
  });
});

import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { pointerOf, problemsText, schemaError } from '../../../lambdas/core/problems.ts';

const schema = z.strictObject({
  name: z.string().optional(),
  size: z.int().min(1).optional(),
  entries: z.array(z.union([z.string(), z.strictObject({ name: z.string(), as: z.string().optional() })])).optional(),
  choice: z.union([z.literal('auto'), z.int().min(1)]).optional(),
  inner: z.strictObject({ 'a/b': z.boolean().optional() }).optional(),
});

function problemOf(value: unknown, options: { reportInput?: boolean } = {}) {
  const parsed = schema.safeParse(value, options);
  if (parsed.success) throw new Error('the schema took it');
  return schemaError(parsed.error, 'InvalidInput', 'the input', 'correct it');
}

describe('schemaError', () => {
  it('points at the wrong value and says what is wrong with it', () => {
    const { name, detail, message } = problemOf({ size: 'large' });
    expect(name).toBe('Promotion.Config');
    expect(detail).toMatchObject({ code: 'InvalidInput', pointer: '/size', count: 1, resolution: 'correct it' });
    expect(message).toBe('InvalidInput: the input is not valid: /size: must be a number (correct it)');
  });

  it('shows the wrong value where the schema reports it, shortened', () => {
    expect(problemOf({ size: 0 }, { reportInput: true }).message).toContain('/size: must be at least 1, not 0');
    const long = problemOf({ size: 'x'.repeat(500) }, { reportInput: true }).message;
    expect(long).toContain('not "xxx');
    expect(long.length).toBeLessThan(250);
  });

  it.each([
    ['an array', z.object({ tags: z.array(z.string()) })],
    ['an object', z.object({ tags: z.object({}) })],
    ['a string', z.object({ tags: z.string() })],
  ])('says of a missing member that it must be %s', (what, of) => {
    const { error } = of.safeParse({});
    expect(error && problemsText(error)).toBe(`/tags: is missing; it must be ${what}`);
  });

  it('points at each unknown key', () => {
    const { detail, message } = problemOf({ a: 1, b: 2 });
    expect(detail).toMatchObject({ pointer: '/a', count: 2 });
    expect(message).toContain('/a: unknown field "a"; /b: unknown field "b"');
  });

  it('lists what there is at the place of an unknown key, where that is known', () => {
    const parsed = schema.safeParse({ inner: { b: 1 } });
    const fieldsAt = (path: readonly PropertyKey[]) => (path.join('/') === 'inner' ? ['a/b', 'c'] : []);
    const error = schemaError(parsed.error as z.ZodError, 'InvalidInput', 'the input', 'correct it', fieldsAt);
    expect(error.message).toContain('/inner/b: unknown field "b"; there is a/b, c');
  });

  it('names what no branch of a union knows before what one of them misses', () => {
    const { detail, message } = problemOf({ entries: [{ names: 'two' }] });
    expect(detail.pointer).toBe('/entries/0/names');
    expect(message).toContain('unknown field "names"');
    expect(message).not.toContain('missing');
  });

  it('points at an unknown key within a branch of a union', () => {
    const { detail, message } = problemOf({ entries: ['one', { name: 'two', to: 'three' }] });
    expect(detail.pointer).toBe('/entries/1/to');
    expect(message).toContain('unknown field "to"');
  });

  it('points at a missing member within a branch of a union', () => {
    expect(problemOf({ entries: [{ as: 'two' }] }).detail.pointer).toBe('/entries/0/name');
  });

  it('names the alternatives where no branch fits', () => {
    const { detail, message } = problemOf({ choice: true });
    expect(detail.pointer).toBe('/choice');
    expect(message).toContain('/choice: must be "auto", or must be a number');
  });

  it('shows five problems and counts the rest', () => {
    const { detail, message } = problemOf({ a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1 });
    expect(detail.count).toBe(7);
    expect(message).toContain('/e:');
    expect(message).not.toContain('/f:');
    expect(message).toContain('and 2 more');
  });

  it('points at the whole where the whole is wrong', () => {
    const { detail, message } = problemOf([]);
    expect(detail.pointer).toBe('');
    expect(message).toContain('/: must be an object');
  });
});

describe('pointerOf', () => {
  it('escapes as RFC 6901 says', () => {
    expect(pointerOf(['a/b', '~', 0, ''])).toBe('/a~1b/~0/0/');
    expect(pointerOf([])).toBe('');
    expect(problemOf({ inner: { 'a/b': 1 } }).detail.pointer).toBe('/inner/a~1b');
  });
});

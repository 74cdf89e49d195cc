import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJson } from '../../../lambdas/dynamodb/attributes.ts';
import { valueProblem } from '../../../lambdas/dynamodb/value-check.ts';
import { item } from '../../support/arbitraries.ts';

const nested = (depth: number): unknown => (depth === 0 ? { S: 'leaf' } : { L: [nested(depth - 1)] });

describe('valueProblem', () => {
  it('finds none in any value of an item', () => {
    fc.assert(
      fc.property(item, (original) => {
        for (const value of Object.values(toJson(original))) expect(valueProblem(value)).toBeNull();
      }),
    );
  });

  it.each<[string, unknown, (string | number)[], string]>([
    ['a bare text', 'prod', [], 'one type'],
    ['no type', {}, [], 'one type'],
    ['two types', { S: 'a', N: '1' }, [], 'one type'],
    ['a list for an object', [{ S: 'a' }], [], 'one type'],
    ['null', null, [], 'one type'],
    ['an unknown type', { s: 'a' }, [], '"s" is not one of S, N'],
    ['a type that every object has', { constructor: 'a' }, [], '"constructor"'],
    ['a number for a text', { S: 1 }, ['S'], 'text'],
    ['a bare number', { N: 1 }, ['N'], 'as a text'],
    ['a text that is no number', { N: 'one' }, ['N'], 'not a number'],
    ['39 digits', { N: '1'.repeat(39) }, ['N'], '39 digits'],
    ['bytes that are not in Base64', { B: 'AQ=' }, ['B'], 'Base64'],
    ['a text for a boolean', { BOOL: 'true' }, ['BOOL'], 'true or false'],
    ['NULL that is false', { NULL: false }, ['NULL'], 'true'],
    ['an empty set', { SS: [] }, ['SS'], 'not empty'],
    ['a number in a set of texts', { SS: ['a', 1] }, ['SS', 1], 'text'],
    ['a member twice', { SS: ['a', 'a'] }, ['SS'], 'twice'],
    ['a number twice, written otherwise', { NS: ['1', '1.0'] }, ['NS'], 'twice'],
    ['a wrong value in a list', { L: [{ S: 'a' }, { N: 'b' }] }, ['L', 1, 'N'], 'not a number'],
    ['a wrong value in a map', { M: { a: { M: { b: 'c' } } } }, ['M', 'a', 'M', 'b'], 'one type'],
    ['an object for a list', { L: { a: { S: 'b' } } }, ['L'], 'list'],
    ['a list for a map', { M: [{ S: 'b' }] }, ['M'], 'object'],
  ])('finds %s', (_what, value, path, says) => {
    const problem = valueProblem(value);
    expect(problem?.path).toEqual(path);
    expect(problem?.message).toContain(says);
  });

  it('takes 32 levels and no more', () => {
    expect(valueProblem(nested(32))).toBeNull();
    expect(valueProblem(nested(33))?.message).toContain('32 levels');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareNumbers, numberProblem } from '../../../lambdas/dynamodb/numbers.ts';
import { type Decimal, decimal, plainNumber, scientificNumber } from '../../support/arbitraries.ts';

/** The value as a whole number of 10^-200, for comparison by other means. */
const exact = ({ negative, digits, exponent }: Decimal) =>
  (negative ? -1n : 1n) * BigInt(digits) * 10n ** BigInt(exponent + 200);

describe('compareNumbers', () => {
  it('orders all numbers as exact arithmetic does, however they are written', () => {
    fc.assert(
      fc.property(decimal, decimal, fc.integer({ min: 0, max: 38 }), (one, other, point) => {
        const expected = exact(one) < exact(other) ? -1 : Number(exact(one) > exact(other));
        expect(Math.sign(compareNumbers(plainNumber(one), scientificNumber(other, point)))).toBe(expected);
      }),
    );
  });

  it.each([
    ['2', '10', -1],
    ['-2', '-10', 1],
    ['0', '-0.0', 0],
    ['0', '1E-130', -1],
    ['0', '-1E-130', 1],
    ['12', '123', -1],
    ['-12', '-123', 1],
    ['1.10', '1.1', 0],
  ])('%s and %s: %i', (one, other, expected) => {
    expect(Math.sign(compareNumbers(one, other))).toBe(expected);
  });
});

describe('numberProblem', () => {
  it.each(['0', '-0', '1', '1E-130', '9.99E+125', `0.${'9'.repeat(38)}`, `${'9'.repeat(38)}000`, '00012.500'])(
    'finds none in %s',
    (text) => {
      expect(numberProblem(text)).toBeNull();
    },
  );

  it.each([
    ['', 'not a number'],
    [' 1', 'has a space'],
    ['1 ', 'has a space'],
    ['+5', 'begins with a plus'],
    ['one', 'not a number'],
    ['NaN', 'not a number'],
    [`1${'0'.repeat(37)}1`, '39 digits'],
    ['1E126', 'between'],
    ['-1E126', 'between'],
    ['9E-131', 'between'],
  ])('finds one in "%s"', (text, says) => {
    expect(numberProblem(text)).toContain(says);
  });
});

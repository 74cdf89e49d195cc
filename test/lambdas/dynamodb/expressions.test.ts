import { describe, expect, it } from 'vitest';
import { ExpressionError, parseExpression, placeholdersIn } from '../../../lambdas/dynamodb/expressions.ts';

const path = (...names: string[]) => ({ kind: 'path', parts: names.map((name) => ({ name })) });
const value = (placeholder: string) => ({ kind: 'value', placeholder });
const equals = (name: string) => ({ kind: 'compare', comparator: '=', left: path(name), right: value(':v') });

describe('parseExpression', () => {
  it('binds NOT before AND before OR', () => {
    expect(parseExpression('a = :v OR NOT b = :v AND c = :v')).toEqual({
      kind: 'or',
      conditions: [equals('a'), { kind: 'and', conditions: [{ kind: 'not', condition: equals('b') }, equals('c')] }],
    });
  });

  it('lets parentheses bind first, around conditions and around operands', () => {
    expect(parseExpression('(a = :v or b = :v) and c = :v')).toEqual({
      kind: 'and',
      conditions: [{ kind: 'or', conditions: [equals('a'), equals('b')] }, equals('c')],
    });
    expect(parseExpression('(a) = (:v)')).toEqual(equals('a'));
  });

  it('keeps the AND of BETWEEN apart from the one that joins', () => {
    expect(parseExpression('a BETWEEN :x AND :y AND b IN (:v, c)')).toEqual({
      kind: 'and',
      conditions: [
        { kind: 'between', operand: path('a'), low: value(':x'), high: value(':y') },
        { kind: 'in', operand: path('b'), list: [value(':v'), path('c')] },
      ],
    });
  });

  it('reads paths of names, placeholders and indexes', () => {
    expect(parseExpression('#a.b[0][12].#c<>:v')).toEqual({
      kind: 'compare',
      comparator: '<>',
      left: {
        kind: 'path',
        parts: [{ placeholder: '#a' }, { name: 'b' }, { index: 0 }, { index: 12 }, { placeholder: '#c' }],
      },
      right: value(':v'),
    });
  });

  it.each([
    'attribute_exists(a)',
    'attribute_not_exists ( a.b )',
    'attribute_type(a, :v)',
    'begins_with(a, :v)',
    'contains(a, b)',
    'contains(:v, a)',
    'size(a) >= size(b)',
    'contains = :v',
    'size = :v',
  ])('takes %s', (expression) => {
    expect(() => parseExpression(expression)).not.toThrow();
  });

  it.each([
    ['', 'it ends at character 1'],
    ['a', 'a comparator, BETWEEN or IN'],
    ['a = ', 'it ends at character 5'],
    ['a == :v', '"=" stands at character 4'],
    ['a = :v b', '"b" stands at character 8'],
    ['a = :v)', '")" stands at character 7'],
    ['(a = :v', 'it ends at character 8'],
    ['a IN (:v', 'it ends'],
    ['a BETWEEN :x', '"AND" is expected'],
    ['and = :v', '"and" stands at character 1'],
    ['a-b = :v', 'character 2, "-"'],
    ["a = 'text'", 'character 5'],
    ['a = 5', '"5" stands'],
    ['a[b] = :v', 'a number'],
    ['attribute_exists(:v)', 'must be an attribute'],
    ['attribute_exists(a, b)', '")" is expected'],
    ['begins_with(a)', '"," is expected'],
    ['size(a)', 'a comparator'],
    ['upper(a) = :v', '"(" stands'],
  ])('refuses "%s"', (expression, says) => {
    expect(() => parseExpression(expression)).toThrow(ExpressionError);
    expect(() => parseExpression(expression)).toThrow(says);
  });

  it('answers at once, whatever the number of parentheses', () => {
    const many = 1_000;
    expect(parseExpression(`${'('.repeat(many)}a = :v${')'.repeat(many)}`)).toEqual(equals('a'));
    expect(() => parseExpression('('.repeat(many))).toThrow(ExpressionError);
  });
});

describe('placeholdersIn', () => {
  it('lists each once', () => {
    expect(placeholdersIn('#a = :v AND #b.#a > :w OR x < :v')).toEqual(['#a', ':v', '#b', ':w']);
  });
});

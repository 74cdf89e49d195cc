import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../lib/local/states/json.ts';
import { evaluateField, evaluateTemplate, expressionCode } from '../../../../lib/local/states/query.ts';

const BINDINGS = { states: { input: { n: 2, list: [1] } }, variables: { name: 'x' } };
const evaluate = (template: Json) => evaluateTemplate(template, 'Output', BINDINGS);

describe('evaluateTemplate', () => {
  it('puts values in the place of expressions and keeps literals', async () => {
    const template = { sum: '{% $states.input.n + 1 %}', name: ['{% $name %}'], text: '$name', open: '{% $name' };
    expect(await evaluate(template)).toEqual({ sum: 3, name: ['x'], text: '$name', open: '{% $name' });
  });
  it('keeps arrays of one element that come from the input', async () => {
    expect(await evaluate('{% $states.input.list %}')).toEqual([1]);
  });
  it('names the field of an expression that is undefined', async () => {
    await expect(evaluate({ a: ['{% $nothing %}'] })).rejects.toThrow(
      "The JSONata expression '$nothing' specified for the field 'Output/a[0]' returned nothing (undefined).",
    );
  });
  it('takes a function for nothing', async () => {
    await expect(evaluate('{% function($x) { $x } %}')).rejects.toThrow('returned nothing (undefined)');
  });
  it("shows JSONata's code and message of an error", async () => {
    await expect(evaluate("{% 1 + 'a' %}")).rejects.toThrow(/threw an error during evaluation\. T2002: .*number/);
  });
  it('answers every JSON value without expressions as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        fc.pre(!JSON.stringify(json).includes('{%') && !JSON.stringify(json).includes('__proto__'));
        expect(await evaluate(json)).toEqual(json);
      }),
    );
  });
});

describe('evaluateField', () => {
  it.each([
    ['{% [] %}', 'array', []],
    ['{% 3 %}', 'integer', 3],
    ['{% 0.5 %}', 'number', 0.5],
    ['{% true %}', 'boolean', true],
  ] as const)('answers %s as %s', async (template, type, value) => {
    expect(await evaluateField(template, type, 'Field', BINDINGS)).toEqual(value);
  });
  it.each([
    ['{% null %}', 'array', 'null', 'null'],
    ['{% 0.5 %}', 'integer', 'number', '0.5'],
    ["{% 'no' %}", 'boolean', 'string', '"no"'],
  ] as const)('refuses %s as %s', async (template, type, was, shown) => {
    await expect(evaluateField(template, type, 'Field', BINDINGS)).rejects.toThrow(
      `specified for the field 'Field' returned an unexpected result type. Expected '${type}', but was '${was}' for value: ${shown}`,
    );
  });
});

describe('expressionCode', () => {
  it('answers the code between the marks, null for anything else', () => {
    expect(expressionCode('{%  1 %}')).toBe('1');
    for (const literal of ['1', '{% 1', '1 %}', 'a {% 1 %}', '{%}', 7, null])
      expect(expressionCode(literal)).toBeNull();
  });
});

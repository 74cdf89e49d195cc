import { describe, expect, it } from 'vitest';
import { checkTargetInput, inputFor } from '../../../../../lib/local/emulators/events/target-input.ts';

const RULE = 'arn:aws:events:us-east-1:111111111111:rule/bus/requested';
const event = {
  id: 'e-1',
  time: '2026-11-21T10:00:00Z',
  resources: ['arn:r'],
  detail: { input: { mode: 'plan' }, name: 'say "hi"', 'a.b': 7 },
};

describe('inputFor', () => {
  it.each([
    ['the event', {}, event],
    ['a constant', { Input: '{"a":1}' }, { a: 1 }],
    ['the part at a path', { InputPath: '$.detail.input' }, { mode: 'plan' }],
    ['an element of a list', { InputPath: '$.resources[0]' }, 'arn:r'],
    ['a member with a dot in its name', { InputPath: "$.detail['a.b']" }, 7],
    ['null where there is no such part', { InputPath: '$.detail.none.more' }, null],
  ])('hands on %s', (_what, target, expected) => {
    expect(JSON.parse(inputFor(target, event, RULE))).toEqual(expected);
  });
  it('fills a template: JSON outside quotes, text inside them', () => {
    const InputTransformer = {
      InputPathsMap: { input: '$.detail.input', name: '$.detail.name', none: '$.detail.none' },
      InputTemplate: '{"input": <input>, "text": "of <name>", "none": <none>, "rule": "<aws.events.rule-name>"}',
    };
    expect(JSON.parse(inputFor({ InputTransformer }, event, RULE))).toEqual({
      input: { mode: 'plan' },
      text: 'of say "hi"',
      none: null,
      rule: 'requested',
    });
  });
  it('hands on a filled text as a JSON text', () => {
    const InputTransformer = { InputPathsMap: { id: '$.id' }, InputTemplate: 'event <id> came' };
    expect(inputFor({ InputTransformer }, event, RULE)).toBe(JSON.stringify('event "e-1" came'));
  });
});

describe('checkTargetInput', () => {
  it.each([
    ['two ways at once', { Input: '{}', InputPath: '$' }, 'Only one of'],
    ['a constant that is not JSON', { Input: 'x' }, 'JSON syntax error'],
    ['a path with a filter', { InputPath: '$.a[?(@.b)]' }, 'JSONPath'],
    [
      'such a path in a transformer',
      { InputTransformer: { InputPathsMap: { a: 'b' }, InputTemplate: '1' } },
      'JSONPath',
    ],
  ])('refuses %s', (_what, target, words) => {
    expect(() => checkTargetInput(target)).toThrow(words);
  });
});

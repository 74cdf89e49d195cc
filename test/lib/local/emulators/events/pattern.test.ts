import { describe, expect, it } from 'vitest';
import { readPattern } from '../../../../../lib/local/emulators/events/pattern.ts';
import { ServiceError } from '../../../../../lib/local/service.ts';

const matches = (pattern: object, event: object) => readPattern(JSON.stringify(pattern))(event);

describe('an event pattern', () => {
  it.each([
    ['an exact text', { source: ['a'] }, { source: 'a' }, { source: 'A' }],
    ['an exact number', { detail: { n: [1] } }, { detail: { n: 1 } }, { detail: { n: '1' } }],
    ['null', { detail: { n: [null] } }, { detail: { n: null } }, { detail: {} }],
    ['one of several', { source: ['a', 'b'] }, { source: 'b' }, { source: 'c' }],
    ['every field', { source: ['a'], 'detail-type': ['t'] }, { source: 'a', 'detail-type': 't' }, { source: 'a' }],
    ['an element of an array', { resources: ['x'] }, { resources: ['y', 'x'] }, { resources: ['y'] }],
    ['an object in an array', { d: { n: [1] } }, { d: [{ n: 2 }, { n: 1 }] }, { d: [{ n: 2 }] }],
    ['prefix', { source: [{ prefix: 'my.' }] }, { source: 'my.app' }, { source: 'not.my.app' }],
    ['suffix', { file: [{ suffix: '.png' }] }, { file: 'a.png' }, { file: 'a.jpg' }],
    ['equals-ignore-case', { s: [{ 'equals-ignore-case': 'On' }] }, { s: 'oN' }, { s: 'off' }],
    ['anything-but', { s: [{ 'anything-but': ['a', 'b'] }] }, { s: 'c' }, { s: 'a' }],
    ['anything-but a missing field', { s: [{ 'anything-but': 'a' }] }, { s: 1 }, {}],
    ['anything-but a prefix', { s: [{ 'anything-but': { prefix: 'init' } }] }, { s: 'done' }, { s: 'initial' }],
    ['exists', { s: [{ exists: true }] }, { s: null }, {}],
    ['exists not', { s: [{ exists: false }] }, {}, { s: '' }],
    ['numeric range', { n: [{ numeric: ['>', 0, '<=', 5] }] }, { n: 5 }, { n: 0 }],
    ['numeric equal', { n: [{ numeric: ['=', 3] }] }, { n: 3 }, { n: '3' }],
    ['wildcard', { f: [{ wildcard: 'dir/*.png' }] }, { f: 'dir/x/y.png' }, { f: 'dir.x.png' }],
    ['a wildcard that is escaped', { f: [{ wildcard: 'a\\*b' }] }, { f: 'a*b' }, { f: 'axb' }],
  ])('takes %s and nothing else', (_what, pattern, fitting, other) => {
    expect(matches(pattern, fitting)).toBe(true);
    expect(matches(pattern, other)).toBe(false);
  });

  it.each([
    ['is no JSON', '{', 'JSON'],
    ['is a list', '[]', 'Filter is not an object'],
    ['is empty', '{}', 'Empty objects'],
    ['has an empty list', '{"a":[]}', 'Empty arrays'],
    ['has a text outside a list', '{"a":"b"}', '"a" must be an object or an array'],
    ['uses cidr', '{"a":[{"cidr":"10.0.0.0/8"}]}', 'Unrecognized match type cidr'],
    ['uses $or', '{"$or":[{"a":[1]}]}', '$or is not implemented'],
    ['has two operators in one', '{"a":[{"prefix":"x","suffix":"y"}]}', 'Only one key'],
    ['compares with a text', '{"a":[{"numeric":["<","5"]}]}', 'must be numeric'],
    ['has no known comparison', '{"a":[{"numeric":["!=",5]}]}', 'Unrecognized numeric range operator'],
    ['has a prefix that is no text', '{"a":[{"prefix":5}]}', 'must be a string'],
    ['excludes null', '{"a":[{"anything-but":[null]}]}', 'Inside anything-but list'],
    ['excludes by exists', '{"a":[{"anything-but":{"exists":true}}]}', 'Unsupported anything-but'],
    ['asks whether a text exists', '{"a":[{"exists":"yes"}]}', 'either true or false'],
    ['has two stars together', '{"a":[{"wildcard":"a**b"}]}', 'Consecutive wildcard'],
  ])('that %s is refused', (_what, text, words) => {
    expect(() => readPattern(text)).toThrow(ServiceError);
    expect(() => readPattern(text)).toThrow(words);
  });
});

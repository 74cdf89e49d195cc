import { describe, expect, it } from 'vitest';
import { arnMatches, arnOf, type Pattern, readerFor } from '../../../../lib/local/authorizer/patterns.ts';

const context = new Map([
  ['aws:principaltag/team', ['blue']],
  ['aws:star', ['a*?']],
  ['aws:odd', ['^a.b+(c)[d]{e}|$\\']],
  ['aws:colons', ['s3:::one']],
  ['aws:several', ['a', 'b']],
  ['aws:none', []],
]);
const read = readerFor(context, true);
const matches = (value: string, text: string) => read(value)?.matches(text) ?? null;
const textOf = (value: string) => read(value)?.text ?? null;

describe('wildcards', () => {
  it.each([
    ['a*c', 'abbc', true],
    ['a*c', 'ac', true],
    ['a*c', 'abbcd', false],
    ['a*c', 'xac', false],
    ['a**c', 'a\nc', true],
    ['a?c', 'abc', true],
    ['a?c', 'a\nc', true],
    ['a?c', 'ac', false],
    ['a?c', 'abbc', false],
    ['??', 'ab', true],
    ['??', 'a', false],
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['A', 'a', false],
  ])('%j fits %j: %s', (value, text, wanted) => {
    expect(matches(value, text)).toBe(wanted);
  });

  it('are the only characters with a meaning of their own', () => {
    for (const character of '\\^$.|+()[]{}/-') {
      const value = `a${character}b`;
      expect(matches(value, value), value).toBe(true);
      expect(matches(`${value}*`, `${value}x`), value).toBe(true);
      for (const other of ['ab', 'aab', 'axb', 'a', 'b'])
        expect(matches(value, other), `${value} ${other}`).toBe(false);
    }
  });
});

describe('variables', () => {
  it('are replaced wherever they stand, by names without case', () => {
    expect(textOf('x/${aws:PrincipalTag/team}/y')).toBe('x/blue/y');
    expect(textOf('${AWS:principaltag/TEAM}${ aws:PrincipalTag/team }')).toBe('blueblue');
    expect(matches('x/${aws:PrincipalTag/team}/*', 'x/blue/any')).toBe(true);
    expect(matches('x/${aws:PrincipalTag/team}/*', 'x/red/any')).toBe(false);
    expect(matches('${aws:PrincipalTag/team}', 'xblue')).toBe(false);
    expect(matches('a${aws:PrincipalTag/team}', 'blue')).toBe(false);
  });

  it('are by the letter what they stand for', () => {
    expect(matches('${aws:star}', 'a*?')).toBe(true);
    expect(matches('${aws:star}', 'abc')).toBe(false);
    expect(matches('${aws:star}*', 'a*?bc')).toBe(true);
    expect(matches('${aws:odd}', '^a.b+(c)[d]{e}|$\\')).toBe(true);
    expect(matches('${aws:odd}', '^axb+(c)[d]{e}|$\\')).toBe(false);
  });

  it('stand for the characters that have a meaning', () => {
    expect(textOf('a${*}b${?}c${$}')).toBe('a*b?c$');
    expect(matches('a${*}', 'a*')).toBe(true);
    expect(matches('a${*}', 'ab')).toBe(false);
    expect(matches('a${?}', 'ab')).toBe(false);
    expect(matches('${$}{a}', '${a}')).toBe(true);
  });

  it('have a default for keys that the request lacks', () => {
    expect(textOf("${aws:lacking, 'none'}/x")).toBe('none/x');
    expect(textOf("${ aws:lacking,'none' }")).toBe('none');
    expect(textOf("${aws:lacking, ''}")).toBe('');
    expect(textOf("${aws:PrincipalTag/team, 'none'}")).toBe('blue');
    expect(matches("${aws:lacking, 'a*'}", 'ab')).toBe(false);
  });

  it('leave nothing to read where there is not exactly one value', () => {
    for (const value of [
      'x${aws:lacking}',
      '${aws:several}',
      "${aws:several, 'none'}",
      '${aws:none}',
      "${aws:none, 'none'}",
      '${aws:PrincipalTag/team}${aws:lacking}',
      '${aws:lacking, none}',
      "${aws:lacking, 'none' x}",
      '${}',
    ]) {
      expect(read(value), value).toBeNull();
    }
  });

  it('are text where they have no end, and in policies of the version before', () => {
    expect(textOf('a${aws:star')).toBe('a${aws:star');
    const old = readerFor(context, false)('${aws:PrincipalTag/team}');
    expect(old?.text).toBe('${aws:PrincipalTag/team}');
    expect(old?.matches('${aws:PrincipalTag/team}')).toBe(true);
    expect(old?.matches('blue')).toBe(false);
  });
});

describe('arnOf', () => {
  it('cuts at the first five colons', () => {
    expect(arnOf('arn:aws:states:r:1:stateMachine:one:two')).toEqual([
      'arn',
      'aws',
      'states',
      'r',
      '1',
      'stateMachine:one:two',
    ]);
    expect(arnOf('arn:aws:s3:::b')).toEqual(['arn', 'aws', 's3', '', '', 'b']);
    expect(arnOf('arn:aws')).toEqual(['arn', 'aws']);
    expect(arnOf('')).toEqual(['']);
  });
});

describe('arnMatches', () => {
  const arn = 'arn:aws:states:us-east-1:111111111111:stateMachine:one';
  const fits = (value: string, text = arn) => arnMatches(read(value) as Pattern, text);

  it.each([
    [arn, true],
    ['arn:aws:states:*:*:stateMachine:*', true],
    ['arn:aws:states:*:*:*', true],
    ['arn:*:*:*:*:*', true],
    ['arn:aws:states:us-?ast-1:1111*:state*one', true],
    ['arn:aws:states:*:*:stateMachine:two', false],
    ['arn:aws:sns:*:*:stateMachine:one', false],
    ['arn:aws:states:us-west-2:*:*', false],
    // A wildcard does not reach over the first five colons.
    ['arn:aws:states:*:stateMachine:one', false],
    ['arn:aws:states:*', false],
    ['arn:*', false],
    ['*', false],
  ])('by %s is %s', (value, wanted) => {
    expect(fits(value)).toBe(wanted);
  });

  it('takes nothing for an ARN that has fewer parts', () => {
    expect(fits('arn:aws:*', 'arn:aws:s3')).toBe(false);
    expect(fits('*:*:*:*:*:*', 'arn:aws:s3')).toBe(false);
    expect(fits('a:b:c:d:e:f', 'a:b:c:d:e')).toBe(false);
  });

  it('cuts what a variable stands for at its colons too', () => {
    expect(fits('arn:aws:${aws:colons}/*', 'arn:aws:s3:::one/key')).toBe(true);
    expect(fits('arn:aws:${aws:colons}/*', 'arn:aws:s3:::two/key')).toBe(false);
    expect(read('arn:aws:${aws:colons}/*')?.parts.map(({ text }) => text)).toEqual([
      'arn',
      'aws',
      's3',
      '',
      '',
      'one/*',
    ]);
    expect(fits('arn:aws:s3:::${aws:star}/*', 'arn:aws:s3:::abc/key')).toBe(false);
  });
});

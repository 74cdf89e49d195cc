import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { jsonOf } from '../../../lambdas/core/json-text.ts';
import { breakNames } from '../../support/broken-names.ts';

afterEach(() => vi.restoreAllMocks());

const name = fc.oneof(
  fc.string({
    maxLength: 4,
    unit: fc.constantFrom('"', '\\', '\n', '\u0001', 'n', ':', ',', '{', ']', ' ', 'é', '😀'),
  }),
  fc.constantFrom('__proto__', 'toString', ''),
);
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    name,
    fc.constantFrom(null, true, false, 0, -1.5e30, 12),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.array(fc.tuple(name, tie('any')), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
  ),
})).any;
/** The same value as text: white space between, any character escaped. */
const spellings = [
  (one: unknown) => JSON.stringify(one),
  (one: unknown) => JSON.stringify(one, null, '\t'),
  (one: unknown) =>
    JSON.stringify(one).replace(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`),
];

describe('jsonOf', () => {
  it('keeps escaped names where JSON.parse takes them for others', () => {
    breakNames();
    expect(JSON.parse('{"h":1,"\\"":2}')).toEqual({ h: 1, '\\': 2 });
    expect(jsonOf('{"h":1,"\\"":2}')).toEqual({ h: 1, '"': 2 });
  });

  it.each(spellings.map((spell, at) => [at, spell] as const))(
    'reads any value, however it is spelled (%i)',
    (_at, spell) => {
      fc.assert(
        fc.property(value, (one) => {
          const text = spell(one);
          breakNames();
          const found = jsonOf(text);
          vi.restoreAllMocks();
          expect(JSON.stringify(found)).toBe(JSON.stringify(one));
        }),
        { numRuns: 300 },
      );
    },
  );

  it('reads names one after the other that V8 takes for one', () => {
    for (const [first, then] of [
      ['{"h":[],"\\\\":0}', '{"h":1,"\\"":2}'],
      ['{"h":[],"\\\\n":0}', '{"h":1,"\\na":2}'],
    ] as const) {
      jsonOf(first);
      expect(Object.keys(jsonOf(then) as object)).toEqual(['h', then.includes('na') ? '\na' : '"']);
    }
  });

  it('takes the last of a name that stands twice, at the place of the first', () => {
    expect(Object.entries(jsonOf('{"\\n":1,"b":2,"\\u000a":3}') as object)).toEqual([
      ['\n', 3],
      ['b', 2],
    ]);
  });

  it.each(['', '{"\\n":1', '{"\\n":1,}', '{"\\n" 1}', '[1 2]', '{"\\x":1}'])('refuses %s', (text) => {
    expect(() => jsonOf(text)).toThrow(SyntaxError);
  });
});

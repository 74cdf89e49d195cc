import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hideNames, showNames } from '../../../lambdas/dynamodb/sdk-names.ts';
import { spacedJson, wireItem } from './raw/arbitraries.ts';

const hidden = (json: string) => hideNames(Buffer.from(json)).toString();

describe('names that the SDK would lose', () => {
  it.each([
    ['__proto__', '{"__proto__":{"S":"x"}}'],
    ['a quote', '{"\\"":{"S":"x"}}'],
    ['a control character', '{"a\\u0001b" : {"S":"x"}}'],
    ['the mark of a disguise', '{"\u007f41":{"S":"x"}}'],
    ['the mark of a disguise, escaped', '{"\\u007f41":{"S":"x"}}'],
    ['UTF-8 beside an escape', '{"ключ\\n":{"S":"ключ"}}'],
    ['a name within a map', '{"m":{"M":{"\\\\":{"S":"x"}}}}'],
  ])('are disguised and come back: %s', (_what, json) => {
    const text = hidden(json);
    expect(text).not.toBe(json);
    expect(text).toMatch(/"\u007f[0-9a-f]+"\s*:/);
    expect(text).not.toMatch(/__proto__|\\/);
    expect(showNames(Buffer.from(text)).toString()).toBe(json);
  });

  it.each(['{"a":{"S":"__proto__"}}', '{"a":{"S":"\\":\\n"}}', '{"a":{"SS":["\u007f41","\\\\"]}}', '{"ü":{"S":"ü"}}'])(
    'are no values: %s stays as it is',
    (json) => {
      expect(hidden(json)).toBe(json);
      expect(showNames(Buffer.from(json)).toString()).toBe(json);
    },
  );

  it('come back in any item, byte by byte, and none of them has an escape meanwhile', () => {
    fc.assert(
      fc.property(wireItem.chain(spacedJson), (json) => {
        const text = hidden(json);
        const names = [...text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?/g)].filter(([, , colon]) => colon);
        for (const [, name] of names) expect(name).not.toMatch(/\\|^"__proto__"$/);
        expect(showNames(Buffer.from(text)).toString()).toBe(json);
      }),
      { numRuns: 300 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meetsCondition } from '../../../lambdas/dynamodb/conditions.ts';
import type { WireItem } from '../../../lambdas/dynamodb/engine.ts';
import { parseExpression } from '../../../lambdas/dynamodb/expressions.ts';
import type { Item } from '../../../lib/local/emulators/dynamodb/engine/dynalite.ts';
import { matchesExpression } from '../../../lib/local/emulators/dynamodb/engine/filter.ts';
import { parsed } from '../../lib/local/emulators/dynamodb/engine/parsed.ts';

const nines = '9'.repeat(38);
// Few values, so that equal ones meet; U+FF5E and the surrogate pair stand the other way round in UTF-16.
const text = fc.constantFrom('', 'a', 'ab', 'b', 'B', 'é', '\uFF5E', '\u{1F0A1}', '\u{1F0A1}a');
const number = fc.constantFrom(
  ...['0', '-0', '1', '1.0', '10E-1', '2', '-2', '0.5', '10', '1E+1', '1E-130', '1E+125', '-1E+125'],
  ...[nines, `${nines.slice(1)}8`, `0.${nines}`],
);
const bytes = fc
  .constantFrom([], [0], [1], [1, 2], [127], [128], [255], [1, 255])
  .map((content) => Buffer.from(content).toString('base64'));
const members = (of: fc.Arbitrary<string>) => fc.uniqueArray(of, { minLength: 1, maxLength: 3 });
/** Those of a set differ by value, not only by how they are written. */
const numbers = fc.uniqueArray(fc.constantFrom('0', '1', '1.0', '2', '2.00', nines), {
  minLength: 1,
  maxLength: 3,
  selector: Number,
});
const names = fc.constantFrom('a', 'b', '0', 'constructor');
const { value } = fc.letrec<{ value: object }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.oneof(
      text.map((S) => ({ S })),
      number.map((N) => ({ N })),
      bytes.map((B) => ({ B })),
      fc.boolean().map((BOOL) => ({ BOOL })),
      fc.constant({ NULL: true }),
      members(text).map((SS) => ({ SS })),
      numbers.map((NS) => ({ NS })),
      members(bytes).map((BS) => ({ BS })),
    ),
    fc.array(tie('value'), { maxLength: 2 }).map((L) => ({ L })),
    fc.dictionary(names, tie('value'), { maxKeys: 2, noNullPrototype: true }).map((M) => ({ M })),
  ),
}));

const attributeNames = { '#a': 'a', '#zero': '0', '#inherited': 'constructor' };
const path = fc
  .tuple(
    fc.constantFrom('a', 'b', 'a', 'b', 'm', 'l', '#a', '#inherited'),
    fc.oneof(
      { arbitrary: fc.constant([]), weight: 3 },
      fc.array(fc.constantFrom('.a', '.#zero', '.#inherited', '[0]', '[1]'), { maxLength: 2 }),
    ),
  )
  .map(([head, steps]) => `${head}${steps.join('')}`);
const placeholder = fc.constantFrom(':v', ':w', ':x');
const plain = fc.oneof(path, path, placeholder);
const operand = fc.oneof({ arbitrary: plain, weight: 6 }, { arbitrary: plain.map((of) => `size(${of})`), weight: 1 });
const comparator = fc.constantFrom('=', '=', '<>', '<', '<=', '>', '>=');
const leaf = fc.oneof(
  fc.tuple(operand, comparator, operand).map((parts) => parts.join(' ')),
  fc.tuple(operand, operand, operand).map(([one, low, high]) => `${one} BETWEEN ${low} AND ${high}`),
  fc
    .tuple(operand, fc.array(operand, { minLength: 1, maxLength: 3 }))
    .map(([one, all]) => `${one} IN (${all.join(', ')})`),
  fc
    .tuple(fc.constantFrom('begins_with', 'contains'), path, operand)
    .map(([call, ...of]) => `${call}(${of.join(', ')})`),
  fc.tuple(fc.constantFrom('attribute_exists', 'attribute_not_exists'), path).map(([call, of]) => `${call}(${of})`),
  path.map((of) => `attribute_type(${of}, :type)`),
);
/** Parentheses stand around compounds only: redundant ones are refused by the service. */
interface Written {
  readonly text: string;
  readonly compound: boolean;
}
const part = ({ text, compound }: Written) => (compound ? `(${text})` : text);
const { condition } = fc.letrec<{ condition: Written }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, depthSize: 'small' },
    leaf.map((text): Written => ({ text, compound: false })),
    fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition'))
      .map(([one, word, other]): Written => ({ text: `${part(one)} ${word} ${part(other)}`, compound: true })),
    tie('condition').map((one): Written => ({ text: `NOT ${part(one)}`, compound: true })),
  ),
}));

const scalars = { S: text, N: number, B: bytes };
/** Mostly of one type and what holds it: two values of any types are seldom in an order. */
const given = fc.constantFrom('S', 'N', 'B').chain((type) => {
  const scalar = scalars[type].map((content) => ({ [type]: content }));
  const holder = fc.oneof(
    (type === 'N' ? numbers : members(scalars[type])).map((content) => ({ [`${type}S`]: content })),
    fc.array(scalar, { maxLength: 2 }).map((L) => ({ L })),
    fc.dictionary(names, scalar, { maxKeys: 2, noNullPrototype: true }).map((M) => ({ M })),
  );
  const one = fc.oneof({ arbitrary: scalar, weight: 5 }, { arbitrary: holder, weight: 2 }, value);
  const attributes = { a: one, b: one, m: holder, l: holder, constructor: value };
  const types = fc.constantFrom('S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M').map((S) => ({ S }));
  return fc.tuple(
    fc.record(attributes, { requiredKeys: ['a'] }),
    fc.record({ ':v': one, ':w': one, ':x': one, ':type': types }),
  );
});

describe('the filter of the emulator', () => {
  it('agrees on every condition and item, and neither fails on any', () => {
    const tally = { met: 0, compared: 0 };
    fc.assert(
      fc.property(condition, given, ({ text: expression }, [attributes, values]) => {
        const tree = parsed(expression, values as unknown as Item, attributeNames);
        // It refuses what the service refuses too, for example a range whose end comes before its beginning.
        if (typeof tree === 'string') return;
        const expected = matchesExpression(attributes as unknown as Item, tree);
        const placeholders = { names: attributeNames, values: values as unknown as WireItem };
        const met = meetsCondition(parseExpression(expression), attributes as unknown as WireItem, placeholders);
        expect(met).toBe(expected);
        tally.compared++;
        if (expected) tally.met++;
      }),
      { numRuns: 2_000 },
    );
    expect(tally.compared).toBeGreaterThan(1_000);
    expect(tally.met).toBeGreaterThan(300);
  });
});

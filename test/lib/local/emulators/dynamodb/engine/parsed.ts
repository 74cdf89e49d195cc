import { createRequire } from 'node:module';
import type { Item } from '../../../../../../lib/local/emulators/dynamodb/engine/dynalite.ts';
import { matchesExpression } from '../../../../../../lib/local/emulators/dynamodb/engine/filter.ts';
import type { Expression } from '../../../../../../lib/local/emulators/dynamodb/engine/filter-operands.ts';

const require = createRequire(import.meta.url);
const parser = require('dynalite/db/conditionParser') as {
  parse(expression: string, options: object): { readonly expression: Expression } | string;
};
const { compare } = require('dynalite/db') as { compare: unknown };

/**
 * What dynalite's parser hands to the filter, or the text of its refusal. Every name and value of the expression has to
 * be among the given ones.
 */
export function parsed(expression: string, values: Item, names: Readonly<Record<string, string>> = {}) {
  const context = { attrNames: names, attrVals: values, unusedAttrNames: {}, unusedAttrVals: {}, compare };
  const answer = parser.parse(expression, { context: { ...context, isReserved: () => false } });
  return typeof answer === 'string' ? answer : answer.expression;
}

/** Whether an item meets the expression by the emulator's filter; throws what the parser refuses. */
export function meets(item: Item, expression: string, values: Item = {}, names: Readonly<Record<string, string>> = {}) {
  const tree = parsed(expression, values, names);
  if (typeof tree === 'string') throw new Error(tree);
  return matchesExpression(item, tree);
}

import { isJudged, isNull } from './operators.ts';
import type { Context, Reader } from './patterns.ts';
import type { Condition } from './policy.ts';

/**
 * Whether a request satisfies a condition (IAM's reference of condition operators). Without the key, a negated operator
 * holds and any other does not; `…IfExists` and `ForAllValues` hold, `ForAnyValue` never does.
 */
export function satisfies(condition: Condition, context: Context, read: Reader): boolean {
  const { test, negated, quantifier, ifExists, key } = condition;
  const actual = context.get(key) ?? [];
  if (test === isNull) return condition.values.some((value) => value.toLowerCase() === String(actual.length === 0));
  if (actual.length === 0) return quantifier === 'all' || (quantifier === null && (ifExists || negated));

  const expected = condition.values.map(read);
  // Not to fit what cannot be judged is no reason to hold.
  if (negated && expected.some((pattern) => pattern === null || !isJudged(test, pattern))) return false;
  const fits = (value: string) => expected.some((pattern) => pattern !== null && test(value, pattern)) !== negated;
  // A key with several values needs a set operator: without one, AWS does not say what the answer is.
  if (quantifier === null && actual.length > 1) return false;
  return quantifier === 'any' ? actual.some(fits) : actual.every(fits);
}

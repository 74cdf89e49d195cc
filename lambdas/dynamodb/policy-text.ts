import { stableJson } from '../core/json.ts';
import type { ResourcePolicy } from './definition.ts';

/** Members of a statement that may hold one value or a list of them, to the same effect (IAM user guide, grammar). */
const listed = new Set(['Action', 'NotAction', 'Resource', 'NotResource']);

/**
 * A policy in one spelling, so that two that say the same have the same text: the service gives `111122223333` back as
 * the ARN of that account's root, and a list of one as its only value.
 */
export function policyText(policy: ResourcePolicy): string {
  const { Statement, ...rest } = policy;
  return stableJson({ ...rest, Statement: [Statement].flat().map(statement) }, 0);
}

function statement(of: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(
    Object.entries(of).map(([name, value]) => {
      if (listed.has(name)) return [name, values(value)];
      if (name === 'Principal' || name === 'NotPrincipal') return [name, principal(value)];
      return [name, name === 'Condition' ? condition(value) : value];
    }),
  );
}

function principal(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value === '*' ? { AWS: ['*'] } : value;
  const entries = Object.entries(value).map(([kind, who]) => [kind, values(who).map(wholeAccount).sort()]);
  return Object.fromEntries(entries);
}

function wholeAccount(who: unknown): unknown {
  return String(who).replace(/^arn:[^:]+:iam::(\d{12}):root$/, '$1');
}

function condition(value: unknown): unknown {
  return Object.fromEntries(
    Object.entries((value ?? {}) as object).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries((keys ?? {}) as object).map(([key, wanted]) => [key, values(wanted)])),
    ]),
  );
}

function values(value: unknown): unknown[] {
  return [value].flat().map(String).sort();
}

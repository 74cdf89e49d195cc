import { canonicalItem } from './attributes.ts';
import { numberProblem } from './numbers.ts';

/** What is wrong with a value, and where below it. */
export interface ValueProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** An attribute may be nested up to 32 levels deep (developer guide, constraints). */
const deepest = 32;

/**
 * Checks a value that a person wrote as DynamoDB JSON as the service would: one known type, its spelling, numbers of up
 * to 38 digits, sets that are neither empty nor have a member twice, at every depth. Null when all is right.
 */
export function valueProblem(value: unknown, path: ValueProblem['path'] = []): ValueProblem | null {
  const members = isObject(value) ? Object.entries(value) : [];
  const [[type, content] = ['', undefined]] = members;
  if (members.length !== 1) {
    return { path, message: 'a value is an object with one type, such as {"S":"prod"}' };
  }
  if (path.length > 2 * deepest) return { path, message: `it is nested more than ${deepest} levels deep` };
  const check = Object.hasOwn(checks, type) ? checks[type as keyof typeof checks] : null;
  if (!check) return { path, message: `"${type}" is not one of ${Object.keys(checks).join(', ')}` };
  return check(content, [...path, type]);
}

type Check = (content: unknown, path: ValueProblem['path']) => ValueProblem | null;

/** A check of one content: a text that says what is wrong, or null. */
const plain =
  (problemOf: (content: unknown) => string | null): Check =>
  (content, path) => {
    const message = problemOf(content);
    return message === null ? null : { path, message };
  };

const text = (content: unknown) => (typeof content === 'string' ? null : 'it must be a text');
const decimal = (content: unknown) =>
  typeof content === 'string' ? numberProblem(content) : 'a number is written as a text, such as "1.5"';
const base64 = (content: unknown) =>
  typeof content === 'string' && Buffer.from(content, 'base64').toString('base64') === content
    ? null
    : 'it must be bytes in Base64';

const set =
  (type: 'S' | 'N' | 'B', member: (content: unknown) => string | null): Check =>
  (content, path) => {
    if (!Array.isArray(content) || content.length === 0) return { path, message: 'a set is a list that is not empty' };
    for (const [index, one] of content.entries()) {
      const message = member(one);
      if (message !== null) return { path: [...path, index], message };
    }
    const distinct = new Set(content.map((one) => canonicalItem({ one: { [type]: one } })));
    return distinct.size === content.length ? null : { path, message: 'a set has no member twice' };
  };

const checks = {
  S: plain(text),
  N: plain(decimal),
  B: plain(base64),
  BOOL: plain((content) => (typeof content === 'boolean' ? null : 'it must be true or false')),
  NULL: plain((content) => (content === true ? null : 'it must be true')),
  SS: set('S', text),
  NS: set('N', decimal),
  BS: set('B', base64),
  L: ((content, path) =>
    Array.isArray(content)
      ? firstProblem(content.entries(), path)
      : { path, message: 'it must be a list of values' }) satisfies Check,
  M: ((content, path) =>
    isObject(content)
      ? firstProblem(Object.entries(content), path)
      : { path, message: 'it must be an object of values' }) satisfies Check,
};

function firstProblem(members: Iterable<[string | number, unknown]>, path: ValueProblem['path']): ValueProblem | null {
  for (const [name, member] of members) {
    const problem = valueProblem(member, [...path, name]);
    if (problem) return problem;
  }
  return null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

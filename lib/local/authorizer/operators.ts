import { BlockList, isIP, isIPv4 } from 'node:net';
import { arnMatches, type Pattern } from './patterns.ts';

/** Whether a value of the request fits one value of the policy. */
export type Test = (actual: string, expected: Pattern) => boolean;

export interface Operator {
  readonly test: Test;
  /** True for operators such as `StringNotEquals`, which hold when no value fits. */
  readonly negated: boolean;
}

/** Whether an operator can judge a value: those for ARNs know no patterns of fewer parts than an ARN has. */
export const isJudged = (test: Test, expected: Pattern) => test !== arn || expected.parts.length === 6;

/** Marks the operator that asks whether a key is there at all; its values are read by `conditions.ts`. */
export const isNull: Test = (actual, expected) => actual === expected.text.toLowerCase();

const numeric =
  (compare: (actual: number, expected: number) => boolean): Test =>
  (actual, { text }) => {
    const [left, right] = [numberOf(actual), numberOf(text)];
    return left !== null && right !== null && compare(left, right);
  };
const date =
  (compare: (actual: number, expected: number) => boolean): Test =>
  (actual, { text }) => {
    const [left, right] = [timeOf(actual), timeOf(text)];
    return left !== null && right !== null && compare(left, right);
  };
const orders = {
  Equals: (a: number, b: number) => a === b,
  LessThan: (a: number, b: number) => a < b,
  LessThanEquals: (a: number, b: number) => a <= b,
  GreaterThan: (a: number, b: number) => a > b,
  GreaterThanEquals: (a: number, b: number) => a >= b,
};
const equals: Test = (actual, { text }) => actual === text;
const equalsIgnoreCase: Test = (actual, { text }) => actual.toLowerCase() === text.toLowerCase();
const like: Test = (actual, expected) => expected.matches(actual);
const arn: Test = (actual, expected) => arnMatches(expected, actual);
const ordered = (prefix: string, kind: typeof numeric) =>
  Object.entries(orders).map(([name, compare]): [string, Test] => [`${prefix}${name}`, kind(compare)]);

/** The operators of IAM's reference of condition elements; in ARN operators `Equals` and `Like` are the same. */
const tests = new Map<string, Test>([
  ['StringEquals', equals],
  ['StringEqualsIgnoreCase', equalsIgnoreCase],
  ['StringLike', like],
  ['ArnEquals', arn],
  ['ArnLike', arn],
  ['Bool', (actual, { text }) => /^(true|false)$/i.test(text) && actual.toLowerCase() === text.toLowerCase()],
  ['IpAddress', (actual, { text }) => inRange(actual, text)],
  ['Null', isNull],
  ...ordered('Numeric', numeric),
  ...ordered('Date', date),
]);

const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NotIpAddress: 'IpAddress',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
};

/** An operator by its name without set prefix and `IfExists`; undefined when there is none. */
export function operatorNamed(name: string): Operator | undefined {
  const positive = Object.hasOwn(negations, name) ? negations[name] : undefined;
  const test = tests.get(positive ?? name);
  return test && { test, negated: positive !== undefined };
}

const numberOf = (text: string) => (/^\s*[-+]?(\d+\.?\d*|\.\d+)\s*$/.test(text) ? Number(text) : null);

/** ISO 8601, or seconds since the epoch. */
function timeOf(text: string): number | null {
  if (/^\d+$/.test(text) && text.length > 4) return Number(text) * 1000;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

function inRange(address: string, range: string): boolean {
  const [network = '', bits] = range.split('/');
  if (isIP(address) === 0 || isIP(network) !== isIP(address)) return false;
  const family = isIPv4(network) ? 'ipv4' : 'ipv6';
  const length = bits === undefined ? (family === 'ipv4' ? 32 : 128) : Number(bits);
  // An empty text would be the number 0, which lets every address in.
  if ((bits !== undefined && !/^\d{1,3}$/.test(bits)) || length > (family === 'ipv4' ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, length, family);
  return list.check(address, family);
}

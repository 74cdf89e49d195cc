import type { AttributeValue, Item } from './dynalite.ts';
import { type Expression, type Operand, type Resolved, resolve } from './filter-operands.ts';
import { areEqual, bytesOf, orderOf, typeOf } from './filter-values.ts';

/**
 * Whether an item meets a filter expression (developer guide, "Condition and filter expressions, operators, and
 * functions"). Instead of dynalite's own function, which compares lists and maps by identity, strings by UTF-16 units,
 * takes two absent attributes as equal and fails on operands of unexpected types.
 */
export function matchesExpression(item: Item, { type, name, args }: Expression): boolean {
  const matches = (condition: Operand) => matchesExpression(item, condition as Expression);
  if (type === 'and') return args.every(matches);
  if (type === 'or') return args.some(matches);
  if (type === 'not') return !args.some(matches);
  const test = TESTS[type === 'function' ? String(name) : type];
  if (!test) throw new Error(`condition ${name ?? type} has no test in the filter; add one for it`);
  const [subject, ...others] = args.map((operand) => resolve(operand, item));
  return test(subject, others);
}

/**
 * Each takes the first operand and the others; what is not there is undefined. An absent operand is equal to nothing,
 * not even to another one, so that `<>` is true of it and everything else false.
 */
const TESTS: Readonly<Record<string, (subject: Resolved, others: readonly Resolved[]) => boolean>> = {
  '=': (subject, [other]) => same(subject, other),
  '<>': (subject, [other]) => !same(subject, other),
  '<': (subject, [other]) => ordered(subject, other, (order) => order < 0),
  '<=': (subject, [other]) => ordered(subject, other, (order) => order <= 0),
  '>': (subject, [other]) => ordered(subject, other, (order) => order > 0),
  '>=': (subject, [other]) => ordered(subject, other, (order) => order >= 0),
  between: (subject, [lower, upper]) =>
    ordered(subject, lower, (order) => order >= 0) && ordered(subject, upper, (order) => order <= 0),
  in: (subject, others) => others.some((other) => same(subject, other)),
  attribute_exists: (subject) => subject !== undefined,
  attribute_not_exists: (subject) => subject === undefined,
  attribute_type: (subject, [type]) => subject !== undefined && typeOf(subject) === type?.S,
  begins_with: (subject, [prefix]) => startsWith(subject, prefix),
  contains: (subject, [part]) => subject !== undefined && part !== undefined && contains(subject, part),
};

function same(left: Resolved, right: Resolved): boolean {
  return left !== undefined && right !== undefined && areEqual(left, right);
}

function ordered(left: Resolved, right: Resolved, test: (order: number) => boolean): boolean {
  const order = left && right && orderOf(left, right);
  return order !== undefined && test(order);
}

function startsWith(subject: Resolved, prefix: Resolved): boolean {
  if (!subject || !prefix || typeOf(subject) !== typeOf(prefix)) return false;
  const type = typeOf(subject);
  if (type !== 'S' && type !== 'B') return false;
  const start = bytesOf(type, prefix[type]);
  return bytesOf(type, subject[type]).subarray(0, start.length).equals(start);
}

/** A part of a string or a binary, or a member of a set or a list; a list's members can be of any type. */
function contains(subject: AttributeValue, part: AttributeValue): boolean {
  const type = typeOf(subject);
  if (type === 'L') return (subject.L as AttributeValue[]).some((element) => areEqual(element, part));
  if (type === 'SS' || type === 'NS' || type === 'BS') {
    const memberType = type.slice(0, 1);
    return (subject[type] as string[]).some((member) => areEqual({ [memberType]: member }, part));
  }
  if ((type !== 'S' && type !== 'B') || type !== typeOf(part)) return false;
  return bytesOf(type, subject[type]).includes(bytesOf(type, part[type]));
}

import type { WireItem, WireValue } from './engine.ts';
import type { Comparator, Condition, Operand, PathPart } from './expressions.ts';
import { compareNumbers } from './numbers.ts';
import { attributeOf, canonicalWireValue } from './wire-item.ts';

/** What the placeholders of an expression stand for. */
export interface Placeholders {
  readonly names: Readonly<Record<string, string>>;
  readonly values: WireItem;
}

/**
 * True when the item meets the condition, by the rules of the developer guide ("Condition and filter expressions,
 * operators, and functions"): values of different types are unequal and in no order, and so is what is absent.
 */
export function meetsCondition(condition: Condition, item: WireItem, placeholders: Placeholders): boolean {
  const meets = (one: Condition) => meetsCondition(one, item, placeholders);
  const valueAt = (operand: Operand | undefined) => operand && resolve(operand, item, placeholders);
  switch (condition.kind) {
    case 'and':
      return condition.conditions.every(meets);
    case 'or':
      return condition.conditions.some(meets);
    case 'not':
      return !meets(condition.condition);
    case 'compare':
      return compare(condition.comparator, valueAt(condition.left), valueAt(condition.right));
    case 'between': {
      const value = valueAt(condition.operand);
      return compare('>=', value, valueAt(condition.low)) && compare('<=', value, valueAt(condition.high));
    }
    case 'in': {
      const value = valueAt(condition.operand);
      return condition.list.some((one) => compare('=', value, valueAt(one)));
    }
    case 'function': {
      const [value, other] = condition.operands.map(valueAt);
      return functions[condition.name](value, other);
    }
  }
}

type Value = WireValue | undefined;

const functions = {
  attribute_exists: (value: Value) => value !== undefined,
  attribute_not_exists: (value: Value) => value === undefined,
  attribute_type: (value: Value, type: Value) => value !== undefined && typeOf(value) === type?.S,
  begins_with: (value: Value, start: Value) => {
    if (typeof value?.S === 'string' && typeof start?.S === 'string') return value.S.startsWith(start.S);
    const [bytes, first] = [bytesOf(value), bytesOf(start)];
    return bytes !== null && first !== null && bytes.subarray(0, first.length).equals(first);
  },
  contains: (value: Value, part: Value) => {
    if (value === undefined || part === undefined) return false;
    if (typeof value.S === 'string') return typeof part.S === 'string' && value.S.includes(part.S);
    const [bytes, inner] = [bytesOf(value), bytesOf(part)];
    if (bytes !== null) return inner?.length === 0 || (inner !== null && bytes.includes(inner));
    return membersOf(value).some((member) => compare('=', member, part));
  },
} as const;

function compare(comparator: Comparator, left: Value, right: Value): boolean {
  if (comparator === '=') return equal(left, right);
  if (comparator === '<>') return !equal(left, right);
  const order = left && right ? orderOf(left, right) : null;
  if (order === null) return false;
  switch (comparator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function equal(left: Value, right: Value): boolean {
  return left !== undefined && right !== undefined && canonicalWireValue(left) === canonicalWireValue(right);
}

/** Numbers by size, texts by their UTF-8 bytes, binaries by unsigned bytes; null for whatever has no order. */
function orderOf(left: WireValue, right: WireValue): number | null {
  if (typeof left.N === 'string' && typeof right.N === 'string') return compareNumbers(left.N, right.N);
  if (typeof left.S === 'string' && typeof right.S === 'string') {
    return Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  }
  const [one, other] = [bytesOf(left), bytesOf(right)];
  return one && other ? Buffer.compare(one, other) : null;
}

function resolve(operand: Operand, item: WireItem, placeholders: Placeholders): Value {
  if (operand.kind === 'value') return attributeOf(placeholders.values, operand.placeholder);
  if (operand.kind === 'path') return follow(operand.parts, item, placeholders.names);
  const size = sizeOf(resolve(operand.of, item, placeholders));
  return size === null ? undefined : { N: String(size) };
}

function follow(parts: readonly PathPart[], item: WireItem, names: Placeholders['names']): Value {
  let current: Value = { M: item };
  for (const part of parts) {
    if ('index' in part) current = Array.isArray(current?.L) ? (current.L[part.index] as Value) : undefined;
    else {
      const name = 'name' in part ? part.name : names[part.placeholder];
      const members: WireItem = (current?.M as WireItem | undefined) ?? {};
      current = name === undefined ? undefined : attributeOf(members, name);
    }
    if (current === undefined) return undefined;
  }
  return current;
}

/** UTF-16 units of a text, bytes of a binary, members of anything else; null for what has no size. */
function sizeOf(value: Value): number | null {
  if (value === undefined) return null;
  if (typeof value.S === 'string') return value.S.length;
  const bytes = bytesOf(value);
  if (bytes) return bytes.length;
  const content = value.L ?? value.M ?? value.SS ?? value.NS ?? value.BS;
  return typeof content === 'object' && content !== null ? Object.keys(content).length : null;
}

function membersOf(value: WireValue): WireValue[] {
  if (Array.isArray(value.L)) return value.L;
  const type = typeOf(value);
  const members = value[type];
  return type.length === 2 && Array.isArray(members) ? members.map((member) => ({ [type.slice(0, 1)]: member })) : [];
}

function typeOf(value: WireValue): string {
  return Object.keys(value)[0] ?? '';
}

function bytesOf(value: Value): Buffer | null {
  return typeof value?.B === 'string' ? Buffer.from(value.B, 'base64') : null;
}

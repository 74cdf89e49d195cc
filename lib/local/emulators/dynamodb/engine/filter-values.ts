import type { AttributeValue, Item } from './dynalite.ts';

/** The type of an attribute value, for example `S`. */
export function typeOf(value: AttributeValue): string {
  return Object.keys(value)[0] ?? '';
}

/**
 * Whether two attribute values are equal: of one type, numbers by value, binaries by bytes, lists element by element,
 * maps by name and sets in any order, each at any depth. Values of two types are never equal.
 */
export function areEqual(left: AttributeValue, right: AttributeValue): boolean {
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  if (type === 'L') return equalLists(left.L as AttributeValue[], right.L as AttributeValue[]);
  if (type === 'M') return equalMaps(left.M as Item, right.M as Item);
  if (type.length === 2) return equalSets(type, left[type] as string[], right[type] as string[]);
  return memberKey(type, left[type]) === memberKey(type, right[type]);
}

function equalLists(left: readonly AttributeValue[], right: readonly AttributeValue[]): boolean {
  return left.length === right.length && left.every((value, index) => areEqual(value, right[index] as AttributeValue));
}

function equalMaps(left: Item, right: Item): boolean {
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every(
      (name) => Object.hasOwn(right, name) && areEqual(left[name] as AttributeValue, right[name] as AttributeValue),
    )
  );
}

function equalSets(type: string, left: readonly string[], right: readonly string[]): boolean {
  const member = (value: string) => memberKey(type.slice(0, 1), value);
  const members = new Set(right.map(member));
  return new Set(left.map(member)).size === members.size && left.every((value) => members.has(member(value)));
}

/** What scalars of one type have in common exactly when they are equal. */
function memberKey(type: string, content: unknown): unknown {
  if (type === 'N') {
    const { sign, magnitude, digits } = decimalOf(content as string);
    return `${sign} ${magnitude} ${digits}`;
  }
  return type === 'B' ? bytesOf('B', content).toString('base64') : content;
}

/**
 * Negative, zero or positive as `left` is less than, equal to or greater than `right`: numbers by value, strings by
 * their UTF-8 bytes, binaries by unsigned bytes (developer guide, "Data types"). Undefined where there is no order:
 * for two types, and for types other than these three.
 */
export function orderOf(left: AttributeValue, right: AttributeValue): number | undefined {
  const type = typeOf(left);
  if (type !== typeOf(right)) return undefined;
  if (type === 'N') return compareDecimals(decimalOf(left.N as string), decimalOf(right.N as string));
  if (type === 'S' || type === 'B') return Buffer.compare(bytesOf(type, left[type]), bytesOf(type, right[type]));
  return undefined;
}

/** The bytes of a string or a binary. */
export function bytesOf(type: 'S' | 'B', content: unknown): Buffer {
  return Buffer.from(content as string, type === 'B' ? 'base64' : 'utf8');
}

/** `sign` × 0.`digits` × 10^`magnitude`, without zeros at either end of the digits. Zero has no digits. */
interface Decimal {
  readonly sign: number;
  readonly magnitude: number;
  readonly digits: string;
}

/** JavaScript's numbers have 15 safe digits, those of the service 38. */
function decimalOf(text: string): Decimal {
  const [mantissa = '', exponent = '0'] = text.replace(/^[+-]/, '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const written = `${whole}${fraction}`;
  const led = written.replace(/^0+/, '');
  const digits = led.replace(/0+$/, '');
  if (digits === '') return { sign: 0, magnitude: 0, digits };
  const magnitude = whole.length - (written.length - led.length) + Number(exponent);
  return { sign: text.startsWith('-') ? -1 : 1, magnitude, digits };
}

function compareDecimals(left: Decimal, right: Decimal): number {
  if (left.sign !== right.sign) return left.sign - right.sign;
  if (left.magnitude !== right.magnitude) return left.sign * (left.magnitude - right.magnitude);
  if (left.digits === right.digits) return 0;
  return left.digits < right.digits ? -left.sign : left.sign;
}

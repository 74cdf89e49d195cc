import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { jsonOf } from '../core/json-text.ts';
import type { WireItem } from './engine.ts';

/** An item in the low-level form: numbers stay the texts that the service sent, so nothing is rounded. */
export type Item = Record<string, AttributeValue>;

/** A key or item as JSON, binaries in Base64: fit for a checkpoint. */
export function toJson(item: Item): WireItem {
  return jsonOf(JSON.stringify(item, base64)) as WireItem;
}

/** The reverse of {@link toJson}. */
export function fromJson(value: unknown): Item {
  return Object.fromEntries(Object.entries(value as object).map(([name, member]) => [name, decoded(member)]));
}

/** Looks at the holder: a Buffer has become something else by its own toJSON before `value` is handed over. */
function base64(this: unknown, name: string, value: unknown): unknown {
  const own = (this as Record<string, unknown>)[name];
  return own instanceof Uint8Array ? Buffer.from(own).toString('base64') : value;
}

function decoded(value: Record<string, unknown>): AttributeValue {
  const bytes = (text: unknown) => new Uint8Array(Buffer.from(String(text), 'base64'));
  if ('B' in value) return { B: bytes(value.B) };
  if ('BS' in value) return { BS: (value.BS as unknown[]).map(bytes) };
  if ('M' in value) return { M: fromJson(value.M) };
  if ('L' in value) return { L: (value.L as Record<string, unknown>[]).map(decoded) };
  return value as unknown as AttributeValue;
}

/**
 * Text that is equal for equal items, binaries as bytes or in Base64: order of attributes and of set members does not
 * count, nor how a number is written.
 */
export function canonicalItem(item: Item | WireItem): string {
  const names = Object.keys(item).sort();
  const text = (name: string) => canonicalValue(item[name] as AttributeValue | undefined);
  return `{${names.map((name) => `${JSON.stringify(name)}:${text(name)}`).join(',')}}`;
}

function canonicalValue(value: AttributeValue | undefined): string {
  if (value === undefined) return 'absent';
  if (value.S !== undefined) return `S${JSON.stringify(value.S)}`;
  if (value.N !== undefined) return `N${canonicalNumber(value.N)}`;
  if (value.B !== undefined) return `B${hex(value.B)}`;
  if (value.BOOL !== undefined) return `BOOL${value.BOOL}`;
  if (value.NULL !== undefined) return 'NULL';
  if (value.SS !== undefined) return `SS${JSON.stringify([...value.SS].sort())}`;
  if (value.NS !== undefined) return `NS${value.NS.map(canonicalNumber).sort().join(',')}`;
  if (value.BS !== undefined) return `BS${value.BS.map(hex).sort().join(',')}`;
  if (value.L !== undefined) return `L[${value.L.map(canonicalValue).join(',')}]`;
  if (value.M !== undefined) return `M${canonicalItem(value.M)}`;
  throw new Error(`unknown attribute type ${Object.keys(value).join(', ')}`);
}

/** A decimal text as sign, digits without outer zeros, and exponent: 1.0, 1 and 10E-1 are one number. */
export function canonicalNumber(text: string): string {
  const parts = /^([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  if (!parts) throw new Error(`"${text}" is not a number`);
  const [, sign = '', whole = '', fraction = '', power = '0'] = parts;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  if (digits === '') return '0';
  const significant = digits.replace(/0+$/, '');
  const exponent = Number(power) - fraction.length + (digits.length - significant.length);
  return `${sign === '-' ? '-' : ''}${significant}e${exponent}`;
}

/** The primary key of an item. */
export function keyOf(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(names.map((name) => [name, item[name] as AttributeValue]));
}

/** Bytes that an item takes in a request body: binaries grow by a third, control characters sixfold. */
export function wireBytes(item: Item): number {
  return Buffer.byteLength(JSON.stringify(item, base64));
}

function hex(bytes: Uint8Array | string): string {
  return (typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : Buffer.from(bytes)).toString('hex');
}

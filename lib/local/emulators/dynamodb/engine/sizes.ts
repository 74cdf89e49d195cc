import type { AttributeValue, IndexDefinition, Item, TableDefinition } from './dynalite.ts';

const KIBIBYTE = 1024;

/**
 * Bytes that an item takes, by the published rules: names and strings in UTF-8, binary as raw bytes, numbers about one
 * byte for two significant digits plus one (plus one when negative), booleans and null one byte, lists and maps three
 * bytes plus one for every element.
 */
export function itemSize(item: Item): number {
  let size = 0;
  for (const name in item) size += Buffer.byteLength(name) + valueSize(item[name] as AttributeValue);
  return size;
}

function valueSize(value: AttributeValue): number {
  for (const type in value) {
    const content = value[type];
    if (type === 'S') return Buffer.byteLength(content as string);
    if (type === 'N') return numberSize(content as string);
    if (type === 'B') return binarySize(content as string);
    if (type === 'BOOL' || type === 'NULL') return 1;
    if (type === 'SS') return sum(content as string[], Buffer.byteLength);
    if (type === 'NS') return sum(content as string[], numberSize);
    if (type === 'BS') return sum(content as string[], binarySize);
    if (type === 'L') return 3 + sum(content as AttributeValue[], (element) => 1 + valueSize(element));
    if (type === 'M') return 3 + Object.keys(content as Item).length + itemSize(content as Item);
  }
  return 0;
}

function sum<T>(values: readonly T[], size: (value: T) => number): number {
  let total = 0;
  for (const value of values) total += size(value);
  return total;
}

function numberSize(text: string): number {
  const [mantissa = '', exponent = '0'] = text.replace('-', '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = `${whole}${fraction}`;
  const significant = digits.replace(/^0+/, '').replace(/0+$/, '').length;
  if (significant === 0) return 1;
  // Digits are stored in pairs that do not straddle the decimal point, so an odd position costs half a byte more.
  const leadingZeros = digits.length - digits.replace(/^0+/, '').length;
  const magnitude = whole.length - leadingZeros - 1 + Number(exponent);
  const straddles = significant % 2 === 0 && magnitude % 2 === 0 ? 1 : 0;
  return 1 + Math.ceil(significant / 2) + straddles + (text.startsWith('-') ? 1 : 0);
}

function binarySize(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}

/** Read units of `bytes` read: one for every started 4 KiB, half of that unless the read is strongly consistent. */
export function readUnits(bytes: number, consistent: boolean): number {
  return Math.ceil(bytes / (4 * KIBIBYTE)) * (consistent ? 1 : 0.5);
}

/** Write units of an item: one for every started KiB, at least one. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / KIBIBYTE));
}

/** The part of an item that an index holds, or null where the item lacks one of the index's key attributes. */
export function projectItem(item: Item, index: IndexDefinition, table: TableDefinition): Item | null {
  for (const key of index.KeySchema) if (item[key.AttributeName] === undefined) return null;
  if (index.Projection.ProjectionType === 'ALL') return item;
  const projected: Record<string, AttributeValue> = {};
  const names = [...index.KeySchema, ...table.KeySchema].map((key) => key.AttributeName);
  for (const name of [...names, ...(index.Projection.NonKeyAttributes ?? [])]) {
    const value = item[name];
    if (value !== undefined) projected[name] = value;
  }
  return projected;
}

/**
 * Write units that a change of an item costs in one index: nothing when the index entry stays as it is, one write of
 * the larger entry when only projected attributes change, a delete and a put when the index key changes.
 */
export function indexWriteUnits(
  before: Item | null,
  after: Item | null,
  index: IndexDefinition,
  table: TableDefinition,
): number {
  const old = before && projectItem(before, index, table);
  const next = after && projectItem(after, index, table);
  if (!old && !next) return 0;
  if (!old) return writeUnits(itemSize(next as Item));
  if (!next) return writeUnits(itemSize(old));
  const sameKey = index.KeySchema.every(
    ({ AttributeName }) => JSON.stringify(old[AttributeName]) === JSON.stringify(next[AttributeName]),
  );
  if (!sameKey) return writeUnits(itemSize(old)) + writeUnits(itemSize(next));
  if (JSON.stringify(sorted(old)) === JSON.stringify(sorted(next))) return 0;
  return writeUnits(Math.max(itemSize(old), itemSize(next)));
}

function sorted(item: Item): readonly (readonly [string, AttributeValue])[] {
  return Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1));
}

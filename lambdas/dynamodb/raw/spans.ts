import { ShapeError } from '../../core/retry.ts';
import type { WireItem } from '../engine.ts';
import { misshapen, parsed, readArray, readObject, skipNested, skipSpace, skipValue } from './tokens.ts';

/** An answer of Scan: items as spans of its bytes, copied nowhere. */
export interface PageSpans {
  readonly items: Buffer[];
  readonly next: WireItem | null;
  readonly count: number;
  readonly scanned: number;
  /** Read units; null where the answer does not tell. */
  readonly units: number | null;
}

/** An answer of BatchWriteItem: what it did not carry out, as spans of the items or keys. */
export interface UnprocessedSpans {
  readonly left: Buffer[];
  /** Write units of the table and all its indexes; null where the answer does not tell. */
  readonly units: number | null;
}

/** An answer of BatchGetItem: the items found, and the keys that it did not look up. */
export interface ResponseSpans {
  readonly items: Buffer[];
  readonly left: Buffer[];
  readonly units: number | null;
}

/**
 * Cuts a page into its items; {@link ShapeError} for any other answer and for one that is cut short. A page that was
 * only counted has no items.
 */
export function pageSpans(answer: Buffer, countOnly = false): PageSpans {
  let items: Buffer[] | null = null;
  let next: WireItem | null = null;
  let count: unknown;
  let scanned: unknown;
  let units: number | null = null;
  readAnswer(answer, {
    Items: (at) => {
      const found: Buffer[] = [];
      items = found;
      return readArray(answer, at, (start) => pushObject(answer, start, found));
    },
    Count: (at) => readValue(answer, at, (value) => (count = value)),
    ScannedCount: (at) => readValue(answer, at, (value) => (scanned = value)),
    LastEvaluatedKey: (at) => readValue(answer, at, (value) => (next = readKey(value))),
    ConsumedCapacity: (at) => readValue(answer, at, (value) => (units = unitsOf(value))),
  });
  const list = items as Buffer[] | null;
  if (!list && !countOnly) throw new ShapeError('dynamodb answered a page without its items');
  if (!isCount(count) || (list && list.length !== count)) {
    throw new ShapeError(`dynamodb answered ${list?.length ?? 'no'} items and counted ${count}`);
  }
  if (!isCount(scanned) || scanned < count) {
    throw new ShapeError(`dynamodb answered ${count} items and scanned ${scanned}`);
  }
  return { items: list ?? [], next, count, scanned, units };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Reads what a BatchWriteItem with one table and one form of request left; anything else is a {@link ShapeError}. */
export function unprocessedSpans(
  answer: Buffer,
  table: string,
  form: 'PutRequest' | 'DeleteRequest',
): UnprocessedSpans {
  const left: Buffer[] = [];
  const inner = form === 'PutRequest' ? 'Item' : 'Key';
  let told = false;
  let units: number | null = null;
  readAnswer(answer, {
    UnprocessedItems: (at) => {
      told = true;
      return readObject(answer, at, (name, list) => {
        if (name !== table) throw new ShapeError(`dynamodb left items of ${name} when ${table} was written`);
        return readArray(answer, list, (request) =>
          readOnly(answer, request, form, (body) =>
            readOnly(answer, body, inner, (start) => pushObject(answer, start, left)),
          ),
        );
      });
    },
    ConsumedCapacity: (at) => readValue(answer, at, (value) => (units = unitsOf(value))),
  });
  if (!told) throw new ShapeError(`dynamodb answered a write to ${table} without its rest`);
  return { left, units };
}

/** Reads the items and the unprocessed keys of a BatchGetItem with one table. */
export function responseSpans(answer: Buffer, table: string): ResponseSpans {
  const items: Buffer[] = [];
  const left: Buffer[] = [];
  let told = 0;
  let units: number | null = null;
  const own = (name: string) => {
    if (name !== table) throw new ShapeError(`dynamodb answered items of ${name} when ${table} was read`);
  };
  readAnswer(answer, {
    Responses: (at) => {
      told++;
      return readObject(answer, at, (name, list) => {
        own(name);
        return readArray(answer, list, (start) => pushObject(answer, start, items));
      });
    },
    UnprocessedKeys: (at) => {
      told++;
      return readObject(answer, at, (name, request) => {
        own(name);
        return readObject(answer, request, (member, value) =>
          member === 'Keys'
            ? readArray(answer, value, (start) => pushObject(answer, start, left))
            : skipValue(answer, value),
        );
      });
    },
    ConsumedCapacity: (at) => readValue(answer, at, (value) => (units = unitsOf(value))),
  });
  if (told !== 2) throw new ShapeError(`dynamodb answered a read of ${table} without its items`);
  return { items, left, units };
}

/** Reads an answer of PutItem, which has no member that it must have: its write units, null where it does not tell. */
export function putUnits(answer: Buffer): number | null {
  let units: number | null = null;
  readAnswer(answer, { ConsumedCapacity: (at) => readValue(answer, at, (value) => (units = unitsOf(value))) });
  return units;
}

/** Walks the answer's members by a table of readers, each once at most, up to its very last byte. */
function readAnswer(answer: Buffer, readers: Readonly<Record<string, (at: number) => number>>): void {
  const seen = new Set<string>();
  const end = readObject(answer, skipSpace(answer, 0), (name, at) => {
    if (!Object.hasOwn(readers, name)) return skipValue(answer, at);
    if (seen.has(name)) throw new ShapeError(`dynamodb answered ${name} twice`);
    seen.add(name);
    return readers[name]?.(at) ?? at;
  });
  const rest = skipSpace(answer, end);
  if (rest !== answer.length) throw misshapen(answer, rest, 'the end');
}

/** Reads an object whose only member has this name. */
function readOnly(answer: Buffer, from: number, only: string, read: (at: number) => number): number {
  let members = 0;
  const end = readObject(answer, from, (name, at) => {
    members++;
    if (name !== only) throw misshapen(answer, at, `the value of ${only}, not of ${name}`);
    return read(at);
  });
  if (members !== 1) throw misshapen(answer, from, `an object with ${only} alone`);
  return end;
}

function pushObject(answer: Buffer, start: number, list: Buffer[]): number {
  if (answer[start] !== 0x7b) throw misshapen(answer, start, 'an object');
  const end = skipNested(answer, start);
  list.push(answer.subarray(start, end));
  return end;
}

function readValue(answer: Buffer, at: number, take: (value: unknown) => void): number {
  const end = skipValue(answer, at);
  take(parsed(answer, at, end));
  return end;
}

function readKey(value: unknown): WireItem | null {
  if (value === null) return null;
  const members = typeof value === 'object' && !Array.isArray(value) ? Object.values(value) : [];
  if (members.length > 0 && members.every(isKeyValue)) return value as WireItem;
  throw new ShapeError(`dynamodb answered a key that is none: ${JSON.stringify(value).slice(0, 100)}`);
}

function isKeyValue(value: unknown): boolean {
  const [[type, text] = [], ...more] = Object.entries(value ?? {});
  return more.length === 0 && /^[SNB]$/.test(type ?? '') && typeof text === 'string';
}

interface Capacity {
  readonly CapacityUnits?: number;
  readonly Table?: Capacity;
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, Capacity>>;
  readonly LocalSecondaryIndexes?: Readonly<Record<string, Capacity>>;
}

/** Units of the table and each of its indexes where they are told apart, else their total. */
function unitsOf(value: unknown): number | null {
  const all = (Array.isArray(value) ? value : [value]) as (Capacity | null)[];
  let sum = 0;
  for (const capacity of all) {
    if (!capacity) continue;
    const parts = [capacity.Table, capacity.GlobalSecondaryIndexes, capacity.LocalSecondaryIndexes];
    const split = parts.some(Boolean)
      ? [
          capacity.Table,
          ...Object.values(capacity.GlobalSecondaryIndexes ?? {}),
          ...Object.values(capacity.LocalSecondaryIndexes ?? {}),
        ]
      : [capacity];
    for (const part of split) sum += part?.CapacityUnits ?? Number.NaN;
  }
  return all.some(Boolean) && Number.isFinite(sum) ? sum : null;
}

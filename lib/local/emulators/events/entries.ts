import { randomUUID } from 'node:crypto';
import { ServiceError } from '../../service.ts';
import type { BusPlace } from './store.ts';

/** One entry of PutEvents after the member check. */
export interface EventEntry {
  /** Seconds since the epoch. */
  readonly Time?: number | undefined;
  readonly Source?: string | undefined;
  readonly DetailType?: string | undefined;
  readonly Detail?: string | undefined;
  readonly Resources?: readonly string[] | undefined;
  readonly EventBusName?: string | undefined;
}

/** An event as rules match it and targets get it. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** To the second. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** Why one entry is refused while the others are taken. */
export interface EntryError {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/** All entries of a request together; service model of PutEvents. */
const MOST_BYTES = 262_144;
const MOST_LEVELS = 1000;

/** What an entry counts: 14 bytes for a time and the bytes of the other members (EventBridge guide, PutEvents size). */
function entrySize({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: EventEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((size, text) => size + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}

/** Throws `ValidationException` when the entries together are too large; then none of them is taken. */
export function checkTotalSize(entries: readonly EventEntry[]): void {
  if (entries.reduce((size, entry) => size + entrySize(entry), 0) < MOST_BYTES) return;
  throw new ServiceError('ValidationException', 'Total size of the entries in the request is over the limit.');
}

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depth));
}

function readDetail(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const detail: unknown = JSON.parse(text);
    const isObject = typeof detail === 'object' && detail !== null && !Array.isArray(detail);
    return isObject && depth(detail) <= MOST_LEVELS ? (detail as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The event behind an entry, or why there is none. */
export function eventOf(entry: EventEntry, place: BusPlace, now: number): BusEvent | EntryError {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (!entry[name]) return invalid(name, `${name} is a required argument.`);
  }
  const { Source = '', DetailType = '', Detail = '', Resources = [], Time = now / 1000 } = entry;
  if (/^aws\./i.test(Source)) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  if ([...DetailType].length > 128) return invalid('DetailType', 'DetailType must have at most 128 characters.');
  const detail = readDetail(Detail);
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': DetailType,
    source: Source,
    account: place.account,
    time: `${new Date(Time * 1000).toISOString().slice(0, 19)}Z`,
    region: place.region,
    resources: Resources,
    detail,
  };
}

const invalid = (name: string, reason: string): EntryError => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${reason}`,
});

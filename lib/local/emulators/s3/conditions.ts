import { noSuchKey, notImplemented, preconditionFailed } from './errors.ts';
import type { Bucket, ObjectVersion } from './store.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Conditional writes: `If-None-Match: *` fails with 412 when there is a current object, `If-Match` when its entity tag
 * is another, with 404 when there is none. A delete marker counts as no object.
 * AWS answers 409 ConditionalRequestConflict when a second write overlaps the first; here the body of a request was read
 * whole before the condition is looked at, so writes never overlap and 409 comes only from injected faults.
 */
export function checkWriteConditions(headers: Headers, bucket: Bucket, key: string): void {
  const newest = bucket.objects.get(key)?.at(-1);
  const current = newest?.deleteMarker ? undefined : newest;
  const absent = headers['if-none-match'];
  if (absent !== undefined) {
    if (absent !== '*') throw notImplemented(`If-None-Match with another value than '*' in a write`);
    if (current) throw preconditionFailed('If-None-Match');
  }
  const expected = headers['if-match'];
  if (expected === undefined) return;
  if (!current) throw noSuchKey(key);
  if (!etagMatches(expected, current.etag)) throw preconditionFailed('If-Match');
}

/** Conditional reads. True when the answer is 304; throws PreconditionFailed. */
export function checkReadConditions(headers: Headers, version: ObjectVersion): boolean {
  const modified = version.lastModified.getTime();
  const expected = headers['if-match'];
  const other = headers['if-none-match'];
  if (expected !== undefined && !etagMatches(expected, version.etag)) throw preconditionFailed('If-Match');
  // RFC 9110, 13.2.2: the entity tag decides, and a date beside it counts for nothing.
  if (expected === undefined && modified > dateOf(headers['if-unmodified-since'], Number.POSITIVE_INFINITY)) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (other !== undefined) return etagMatches(other, version.etag);
  return modified <= dateOf(headers['if-modified-since'], Number.NEGATIVE_INFINITY);
}

/** Whether one of the listed entity tags, with or without quotes, or `*`, is the given one. */
export const etagMatches = (listed: string, etag: string) =>
  listed
    .split(',')
    .map((tag) => tag.trim().replace(/^"|"$/g, ''))
    .some((tag) => tag === '*' || `"${tag}"` === etag);

function dateOf(header: string | undefined, otherwise: number): number {
  const time = Date.parse(header ?? '');
  return Number.isNaN(time) ? otherwise : time;
}

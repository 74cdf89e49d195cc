import { encodeUri } from '../../gateway/canonical.ts';
import type { ServiceResponse } from '../../service.ts';
import { bucketOf, type S3Call, xmlAnswer } from './call.ts';
import { invalidArgument } from './errors.ts';
import { type Bucket, type ObjectVersion, sortedKeys } from './store.ts';

/** Page size when the client names none. S3 has 1000; small pages make every client page. */
const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;

/** ListObjectsV2: current objects by key, rolled up at the delimiter. */
export function listObjects(call: S3Call): ServiceResponse {
  const { query } = call;
  const bucket = bucketOf(call);
  if (query.get('list-type') !== '2') {
    throw invalidArgument('list-type', query.get('list-type') ?? '', 'Invalid List Type specified in Request');
  }
  const { prefix, delimiter, pageSize, encode } = listingOptions(query);
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after') ?? '';
  const marker = token === null ? startAfter : keyOf(token);
  const page = pageOf(currentKeys(bucket, { prefix, delimiter, marker }), prefix, delimiter, pageSize);
  const owner = query.get('fetch-owner') === 'true' ? { ID: bucket.account.padStart(64, '0') } : undefined;
  return xmlAnswer('ListBucketResult', {
    Name: bucket.name,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    EncodingType: query.get('encoding-type') ?? undefined,
    MaxKeys: pageSize,
    KeyCount: page.keys.length + page.prefixes.length,
    IsTruncated: page.next !== null,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: page.next === null ? undefined : tokenOf(page.next),
    StartAfter: startAfter === '' ? undefined : encode(startAfter),
    Contents: page.keys.map((key) => {
      const version = bucket.objects.get(key)?.at(-1);
      return { Key: encode(key), ...(version && describe(version)), Owner: owner };
    }),
    CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
  });
}

/** ListObjectVersions: every version and delete marker, newest first within a key. */
export function listObjectVersions(call: S3Call): ServiceResponse {
  const { query } = call;
  const bucket = bucketOf(call);
  const { prefix, delimiter, pageSize, encode } = listingOptions(query);
  const keyMarker = query.get('key-marker') ?? '';
  const versionMarker = query.get('version-id-marker');
  if (versionMarker !== null && keyMarker === '') {
    throw invalidArgument(
      'version-id-marker',
      versionMarker,
      'A version-id marker cannot be specified without a key marker.',
    );
  }
  const shown: ObjectVersion[] = [];
  const prefixes: string[] = [];
  let last = { key: '', versionId: '' };
  let truncated = false;
  const place = { prefix, delimiter, marker: keyMarker, included: versionMarker !== null };
  for (const key of pageSize === 0 ? [] : keysBehind(sortedKeys(bucket), place)) {
    const common = commonPrefix(key, prefix, delimiter);
    if (common !== null && prefixes.at(-1) === common) continue;
    const rows = common === null ? newestFirst(bucket, key, key === keyMarker ? versionMarker : null) : [common];
    const fitting = rows.slice(0, pageSize - shown.length - prefixes.length);
    for (const row of fitting) {
      if (typeof row === 'string') prefixes.push(row);
      else shown.push(row);
      last = typeof row === 'string' ? { key: row, versionId: '' } : row;
    }
    truncated = fitting.length < rows.length;
    if (truncated) break;
  }
  const next = truncated ? last : null;
  const isLatest = (version: ObjectVersion) => bucket.objects.get(version.key)?.at(-1) === version;
  const row = (version: ObjectVersion) => ({
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: isLatest(version),
  });
  return xmlAnswer('ListVersionsResult', {
    Name: bucket.name,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    EncodingType: query.get('encoding-type') ?? undefined,
    KeyMarker: encode(keyMarker),
    VersionIdMarker: versionMarker ?? '',
    NextKeyMarker: next ? encode(next.key) : undefined,
    NextVersionIdMarker: next?.versionId ? next.versionId : undefined,
    MaxKeys: pageSize,
    IsTruncated: truncated,
    Version: shown.filter((one) => !one.deleteMarker).map((one) => ({ ...row(one), ...describe(one) })),
    DeleteMarker: shown
      .filter((one) => one.deleteMarker)
      .map((one) => ({ ...row(one), LastModified: one.lastModified.toISOString() })),
    CommonPrefixes: prefixes.map((common) => ({ Prefix: encode(common) })),
  });
}

interface Page {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  /** Key or common prefix after which the next page starts, null on the last page. */
  readonly next: string | null;
}

/** One page of keys; those with a common prefix count as one entry. */
export function pageOf(keys: Iterable<string>, prefix: string, delimiter: string, size: number): Page {
  const found: string[] = [];
  const prefixes: string[] = [];
  let last = '';
  if (size === 0) return { keys: found, prefixes, next: null };
  for (const key of keys) {
    const common = commonPrefix(key, prefix, delimiter);
    if (common !== null && common === prefixes.at(-1)) continue;
    if (found.length + prefixes.length === size) return { keys: found, prefixes, next: last };
    if (common === null) found.push(key);
    else prefixes.push(common);
    last = common ?? key;
  }
  return { keys: found, prefixes, next: null };
}

/**
 * Sorted keys with that prefix that come behind `marker`, or from it on when it is included. A marker that is itself a
 * common prefix stands for all of its keys.
 */
export function* keysBehind(
  sorted: readonly string[],
  {
    prefix,
    delimiter,
    marker,
    included = false,
  }: { prefix: string; delimiter: string; marker: string; included?: boolean },
): Generator<string> {
  const rolledUp = marker !== '' && commonPrefix(marker, prefix, delimiter) === marker;
  const start = Buffer.compare(Buffer.from(marker), Buffer.from(prefix)) > 0 ? marker : prefix;
  for (let index = lowerBound(sorted, start); index < sorted.length; index++) {
    const key = sorted[index] ?? '';
    if (!key.startsWith(prefix)) return;
    const passed = marker !== '' && ((key === marker && !included) || (rolledUp && key.startsWith(marker)));
    if (!passed) yield key;
  }
}

/** Index of the first key that is not smaller than `bound` in UTF-8 order. */
function lowerBound(sorted: readonly string[], bound: string): number {
  const bytes = Buffer.from(bound);
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare(Buffer.from(sorted[middle] ?? ''), bytes) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | null {
  const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return at < 0 ? null : key.slice(0, at + delimiter.length);
}

/** Versions of a key, those behind `from` only when it is given. */
function newestFirst(bucket: Bucket, key: string, from: string | null): ObjectVersion[] {
  const versions = [...(bucket.objects.get(key) ?? [])].reverse();
  if (from === null) return versions;
  return versions.slice(versions.findIndex((version) => version.versionId === from) + 1);
}

const describe = (version: ObjectVersion) => ({
  LastModified: version.lastModified.toISOString(),
  ETag: version.etag,
  ChecksumAlgorithm: version.checksum?.name.toUpperCase(),
  ChecksumType: version.checksum?.type,
  Size: version.body.length,
  StorageClass: 'STANDARD',
});

function listingOptions(query: URLSearchParams) {
  const encoding = query.get('encoding-type');
  if (encoding !== null && encoding !== 'url') {
    throw invalidArgument('encoding-type', encoding, 'Invalid Encoding Method specified in Request');
  }
  const asked = query.get('max-keys');
  if (asked !== null && !/^\d{1,10}$/.test(asked)) {
    throw invalidArgument('max-keys', asked, 'Provided max-keys not an integer or within integer range');
  }
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    pageSize: asked === null ? DEFAULT_PAGE : Math.min(Number(asked), MAX_PAGE),
    // As in S3, slashes stay readable in encoded keys.
    encode: encoding === null ? (text: string) => text : (text: string) => encodeUri(text).replaceAll('%2F', '/'),
  };
}

const tokenOf = (key: string) => Buffer.from(`1/${key}`).toString('base64');

function keyOf(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (!text.startsWith('1/')) {
    throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
  }
  return text.slice(2);
}

function* currentKeys(bucket: Bucket, place: Parameters<typeof keysBehind>[1]): Generator<string> {
  for (const key of keysBehind(sortedKeys(bucket), place)) {
    if (!bucket.objects.get(key)?.at(-1)?.deleteMarker) yield key;
  }
}

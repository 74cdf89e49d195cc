import type { ServiceResponse } from '../../service.ts';
import { ServiceError } from '../../service.ts';
import { bucketOf, emptyAnswer, expectOwner, type S3Call, xmlAnswer } from './call.ts';
import { checksum, isChecksumName, statedChecksum } from './checksums.ts';
import { checkReadConditions, checkWriteConditions, etagMatches } from './conditions.ts';
import { parseCopySource } from './copy-source.ts';
import {
  invalidArgument,
  noSuchBucket,
  noSuchKey,
  noSuchVersion,
  notImplemented,
  preconditionFailed,
  S3Error,
} from './errors.ts';
import { rangeOf } from './range.ts';
import { type Bucket, md5Etag, type ObjectChecksum, type ObjectVersion } from './store.ts';

const KEPT = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];
const ENCRYPTION = 'x-amz-server-side-encryption';
const ALGORITHMS = ['AES256', 'aws:kms', 'aws:kms:dsse'];
const MAX_KEY_BYTES = 1024;
const MAX_METADATA_BYTES = 2048;

/** PutObject. A conditional write that loses a race gets 412; see `checkWriteConditions` about 409. */
export function putObject(call: S3Call): ServiceResponse {
  const bucket = bucketOf(call);
  const { body } = call.request;
  checkKey(call.key);
  checkWriteConditions(call.headers, bucket, call.key);
  const stated = statedChecksum(call.headers);
  const name = stated?.name ?? 'crc64nvme';
  const version = call.store.addVersion(bucket, {
    key: call.key,
    body,
    etag: md5Etag(body),
    headers: storedHeaders(call, bucket),
    checksum: { name, value: stated?.value ?? checksum(name, body), type: 'FULL_OBJECT' },
  });
  return emptyAnswer(200, {
    etag: version.etag,
    ...versionHeader(bucket, version),
    ...encryptionHeaders(version.headers),
    ...checksumHeaders(version.checksum),
  });
}

/** GetObject and HeadObject: whole or one range, any version. */
export function getObject(call: S3Call): ServiceResponse {
  const bucket = bucketOf(call);
  const version = requestedVersion(call, bucket);
  const unchanged = checkReadConditions(call.headers, version);
  const headers: Record<string, string> = {
    'accept-ranges': 'bytes',
    etag: version.etag,
    'last-modified': version.lastModified.toUTCString(),
    ...versionHeader(bucket, version),
  };
  if (unchanged) return emptyAnswer(304, headers);
  Object.assign(headers, version.headers);
  const range = rangeOf(call.headers.range, version.body.length);
  const body = range ? version.body.subarray(range.first, range.last + 1) : version.body;
  headers['content-length'] = String(body.length);
  // The checksum is that of the whole object: with a part of it, clients would find it wrong.
  if (range) headers['content-range'] = `bytes ${range.first}-${range.last}/${version.body.length}`;
  else if (call.headers['x-amz-checksum-mode'] === 'ENABLED') Object.assign(headers, checksumHeaders(version.checksum));
  return { status: range ? 206 : 200, headers, body };
}

/** DeleteObject: a version for good, or the current one by a delete marker where versions are kept. */
export function deleteObject(call: S3Call): ServiceResponse {
  const bucket = bucketOf(call);
  const versionId = call.query.get('versionId');
  const expected = call.headers['if-match'];
  if (expected !== undefined) {
    const current = call.store.getObject(bucket.name, call.key, versionId ?? undefined);
    if (!current) throw noSuchKey(call.key);
    if (!etagMatches(expected, current.etag)) throw preconditionFailed('If-Match');
  }
  if (versionId === null) {
    const marker = call.store.deleteCurrent(bucket, call.key);
    if (!marker) return emptyAnswer(204);
    return emptyAnswer(204, { 'x-amz-version-id': marker.versionId, 'x-amz-delete-marker': 'true' });
  }
  const removed = call.store.deleteVersion(bucket, call.key, versionId);
  const marker: Record<string, string> = removed?.deleteMarker ? { 'x-amz-delete-marker': 'true' } : {};
  return emptyAnswer(204, { 'x-amz-version-id': versionId, ...marker });
}

/** CopyObject: metadata is copied, or replaced when the directive says so. */
export function copyObject(call: S3Call): ServiceResponse {
  const bucket = bucketOf(call);
  checkKey(call.key);
  const { source, sourceBucket, versionId } = copySource(call);
  const directive = call.headers['x-amz-metadata-directive'] ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw invalidArgument('x-amz-metadata-directive', directive, 'Unknown metadata directive.');
  }
  const expected = call.headers['x-amz-copy-source-if-match'];
  if (expected !== undefined && !etagMatches(expected, source.etag)) {
    throw preconditionFailed('x-amz-copy-source-If-Match');
  }
  if (directive === 'COPY' && sourceBucket === bucket && source.key === call.key && versionId === null) {
    const message =
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
    throw new ServiceError('InvalidRequest', message, 400);
  }
  checkWriteConditions(call.headers, bucket, call.key);
  const copied = Object.fromEntries(Object.entries(source.headers).filter(([name]) => !name.startsWith(ENCRYPTION)));
  const version = call.store.addVersion(bucket, {
    key: call.key,
    body: source.body,
    etag: md5Etag(source.body),
    headers: directive === 'REPLACE' ? storedHeaders(call, bucket) : { ...copied, ...encryptionOf(call, bucket) },
    checksum: copiedChecksum(call.headers['x-amz-checksum-algorithm'], source),
  });
  return xmlAnswer(
    'CopyObjectResult',
    {
      ETag: version.etag,
      LastModified: version.lastModified.toISOString(),
      ...(version.checksum && {
        [`Checksum${version.checksum.name.toUpperCase()}`]: version.checksum.value,
        ChecksumType: version.checksum.type,
      }),
    },
    {
      ...versionHeader(bucket, version),
      ...encryptionHeaders(version.headers),
      ...(sourceBucket.versioning && { 'x-amz-copy-source-version-id': source.versionId }),
    },
  );
}

/** The headers of a write that come back with the object: content headers, metadata, encryption. Throws MetadataTooLarge. */
export function storedHeaders(call: S3Call, bucket: Bucket): Record<string, string> {
  const entries = Object.entries(call.headers);
  const metadata = entries.filter(([name]) => name.startsWith('x-amz-meta-'));
  const size = metadata.reduce((sum, [name, value]) => sum + name.length - 'x-amz-meta-'.length + value.length, 0);
  if (size > MAX_METADATA_BYTES) {
    const message = 'Your metadata headers exceed the maximum allowed metadata size';
    throw new ServiceError('MetadataTooLarge', message, 400, { Size: size, MaxSizeAllowed: MAX_METADATA_BYTES });
  }
  return {
    'content-type': 'binary/octet-stream',
    ...Object.fromEntries(entries.filter(([name]) => KEPT.includes(name))),
    ...Object.fromEntries(metadata),
    ...encryptionOf(call, bucket),
  };
}

/** Throws KeyTooLongError for keys of more than 1024 bytes. */
export function checkKey(key: string): void {
  const Size = Buffer.byteLength(key);
  if (Size <= MAX_KEY_BYTES) return;
  throw new ServiceError('KeyTooLongError', 'Your key is too long', 400, { Size, MaxSizeAllowed: MAX_KEY_BYTES });
}

/** `x-amz-version-id`, which answers carry once versioning was ever enabled. */
export const versionHeader = (bucket: Bucket, version: ObjectVersion): Record<string, string> =>
  bucket.versioning === null ? {} : { 'x-amz-version-id': version.versionId };

/** The headers of a stored object that tell how it is encrypted. */
export const encryptionHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith(ENCRYPTION)));

function checksumHeaders(stored: ObjectChecksum | null): Record<string, string> {
  return stored ? { [`x-amz-checksum-${stored.name}`]: stored.value, 'x-amz-checksum-type': stored.type } : {};
}

/** The encryption which the request asks for, else the bucket's. */
function encryptionOf(call: S3Call, bucket: Bucket): Record<string, string> {
  const asked = encryptionHeaders(call.headers);
  const algorithm = asked[ENCRYPTION];
  if (algorithm === undefined) return { ...bucket.encryption, ...asked };
  if (!ALGORITHMS.includes(algorithm)) {
    throw invalidArgument(ENCRYPTION, algorithm, 'The encryption method specified is not supported');
  }
  if (algorithm === 'AES256' && `${ENCRYPTION}-aws-kms-key-id` in asked) {
    const message =
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms';
    throw invalidArgument(ENCRYPTION, algorithm, message);
  }
  return asked;
}

function requestedVersion(call: S3Call, bucket: Bucket): ObjectVersion {
  const versionId = call.query.get('versionId');
  const versions = bucket.objects.get(call.key) ?? [];
  const found = versionId === null ? versions.at(-1) : versions.find((version) => version.versionId === versionId);
  if (!found) throw versionId === null ? noSuchKey(call.key) : noSuchVersion(call.key, versionId);
  if (!found.deleteMarker) return found;
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': found.versionId };
  if (versionId === null) throw noSuchKey(call.key, headers);
  const message = 'The specified method is not allowed against this resource.';
  const members = { Method: call.request.method, ResourceType: 'DeleteMarker' };
  throw new S3Error('MethodNotAllowed', message, 405, { ...headers, allow: 'DELETE' }, members);
}

function copySource(call: S3Call) {
  const { bucket: name, key, versionId: version } = parseCopySource(call.headers['x-amz-copy-source'] ?? '');
  const sourceBucket = call.store.findBucket(name);
  if (!sourceBucket) throw noSuchBucket(name);
  expectOwner(sourceBucket, call.headers['x-amz-source-expected-bucket-owner']);
  const source = call.store.getObject(name, key, version ?? undefined);
  if (!source) throw version === null ? noSuchKey(key) : noSuchVersion(key, version);
  return { source, sourceBucket, versionId: version };
}

/** A copy keeps a checksum of the whole; a composite one belongs to the parts, which the copy has not. */
function copiedChecksum(asked: string | undefined, source: ObjectVersion): ObjectChecksum {
  const kept = source.checksum?.type === 'FULL_OBJECT' ? source.checksum.name : 'crc64nvme';
  const name = asked?.toLowerCase() ?? kept;
  if (!isChecksumName(name)) throw notImplemented(`x-amz-checksum-algorithm ${asked}`);
  return { name, value: checksum(name, source.body), type: 'FULL_OBJECT' };
}

import type { ServiceRequest } from '../../service.ts';
import { ServiceError } from '../../service.ts';
import { notImplemented } from './errors.ts';

/** Where a path-style request goes. */
export interface Target {
  readonly operation: string;
  /** Empty for requests about all buckets. */
  readonly bucket: string;
  /** Empty for requests about a bucket. */
  readonly key: string;
}

interface Route {
  readonly level: 'service' | 'bucket' | 'object';
  readonly method: string;
  /** Query parameter that tells this operation from others of the same method. */
  readonly marker?: string;
  /** Further query parameters that it understands. */
  readonly query: readonly string[];
}

const LISTING = ['prefix', 'delimiter', 'encoding-type', 'max-keys'];

/** Operations of path-style requests by name. */
export const ROUTES: Readonly<Record<string, Route>> = {
  ListBuckets: {
    level: 'service',
    method: 'GET',
    query: ['max-buckets', 'continuation-token', 'prefix', 'bucket-region'],
  },
  CreateBucket: { level: 'bucket', method: 'PUT', query: [] },
  HeadBucket: { level: 'bucket', method: 'HEAD', query: [] },
  DeleteBucket: { level: 'bucket', method: 'DELETE', query: [] },
  PutBucketVersioning: { level: 'bucket', method: 'PUT', marker: 'versioning', query: [] },
  GetBucketVersioning: { level: 'bucket', method: 'GET', marker: 'versioning', query: [] },
  GetBucketLocation: { level: 'bucket', method: 'GET', marker: 'location', query: [] },
  PutBucketPolicy: { level: 'bucket', method: 'PUT', marker: 'policy', query: [] },
  GetBucketPolicy: { level: 'bucket', method: 'GET', marker: 'policy', query: [] },
  ListObjectsV2: {
    level: 'bucket',
    method: 'GET',
    marker: 'list-type',
    query: [...LISTING, 'continuation-token', 'start-after', 'fetch-owner'],
  },
  ListObjectVersions: {
    level: 'bucket',
    method: 'GET',
    marker: 'versions',
    query: [...LISTING, 'key-marker', 'version-id-marker'],
  },
  DeleteObjects: { level: 'bucket', method: 'POST', marker: 'delete', query: [] },
  PutObject: { level: 'object', method: 'PUT', query: [] },
  UploadPart: { level: 'object', method: 'PUT', marker: 'partNumber', query: ['uploadId'] },
  GetObject: { level: 'object', method: 'GET', query: ['versionId'] },
  HeadObject: { level: 'object', method: 'HEAD', query: ['versionId'] },
  DeleteObject: { level: 'object', method: 'DELETE', query: ['versionId'] },
  CreateMultipartUpload: { level: 'object', method: 'POST', marker: 'uploads', query: [] },
  CompleteMultipartUpload: { level: 'object', method: 'POST', marker: 'uploadId', query: [] },
  AbortMultipartUpload: { level: 'object', method: 'DELETE', marker: 'uploadId', query: [] },
};

/** Every `x-amz-` header that means something here or may be ignored without changing what is stored. */
const HEADERS = new Set([
  'x-amz-date',
  'x-amz-content-sha256',
  'x-amz-security-token',
  'x-amz-user-agent',
  'x-amz-expected-bucket-owner',
  'x-amz-source-expected-bucket-owner',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-checksum-mode',
  'x-amz-checksum-type',
  'x-amz-checksum-algorithm',
  'x-amz-trailer',
  'x-amz-decoded-content-length',
  'x-amz-mp-object-size',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-copy-source',
  'x-amz-copy-source-if-match',
  'x-amz-metadata-directive',
  'x-amz-object-ownership',
  'x-amz-acl',
]);
/** The only ACL that a bucket without ACLs takes, which is how buckets are made: it gives what the owner has anyway. */
const OWNERS_ACL = 'bucket-owner-full-control';

/** Finds operation, bucket and key of a request; whatever is not known is refused by name. */
export function routeOf(request: ServiceRequest): Target {
  const { bucket, key } = splitPath(request.path);
  const level = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  // Clients name the operation in `x-id` for their own sake.
  const names = [...request.query.keys()].filter((name) => name !== 'x-id');
  const candidates = Object.entries(ROUTES).filter(
    ([, route]) => route.level === level && route.method === request.method,
  );
  const [operation, route] =
    candidates.find(([, { marker }]) => marker !== undefined && names.includes(marker)) ??
    candidates.find(([, { marker }]) => marker === undefined) ??
    [];
  if (!operation || !route) {
    throw notImplemented(`${request.method} ${level}${names.length > 0 ? `?${names.join('&')}` : ''}`);
  }
  const unknownName = names.find((name) => name !== route.marker && !route.query.includes(name));
  if (unknownName) throw notImplemented(`query parameter '${unknownName}' of ${operation}`);
  for (const name of Object.keys(request.headers)) {
    const known = HEADERS.has(name) || /^x-amz-(meta|checksum)-/.test(name) || !name.startsWith('x-amz-');
    if (!known || (name === 'x-amz-acl' && request.headers[name] !== OWNERS_ACL)) {
      throw notImplemented(`header '${name}'`);
    }
  }
  if ('x-amz-copy-source' in request.headers) {
    if (operation !== 'PutObject') throw notImplemented(`x-amz-copy-source of ${operation}`);
    return { operation: 'CopyObject', bucket, key };
  }
  return { operation, bucket, key };
}

/** The ARN that a request is about: an object, a bucket, or nothing. */
export const targetArn = ({ bucket, key }: Target) =>
  bucket === '' ? null : `arn:aws:s3:::${bucket}${key === '' ? '' : `/${key}`}`;

/** Takes `/bucket/key/with/slashes` apart and decodes it. */
function splitPath(path: string): { bucket: string; key: string } {
  const slash = path.indexOf('/', 1);
  const [bucket, key] = slash < 0 ? [path.slice(1), ''] : [path.slice(1, slash), path.slice(slash + 1)];
  return { bucket: decodeUri(bucket), key: decodeUri(key) };
}

/** Percent-decodes a name; throws InvalidURI. */
export function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new ServiceError('InvalidURI', `Could not parse the specified URI: ${String(error)}`, 400);
  }
}

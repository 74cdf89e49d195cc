import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { ServiceError } from '../../service.ts';
import type { ChecksumName } from './checksums.ts';

/** One version of an object, or a delete marker. */
export interface ObjectVersion {
  readonly key: string;
  /** `null` (the word) for versions made while versioning was not enabled. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
  /** Empty for a delete marker. */
  readonly body: Buffer;
  /** With quotes; empty for a delete marker. */
  readonly etag: string;
  readonly lastModified: Date;
  /** Headers that come back with the object: content type, metadata, encryption. Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum: ObjectChecksum | null;
}

export interface ObjectChecksum {
  readonly name: ChecksumName;
  /** Base64; a composite one ends in `-<number of parts>`. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** A multipart upload that is going on. */
export interface Upload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly algorithm: ChecksumName;
  /** Whether the client named the algorithm: then every part must use it. */
  readonly declared: boolean;
  readonly checksumType: 'FULL_OBJECT' | 'COMPOSITE';
  readonly parts: Map<number, UploadedPart>;
}

export interface UploadedPart {
  readonly body: Buffer;
  readonly etag: string;
  /** The checksum that came with the part, base64; null for none. */
  readonly checksum: { readonly name: ChecksumName; readonly value: string } | null;
}

export interface Bucket {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly created: Date;
  versioning: 'Enabled' | 'Suspended' | null;
  /** The bucket policy as the client wrote it. */
  policy: string | null;
  /** Encryption of objects that come without a header of their own. */
  readonly encryption: Readonly<Record<string, string>>;
  /** Versions by key, oldest first. */
  readonly objects: Map<string, ObjectVersion[]>;
  readonly uploads: Map<string, Upload>;
  /** Keys in the order of listings; null when it has to be made anew. */
  sortedKeys: readonly string[] | null;
}

/** What a bucket is made from. */
export interface BucketRequest {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** @default - false */
  readonly versioned?: boolean;
  /** ARN of the key of the default encryption. @default - SSE-S3 */
  readonly kmsKeyArn?: string;
  /** JSON text. @default - none */
  readonly policy?: string;
}

/** An object before it has a version. */
export type NewObject = Pick<ObjectVersion, 'key' | 'body' | 'etag' | 'headers' | 'checksum'>;

/** Buckets of all accounts; names are global. */
export interface S3Store {
  /** Throws BucketAlreadyOwnedByYou or BucketAlreadyExists. */
  createBucket(request: BucketRequest): Bucket;
  findBucket(name: string): Bucket | undefined;
  /** By name. */
  buckets(account: string): Bucket[];
  deleteBucket(bucket: Bucket): void;
  /** The current version, or the one asked for; undefined when there is none or it is a delete marker. */
  getObject(bucket: string, key: string, versionId?: string): ObjectVersion | undefined;
  /** Writes an object as the host itself does for asset uploads. Throws NoSuchBucket. */
  putObject(
    bucket: string,
    key: string,
    body: Buffer | string,
    headers?: Readonly<Record<string, string>>,
  ): ObjectVersion;
  /** Adds a version as the versioning state of the bucket says. */
  addVersion(bucket: Bucket, object: NewObject): ObjectVersion;
  /** Deletes the current version: by a delete marker when versions are kept, which is returned. */
  deleteCurrent(bucket: Bucket, key: string): ObjectVersion | null;
  /** Deletes one version for good and returns it, null when it did not exist. */
  deleteVersion(bucket: Bucket, key: string, versionId: string): ObjectVersion | null;
}

export function createS3Store(clock: Clock): S3Store {
  const buckets = new Map<string, Bucket>();

  function add(bucket: Bucket, version: Omit<ObjectVersion, 'versionId' | 'lastModified'>): ObjectVersion {
    const versionId = bucket.versioning === 'Enabled' ? randomBytes(24).toString('base64url') : 'null';
    const added = { ...version, versionId, lastModified: new Date(Math.floor(clock.now() / 1000) * 1000) };
    const versions = bucket.objects.get(version.key);
    if (!versions) {
      bucket.objects.set(version.key, [added]);
      bucket.sortedKeys = null;
      return added;
    }
    if (versionId === 'null') remove(versions, versionId);
    versions.push(added);
    return added;
  }

  const store: S3Store = {
    createBucket(request) {
      const existing = buckets.get(request.name);
      if (existing) throw taken(existing, request.account);
      const { name, account, region, versioned = false, kmsKeyArn, policy = null } = request;
      const bucket: Bucket = {
        name,
        account,
        region,
        created: new Date(clock.now()),
        versioning: versioned ? 'Enabled' : null,
        policy,
        encryption: kmsKeyArn ? kmsEncryption(kmsKeyArn) : { 'x-amz-server-side-encryption': 'AES256' },
        objects: new Map(),
        uploads: new Map(),
        sortedKeys: null,
      };
      buckets.set(name, bucket);
      return bucket;
    },
    findBucket: (name) => buckets.get(name),
    buckets: (account) =>
      [...buckets.values()].filter((bucket) => bucket.account === account).sort((a, b) => (a.name < b.name ? -1 : 1)),
    deleteBucket: (bucket) => void buckets.delete(bucket.name),
    getObject(name, key, versionId) {
      const versions = buckets.get(name)?.objects.get(key);
      const found = versionId === undefined ? versions?.at(-1) : versions?.find((one) => one.versionId === versionId);
      return found?.deleteMarker ? undefined : found;
    },
    putObject(name, key, body, headers = {}) {
      const bucket = buckets.get(name);
      if (!bucket) throw new ServiceError('NoSuchBucket', `The bucket ${name} does not exist`, 404);
      const bytes = Buffer.from(body);
      const kept = { 'content-type': 'binary/octet-stream', ...bucket.encryption, ...headers };
      return store.addVersion(bucket, { key, body: bytes, etag: md5Etag(bytes), headers: kept, checksum: null });
    },
    addVersion: (bucket, object) => add(bucket, { ...object, deleteMarker: false }),
    deleteCurrent(bucket, key) {
      if (bucket.versioning === null) {
        store.deleteVersion(bucket, key, 'null');
        return null;
      }
      return add(bucket, { key, deleteMarker: true, body: Buffer.alloc(0), etag: '', headers: {}, checksum: null });
    },
    deleteVersion(bucket, key, versionId) {
      const versions = bucket.objects.get(key);
      const removed = versions ? remove(versions, versionId) : null;
      if (versions?.length === 0) {
        bucket.objects.delete(key);
        bucket.sortedKeys = null;
      }
      return removed;
    },
  };
  return store;
}

/** Keys of a bucket in the order of their UTF-8 bytes, which is that of listings. */
export function sortedKeys(bucket: Bucket): readonly string[] {
  bucket.sortedKeys ??= [...bucket.objects.keys()]
    .map((key) => ({ key, bytes: Buffer.from(key) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ key }) => key);
  return bucket.sortedKeys;
}

/** The entity tag of an object that was written in one piece: the MD5 of its body in quotes. */
export const md5Etag = (body: Uint8Array) => `"${createHash('md5').update(body).digest('hex')}"`;

function remove(versions: ObjectVersion[], versionId: string): ObjectVersion | null {
  const index = versions.findIndex((version) => version.versionId === versionId);
  return index < 0 ? null : (versions.splice(index, 1)[0] ?? null);
}

const kmsEncryption = (arn: string) => ({
  'x-amz-server-side-encryption': 'aws:kms',
  'x-amz-server-side-encryption-aws-kms-key-id': arn,
  'x-amz-server-side-encryption-bucket-key-enabled': 'true',
});

function taken(bucket: Bucket, account: string): ServiceError {
  const BucketName = bucket.name;
  if (bucket.account === account) {
    const message = 'Your previous request to create the named bucket succeeded and you already own it.';
    return new ServiceError('BucketAlreadyOwnedByYou', message, 409, { BucketName });
  }
  const message =
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.';
  return new ServiceError('BucketAlreadyExists', message, 409, { BucketName });
}

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ShapeError } from '../retry.ts';
import { openExchange, type WireAnswer } from './exchange.ts';
import { xmlDocument, xmlFault } from './fault.ts';
import { domainOf, type Identity } from './identity.ts';
import { openSignedCalls, usualPatience } from './signed-calls.ts';
import { encodePath, encodeText } from './signer.ts';
import { textOf } from './xml.ts';

/** An object as it was read. */
export interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  /** Null in a bucket without versions. */
  readonly versionId: string | null;
}

/** What goes with an object that is written. */
export interface PutOptions {
  readonly contentType: string;
  /** Only where no object of that key is. */
  readonly ifAbsent?: boolean;
  /** Only where the object still has this ETag. */
  readonly ifMatch?: string;
}

/** One page of a listing: at most 1,000 objects in the order of their keys' bytes; `next` is null at the end. */
export interface ListedPage {
  readonly objects: readonly { readonly key: string; readonly etag: string }[];
  readonly next: string | null;
}

/**
 * One bucket of S3. Each call is made once: errors are `WireFault` with the service's code, `ShapeError` for damaged
 * and foreign answers, or Node's for lost connections, as `attempt` of core/retry takes them.
 */
export interface Bucket {
  readonly name: string;
  get(key: string, versionId?: string): Promise<StoredObject>;
  put(key: string, body: Buffer, options: PutOptions): Promise<Omit<StoredObject, 'body'>>;
  list(prefix: string, token?: string): Promise<ListedPage>;
  close(): void;
}

/** As many as the SDK opens; workers read at most some dozen objects at once. */
const sockets = 50;

/** Opens a bucket in the identity's region. */
export function openBucket({ region, keys, endpoint }: Identity, name: string): Bucket {
  const { origin, base } = bucketAddress(name, region, endpoint);
  const exchange = openExchange(origin, sockets, usualPatience);
  const { call } = openSignedCalls(exchange, { region, service: 's3', credentials: async () => keys });
  const pathOf = (key: string) => `${base}/${encodePath(key)}`;

  return {
    name,
    async get(key, versionId) {
      const query: Record<string, string> = versionId === undefined ? {} : { versionId };
      const headers = { 'x-amz-checksum-mode': 'ENABLED' };
      return await call({ method: 'GET', path: pathOf(key), query, headers, body: nothing }, (answer) => {
        const stored = { body: answer.body, ...written(answer, key) };
        assertChecksum(answer, key);
        return stored;
      });
    },
    async put(key, body, { contentType, ifAbsent, ifMatch }) {
      const headers = {
        'content-type': contentType,
        'x-amz-checksum-crc32': base64Crc32(body),
        ...(ifAbsent ? { 'if-none-match': '*' } : {}),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      };
      return await call({ method: 'PUT', path: pathOf(key), headers, body }, (answer) => written(answer, key));
    },
    async list(prefix, token) {
      const query = { 'list-type': '2', prefix, ...(token === undefined ? {} : { 'continuation-token': token }) };
      return await call({ method: 'GET', path: base || '/', query, headers: {}, body: nothing }, listing);
    },
    close: exchange.close,
  };
}

const nothing = Buffer.alloc(0);

/**
 * A bucket of AWS has a host of its own, as S3 wants it ("Virtual hosting of buckets"); one with a dot in its name stands
 * in the path, because no certificate covers such a host. Other endpoints take it in the path.
 */
export function bucketAddress(name: string, region: string, endpoint: URL | null): { origin: URL; base: string } {
  const path = `/${encodeText(name)}`;
  if (endpoint) return { origin: endpoint, base: `${endpoint.pathname.replace(/\/$/, '')}${path}` };
  const host = `s3.${region}.${domainOf(region)}`;
  return name.includes('.')
    ? { origin: new URL(`https://${host}`), base: path }
    : { origin: new URL(`https://${name}.${host}`), base: '' };
}

/** An answer about one object has its ETag, whatever stands between. */
function written(answer: WireAnswer, key: string): Omit<StoredObject, 'body'> {
  if (answer.status !== 200) throw xmlFault(answer);
  const { etag, 'x-amz-version-id': versionId } = answer.headers;
  if (typeof etag !== 'string' || etag === '') throw new ShapeError(`s3 answered without an ETag for ${key}`);
  return { etag, versionId: typeof versionId === 'string' ? versionId : null };
}

function base64Crc32(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}

/** What Node can compute; `crc64nvme` and `crc32c`, which other writers may have sent, are left to TLS and the length. */
const checksums: Readonly<Record<string, (body: Buffer) => string>> = {
  crc32: base64Crc32,
  sha1: (body) => createHash('sha1').update(body).digest('base64'),
  sha256: (body) => createHash('sha256').update(body).digest('base64'),
};

/** The checksum that was sent with the object is that of what arrived; one of several parts (`…-3`) is of these parts. */
function assertChecksum({ headers, body }: WireAnswer, key: string): void {
  for (const [algorithm, compute] of Object.entries(checksums)) {
    const told = headers[`x-amz-checksum-${algorithm}`];
    if (typeof told !== 'string' || told.includes('-')) continue;
    const found = compute(body);
    if (found !== told) throw new ShapeError(`${key} has the ${algorithm} ${found}, but ${told} was sent with it`);
  }
}

function listing(answer: WireAnswer): ListedPage {
  const document = xmlDocument(answer, 'ListBucketResult');
  const truncated = textOf(document, 'IsTruncated') === 'true';
  const next = truncated ? textOf(document, 'NextContinuationToken') : null;
  const count = textOf(document, 'KeyCount');
  const objects = document.children
    .filter((child) => child.name === 'Contents')
    .map((child) => ({ key: textOf(child, 'Key') ?? '', etag: textOf(child, 'ETag') ?? '' }));
  const whole = count !== null && Number(count) === objects.length && objects.every(({ key }) => key !== '');
  if (!whole || (truncated && !next)) throw new ShapeError('s3 answered half a listing');
  return { objects, next };
}

import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSigner,
  encodePath,
  encodeText,
  type SigningKeys,
  type Unsigned,
} from '../../../../lambdas/core/wire/signer.ts';

function bytesOf(data: ArrayBuffer | ArrayBufferView): Buffer {
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

/** The hash that the SDK's signer is given. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : bytesOf(secret));
  }
  update(data: Uint8Array) {
    this.#hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
  reset() {
    throw new Error('not used');
  }
}

const keys = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret/+=' };
const host = 'example.eu-west-1.amazonaws.com';
const time = Date.parse('2026-11-21T23:59:59.900Z');

/** What the SDK puts into the header. */
async function judged(request: Unsigned, service: string, { sessionToken, ...rest }: SigningKeys, at: number) {
  const isS3 = service === 's3';
  const signer = new SignatureV4({
    service,
    region: 'eu-west-1',
    credentials: { ...rest, ...(sessionToken ? { sessionToken } : {}) },
    sha256: Sha256,
    uriEscapePath: !isS3,
    applyChecksum: isS3,
  });
  const { method, path, query = {}, headers, body } = request;
  const unsigned = { method, protocol: 'https:', hostname: host, path, query: { ...query }, body };
  const { headers: signed } = await signer.sign(
    { ...unsigned, headers: { host, ...headers } },
    { signingDate: new Date(at) },
  );
  return signed.authorization;
}

const authorizationOf = ({ headers }: { headers: string[] }) => headers[headers.indexOf('authorization') + 1];
const segment = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((text) => !/^\.{1,2}$/.test(text));
const requests = fc.record({
  method: fc.constantFrom('GET' as const, 'PUT' as const, 'POST' as const),
  path: fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.map(encodeText).join('/')}`),
  query: fc.dictionary(fc.stringMatching(/^[a-z-]{1,10}$/), fc.string({ maxLength: 12, unit: 'grapheme' })),
  headers: fc.dictionary(fc.stringMatching(/^x-amz-meta-[a-z]{1,8}$/), fc.stringMatching(/^[\w/"*=;-]{1,12}$/)),
  body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
});

describe('createSigner', () => {
  it.each(['s3', 'sts', 'dynamodb'])('signs for %s as the SDK does, whatever is sent', async (service) => {
    const sign = createSigner('eu-west-1', service);
    const tokens = fc.option(fc.stringMatching(/^[\w/+=]{1,40}$/), { nil: undefined });
    const secrets = fc.stringMatching(/^[\w/+]{1,40}$/);
    const seconds = fc.integer({ min: 0, max: 200_000 });
    await fc.assert(
      fc.asyncProperty(requests, secrets, tokens, seconds, async (request, secretAccessKey, sessionToken, after) => {
        const at = time + after * 1000;
        const one = { ...keys, secretAccessKey, sessionToken };
        const signed = sign(request, { host, keys: one, time: at });
        expect(authorizationOf(signed)).toBe(await judged(request, service, one, at));
      }),
      { numRuns: 60 },
    );
  });

  it('answers what goes into the request line and the headers, the length of the body and the date among them', () => {
    const request = { method: 'PUT', path: '/a%20b', query: { z: '1', 'a b': "it's" }, headers: {} } as const;
    const { method, target, headers } = createSigner('us-east-1', 's3')(
      { ...request, body: Buffer.from('ä') },
      { host, keys, time },
    );
    expect([method, target]).toEqual(['PUT', '/a%20b?a%20b=it%27s&z=1']);
    const pairs = Object.fromEntries(headers.flatMap((name, at) => (at % 2 ? [] : [[name, headers[at + 1]]])));
    expect(pairs).toMatchObject({ host, 'content-length': '2', 'x-amz-date': '20261121T235959Z' });
    expect(pairs['x-amz-content-sha256']).toBe(createHash('sha256').update('ä').digest('hex'));
  });

  it('derives the key anew for another secret and another day', () => {
    const sign = createSigner('us-east-1', 'sts');
    const request: Unsigned = { method: 'POST', path: '/', headers: {}, body: Buffer.from('x') };
    const first = authorizationOf(sign(request, { host, keys, time }));
    const tomorrow = authorizationOf(sign(request, { host, keys, time: time + 1_000 }));
    const other = authorizationOf(sign(request, { host, keys: { ...keys, secretAccessKey: 'other' }, time }));
    expect(new Set([first, tomorrow, other]).size).toBe(3);
    expect(tomorrow).toContain('/20261122/us-east-1/sts/aws4_request');
    const fresh = createSigner('us-east-1', 'sts');
    expect(tomorrow).toBe(authorizationOf(fresh(request, { host, keys, time: time + 1_000 })));
    expect(authorizationOf(sign(request, { host, keys, time }))).toBe(first);
  });
});

describe('encodePath', () => {
  it('keeps slashes and encodes all else that RFC 3986 reserves', () => {
    expect(encodePath("a b/ü!*'()/~-_.")).toBe('a%20b/%C3%BC%21%2A%27%28%29/~-_.');
  });
});

import { describe, expect, it } from 'vitest';
import { type ChunkSigner, decodeChunked } from '../../../../lib/local/gateway/payload.ts';

// The examples of "Signature calculations … transferring payload in multiple chunks" in the S3 API reference.
const signer = (seed: string): ChunkSigner => ({
  secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  dateTime: '20130524T000000Z',
  scope: { date: '20130524', region: 'us-east-1', service: 's3' },
  seed,
});
const SEED = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
const SIGNATURES = [
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
] as const;
const chunk = (data: string, signature?: string) =>
  `${data.length.toString(16)}${signature ? `;chunk-signature=${signature}` : ''}\r\n${data}${data ? '\r\n' : ''}`;
const signedBody = (first = 'a') =>
  Buffer.from(
    `${chunk(first + 'a'.repeat(65535), SIGNATURES[0]) + chunk('a'.repeat(1024), SIGNATURES[1]) + chunk('', SIGNATURES[2])}\r\n`,
  );
const signedHeaders = {
  'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'x-amz-decoded-content-length': '66560',
};
const trailerHeaders = (length: number) => ({
  'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'x-amz-decoded-content-length': String(length),
  'x-amz-trailer': 'x-amz-checksum-crc32',
});

describe('decodeChunked', () => {
  it('accepts the published example of signed chunks', () => {
    expect(decodeChunked(signedBody(), signedHeaders, signer(SEED)).body.toString()).toBe('a'.repeat(66560));
  });

  it('refuses a chunk of which one byte is another', () => {
    expect(() => decodeChunked(signedBody('b'), signedHeaders, signer(SEED))).toThrow(/signature/);
  });

  it('refuses a chain that starts from another request', () => {
    expect(() => decodeChunked(signedBody(), signedHeaders, signer('0'.repeat(64)))).toThrow(/signature/);
  });

  it('does not look at the signatures of a root key', () => {
    expect(decodeChunked(signedBody('b'), signedHeaders, null).body.length).toBe(66560);
  });

  it('returns the trailers behind an unsigned body', () => {
    const raw = Buffer.from(`${chunk('hello') + chunk('')}x-amz-checksum-crc32: NhCmhg==\r\n\r\n`);
    const decoded = decodeChunked(raw, trailerHeaders(5), null);
    expect(decoded.body.toString()).toBe('hello');
    expect(decoded.trailers).toEqual({ 'x-amz-checksum-crc32': 'NhCmhg==' });
  });

  it('refuses a body without the announced trailer', () => {
    const raw = Buffer.from(`${chunk('hello') + chunk('')}\r\n`);
    expect(() => decodeChunked(raw, trailerHeaders(5), null)).toThrow(
      expect.objectContaining({ code: 'MalformedTrailerError' }),
    );
  });

  it.each([
    ['ends within a chunk', '5\r\nhel'],
    ['has no final chunk', chunk('hello')],
    ['has a size that is no number', 'xyz\r\nhello\r\n0\r\n\r\n'],
    ['is shorter than announced', `${chunk('hell') + chunk('')}x-amz-checksum-crc32:a\r\n\r\n`],
  ])('refuses a body that %s', (_what, raw) => {
    expect(() => decodeChunked(Buffer.from(raw), trailerHeaders(5), null)).toThrow(
      expect.objectContaining({ code: 'IncompleteBody' }),
    );
  });

  it('refuses other kinds of chunked bodies by name', () => {
    const headers = { 'x-amz-content-sha256': 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' };
    expect(() => decodeChunked(Buffer.from(''), headers, null)).toThrow(/ECDSA/);
  });

  it('accepts the published example of a signed trailer, and no other trailer', () => {
    const signatures = [
      'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
      '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
      '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
    ] as const;
    const seed = '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e';
    const headers = {
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '66560',
      'x-amz-trailer': 'x-amz-checksum-crc32c',
    };
    const raw = (value: string) =>
      Buffer.from(
        `${chunk('a'.repeat(65536), signatures[0]) + chunk('a'.repeat(1024), signatures[1]) + chunk('', signatures[2])}` +
          `x-amz-checksum-crc32c:${value}\r\n` +
          'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
      );
    expect(decodeChunked(raw('sOO8/Q=='), headers, signer(seed)).trailers).toEqual({
      'x-amz-checksum-crc32c': 'sOO8/Q==',
    });
    expect(() => decodeChunked(raw('sOO8/A=='), headers, signer(seed))).toThrow(/signature/);
  });
});

import { describe, expect, it } from 'vitest';
import {
  canonicalRequest,
  encodeUri,
  type SignedParts,
  sha256,
  signRequest,
} from '../../../../lib/local/gateway/canonical.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const base: SignedParts = {
  method: 'GET',
  path: '/',
  query: '',
  headers: { host: 'example.com' },
  signedHeaders: ['host'],
  payloadHash: sha256(''),
  singleEncoding: false,
};
const line = (parts: Partial<SignedParts>, index: number) => canonicalRequest({ ...base, ...parts }).split('\n')[index];

describe('signRequest', () => {
  // "Example: GET Object" of "Authenticating Requests: Using the Authorization Header" in the S3 API reference.
  it('returns the signature of the published S3 example', () => {
    const parts: SignedParts = {
      method: 'GET',
      path: '/test.txt',
      query: '',
      headers: {
        host: 'examplebucket.s3.amazonaws.com',
        range: 'bytes=0-9',
        'x-amz-content-sha256': sha256(''),
        'x-amz-date': '20130524T000000Z',
      },
      signedHeaders: ['host', 'range', 'x-amz-content-sha256', 'x-amz-date'],
      payloadHash: sha256(''),
      singleEncoding: true,
    };
    const scope = { date: '20130524', region: 'us-east-1', service: 's3' };
    expect(signRequest(SECRET, '20130524T000000Z', scope, canonicalRequest(parts))).toBe(
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });
});

describe('canonicalRequest', () => {
  it('keeps the path of S3 as it is, encoded once', () => {
    expect(line({ path: '/b//a%20b/../%2B!', singleEncoding: true }, 1)).toBe('/b//a%20b/../%2B%21');
  });

  it('normalizes the path of other services and encodes it twice', () => {
    expect(line({ path: '/a//./b/../c%20d/' }, 1)).toBe('/a/c%2520d/');
    expect(line({ path: '' }, 1)).toBe('/');
  });

  it('sorts the query by name and then by value', () => {
    expect(line({ query: 'b=2&a=z&a=%41&c' }, 2)).toBe('a=A&a=z&b=2&c=');
  });

  it('trims header values and folds their spaces', () => {
    expect(line({ headers: { host: '  a   b ' } }, 3)).toBe('host:a b');
  });

  it('takes a broken escape for plain text', () => {
    expect(line({ path: '/%zz', singleEncoding: true }, 1)).toBe('/%25zz');
  });
});

describe('encodeUri', () => {
  it('leaves only unreserved characters', () => {
    expect(encodeUri("aZ0-._~!'()* /é")).toBe('aZ0-._~%21%27%28%29%2A%20%2F%C3%A9');
  });
});

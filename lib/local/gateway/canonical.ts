import { createHash, createHmac } from 'node:crypto';

/** The parts of a request that Signature Version 4 covers. */
export interface SignedParts {
  readonly method: string;
  /** As sent on the request line, without the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly signedHeaders: readonly string[];
  /** Hex SHA-256 of the body, or the literal of `x-amz-content-sha256`. */
  readonly payloadHash: string;
  /** S3 encodes path segments once and keeps empty ones; every other service encodes them twice. */
  readonly singleEncoding: boolean;
}

/** Date, region and service that a signature is made for. */
export interface Scope {
  /** YYYYMMDD. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const ALGORITHM = 'AWS4-HMAC-SHA256';
export const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
export const scopeText = (scope: Scope) => `${scope.date}/${scope.region}/${scope.service}/aws4_request`;

/** RFC 3986: everything but letters, digits and `-._~` is percent-encoded with upper-case hex. */
export function encodeUri(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function canonicalRequest(parts: SignedParts): string {
  const headers = parts.signedHeaders.map((name) => `${name}:${trimAll(parts.headers[name] ?? '')}\n`).join('');
  return [
    parts.method,
    parts.singleEncoding ? onceEncoded(parts.path) : twiceEncoded(parts.path),
    canonicalQuery(parts.query),
    headers,
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n');
}

/** The hex signature of a canonical request. `dateTime` is `YYYYMMDDTHHMMSSZ`. */
export function signRequest(secret: string, dateTime: string, scope: Scope, canonical: string): string {
  return signText(secret, scope, [ALGORITHM, dateTime, scopeText(scope), sha256(canonical)].join('\n'));
}

/** The hex signature of a string to sign, which for chunked bodies is not that of a canonical request. */
export function signText(secret: string, scope: Scope, stringToSign: string): string {
  const key = [scope.date, scope.region, scope.service, 'aws4_request'].reduce<Buffer | string>(
    (parent, part) => createHmac('sha256', parent).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key).update(stringToSign).digest('hex');
}

const trimAll = (value: string) => value.trim().replace(/ +/g, ' ');

function onceEncoded(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeUri(decode(segment)))
    .join('/');
}

function twiceEncoded(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const tail = kept.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${kept.map(encodeUri).join('/')}${tail}`;
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [encodeUri(decode(name)), encodeUri(decode(value))] as const;
    })
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Text that is no valid percent-encoding stands for itself: the signature then decides. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (error instanceof URIError) return value;
    throw error;
  }
}

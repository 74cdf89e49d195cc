import { timingSafeEqual } from 'node:crypto';
import { ALGORITHM, canonicalRequest, type Scope, scopeText, sha256, signRequest } from './canonical.ts';
import type { Session } from './credentials.ts';
import { Refusal } from './refusals.ts';

/** The parts of an `Authorization` header of Signature Version 4. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly scope: Scope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** A request as it came from the socket. */
export interface RawRequest {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const MINUTE = 60_000;

/** Reads the `Authorization` header; throws a `Refusal` with reason `missing` or `malformed`. */
export function parseAuthorization(header: string | undefined): Authorization {
  if (!header) throw new Refusal('missing');
  const [algorithm, ...rest] = header.split(/\s+/);
  if (algorithm !== ALGORITHM) {
    throw new Refusal('malformed', `Unsupported authorization type '${algorithm}', only ${ALGORITHM} is accepted`);
  }
  const fields = new Map(rest.join('').split(',').map(splitField));
  const credential = fields.get('Credential')?.split('/') ?? [];
  const signedHeaders = fields.get('SignedHeaders')?.split(';') ?? [];
  const signature = fields.get('Signature') ?? '';
  const [accessKeyId, date, region, service, terminator] = credential;
  if (!accessKeyId || !date || !region || !service || credential.length !== 5 || terminator !== 'aws4_request') {
    throw new Refusal(
      'malformed',
      'Authorization header requires a Credential of the form key/date/region/service/aws4_request',
    );
  }
  if (signedHeaders.length === 0 || !/^[0-9a-f]{64}$/.test(signature)) {
    throw new Refusal('malformed', 'Authorization header requires SignedHeaders and a Signature of 64 hex digits');
  }
  return { accessKeyId, scope: { date, region, service }, signedHeaders, signature };
}

/**
 * Checks that a request was signed with the secret of the session, for this service, now. `now` is in milliseconds.
 * Dates may be off by 5 minutes, for S3 by 15. Throws a `Refusal` which says what is wrong.
 */
export function verifySignature(
  request: RawRequest,
  authorization: Authorization,
  session: Session,
  now: number,
): void {
  const { headers } = request;
  const { scope, signedHeaders } = authorization;
  const isS3 = scope.service === 's3';
  const token = headers['x-amz-security-token'];
  if (token === undefined) throw new Refusal('unknownKey');
  if (token !== session.sessionToken) throw new Refusal('wrongToken');
  if (session.expiration.getTime() <= now) throw new Refusal('expired');

  const dateTime = requestDate(headers);
  checkScope(scope, dateTime);
  checkSkew(dateTime, now, isS3);
  for (const name of Object.keys(headers)) {
    const mustBeSigned = name === 'host' || name.startsWith('x-amz-');
    if (mustBeSigned && !signedHeaders.includes(name)) {
      throw new Refusal('unsignedHeader', undefined, { HeadersNotSigned: name });
    }
  }
  const missing = signedHeaders.find((name) => !(name in headers));
  if (missing) throw new Refusal('mismatch', `The signed header '${missing}' is not part of the request`);

  const payloadHash = isS3 ? (headers['x-amz-content-sha256'] ?? '') : sha256(request.body);
  const canonical = canonicalRequest({ ...request, signedHeaders, payloadHash, singleEncoding: isS3 });
  const expected = signRequest(session.secretAccessKey, dateTime, scope, canonical);
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(authorization.signature))) throw new Refusal('mismatch');
}

/** Checks the hash of an S3 body against `x-amz-content-sha256`; the literals for unsigned and chunked bodies pass. */
export function checkContentHash(headers: Readonly<Record<string, string>>, body: Buffer): void {
  const stated = headers['x-amz-content-sha256'];
  if (stated === undefined) {
    throw new Refusal('payload', 'Missing required header for this request: x-amz-content-sha256');
  }
  if (stated === 'UNSIGNED-PAYLOAD' || stated.startsWith('STREAMING-')) return;
  const computed = sha256(body);
  if (stated.toLowerCase() !== computed) {
    throw new Refusal('payload', undefined, {
      ClientComputedContentSHA256: stated,
      S3ComputedContentSHA256: computed,
    });
  }
}

/** The date of a request in the basic ISO form, `YYYYMMDDTHHMMSSZ`; throws a `Refusal` when there is none. */
export function requestDate(headers: Readonly<Record<string, string>>): string {
  const stated = headers['x-amz-date'];
  if (stated !== undefined && /^\d{8}T\d{6}Z$/.test(stated)) return stated;
  const date = new Date(headers.date ?? '');
  if (stated !== undefined || Number.isNaN(date.getTime())) {
    throw new Refusal(
      'malformed',
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header",
    );
  }
  return basicDate(date.getTime());
}

function checkScope(scope: Scope, dateTime: string): void {
  if (scope.date !== dateTime.slice(0, 8)) {
    const difference = `'${scope.date}' != '${dateTime.slice(0, 8)}', from '${dateTime}'`;
    throw new Refusal(
      'scope',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ${difference}.`,
    );
  }
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(scope.region)) {
    throw new Refusal('scope', `Credential should be scoped to a valid region, not '${scopeText(scope)}'.`);
  }
}

function checkSkew(dateTime: string, now: number, isS3: boolean): void {
  const allowed = isS3 ? 15 * MINUTE : 5 * MINUTE;
  const at = Date.parse(dateTime.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Math.abs(now - at) <= allowed) return;
  if (isS3) {
    throw new Refusal('skew', undefined, {
      RequestTime: dateTime,
      ServerTime: new Date(now).toISOString(),
      MaxAllowedSkewMilliseconds: allowed,
    });
  }
  const [words, sign, limit] =
    at < now
      ? ['Signature expired: %s is now earlier than', '-', now - allowed]
      : ['Signature not yet current: %s is still later than', '+', now + allowed];
  throw new Refusal('skew', `${words.replace('%s', dateTime)} ${basicDate(limit)} (${basicDate(now)} ${sign} 5 min.)`);
}

const basicDate = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');

function splitField(field: string): [string, string] {
  const at = field.indexOf('=');
  return [field.slice(0, at), field.slice(at + 1)];
}

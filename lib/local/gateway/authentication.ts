import { type Caller, ServiceError, type ServiceRequest } from '../service.ts';
import { type Credentials, isRootKey, rootCaller, type Session, sessionCaller } from './credentials.ts';
import { decodeChunked, isChunked } from './payload.ts';
import { Refusal } from './refusals.ts';
import {
  type Authorization,
  checkContentHash,
  parseAuthorization,
  type RawRequest,
  requestDate,
  verifySignature,
} from './signature.ts';

/** The authorization of a request; signatures in the query are refused by name. */
export function authorizationOf(raw: RawRequest): Authorization {
  if (/(^|&)X-Amz-(Algorithm|Signature)=/.test(raw.query)) {
    throw new ServiceError('NotImplemented', 'Presigned requests are not implemented by this emulator', 501);
  }
  return parseAuthorization(raw.headers.authorization);
}

/** Who signed a request; throws a `Refusal` for an access key that nobody issued. `service` is the IAM prefix. */
export function callerOf({ accessKeyId, scope }: Authorization, credentials: Credentials, service: string): Caller {
  if (isRootKey(accessKeyId)) return rootCaller(accessKeyId, scope.region);
  const session = credentials.find(accessKeyId);
  if (session) return sessionCaller(session, scope.region);
  const message = service === 's3' ? 'The AWS Access Key Id you provided does not exist in our records.' : undefined;
  throw new Refusal('unknownKey', message, { AWSAccessKeyId: accessKeyId });
}

/**
 * Checks signature, date and payload hash, and returns the request with its body decoded. The signature of a root key is
 * not checked, its payload hash is. `now` is in milliseconds. Throws a `Refusal`, or a `ServiceError` for a bad body.
 */
export function authenticate(
  request: ServiceRequest,
  raw: RawRequest,
  authorization: Authorization,
  credentials: Credentials,
  now: number,
): ServiceRequest {
  const session = credentials.find(authorization.accessKeyId) ?? null;
  if (session) verifySignature(raw, authorization, session, now);
  return authorization.scope.service === 's3' ? withPayload(request, raw, authorization, session) : request;
}

/** Checks the stated hash of an S3 body and takes chunked bodies apart; their trailers become headers. */
function withPayload(
  request: ServiceRequest,
  raw: RawRequest,
  authorization: Authorization,
  session: Session | null,
): ServiceRequest {
  if (!isChunked(raw.headers['x-amz-content-sha256'])) {
    checkContentHash(raw.headers, raw.body);
    return request;
  }
  const signer = session && {
    secret: session.secretAccessKey,
    dateTime: requestDate(raw.headers),
    scope: authorization.scope,
    seed: authorization.signature,
  };
  const { body, trailers } = decodeChunked(raw.body, raw.headers, signer);
  const headers: Record<string, string> = { ...raw.headers, ...trailers };
  const encodings = (headers['content-encoding'] ?? '').split(',').map((coding) => coding.trim());
  headers['content-encoding'] = encodings.filter((coding) => coding !== 'aws-chunked').join(',');
  if (headers['content-encoding'] === '') delete headers['content-encoding'];
  return { ...request, headers, body };
}

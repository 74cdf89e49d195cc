import { ServiceError } from '../service.ts';

/** Why a request was turned away before any service saw it. */
export type RefusalReason =
  | 'missing'
  | 'malformed'
  | 'unknownKey'
  | 'wrongToken'
  | 'expired'
  | 'mismatch'
  | 'skew'
  | 'scope'
  | 'unsignedHeader'
  | 'payload'
  | 'denied';

type Family = 's3' | 'query' | 'sns' | 'restJson' | 'json';
type Answer = readonly [code: string, status: number];

const FAMILIES: Readonly<Record<string, Family>> = {
  s3: 's3',
  sts: 'query',
  iam: 'query',
  sns: 'sns',
  lambda: 'restJson',
  quicksight: 'restJson',
  scheduler: 'restJson',
};

const QUERY: Readonly<Record<RefusalReason, Answer>> = {
  missing: ['MissingAuthenticationToken', 403],
  malformed: ['IncompleteSignature', 400],
  unknownKey: ['InvalidClientTokenId', 403],
  wrongToken: ['InvalidClientTokenId', 403],
  expired: ['ExpiredToken', 403],
  mismatch: ['SignatureDoesNotMatch', 403],
  skew: ['SignatureDoesNotMatch', 403],
  scope: ['SignatureDoesNotMatch', 403],
  unsignedHeader: ['SignatureDoesNotMatch', 403],
  payload: ['SignatureDoesNotMatch', 403],
  denied: ['AccessDenied', 403],
};

const json = (status: number): Readonly<Record<RefusalReason, Answer>> => ({
  missing: ['MissingAuthenticationTokenException', status],
  malformed: ['IncompleteSignatureException', status],
  unknownKey: ['UnrecognizedClientException', status],
  wrongToken: ['UnrecognizedClientException', status],
  expired: ['ExpiredTokenException', status],
  mismatch: ['InvalidSignatureException', status],
  skew: ['InvalidSignatureException', status],
  scope: ['InvalidSignatureException', status],
  unsignedHeader: ['InvalidSignatureException', status],
  payload: ['InvalidSignatureException', status],
  denied: ['AccessDeniedException', status],
});

const ANSWERS: Readonly<Record<Family, Readonly<Record<RefusalReason, Answer>>>> = {
  s3: {
    missing: ['AccessDenied', 403],
    malformed: ['AuthorizationHeaderMalformed', 400],
    unknownKey: ['InvalidAccessKeyId', 403],
    wrongToken: ['InvalidToken', 400],
    expired: ['ExpiredToken', 400],
    mismatch: ['SignatureDoesNotMatch', 403],
    skew: ['RequestTimeTooSkewed', 403],
    scope: ['AuthorizationHeaderMalformed', 400],
    unsignedHeader: ['AccessDenied', 403],
    payload: ['XAmzContentSHA256Mismatch', 400],
    denied: ['AccessDenied', 403],
  },
  query: QUERY,
  sns: { ...QUERY, denied: ['AuthorizationError', 403] },
  restJson: json(403),
  json: json(400),
};

const MESSAGES: Readonly<Record<RefusalReason, string>> = {
  missing: 'Request is missing Authentication Token',
  malformed: 'The authorization header is malformed',
  unknownKey: 'The security token included in the request is invalid.',
  wrongToken: 'The security token included in the request is invalid.',
  expired: 'The security token included in the request is expired',
  mismatch:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  skew: 'The difference between the request time and the current time is too large.',
  scope: 'Credential should be scoped to a valid date, region and service.',
  unsignedHeader: 'There were headers present in the request which were not signed',
  payload: "The provided 'x-amz-content-sha256' header does not match what was computed.",
  denied: 'Access Denied',
};

/** Thrown by the checks of the gateway; `refusalFor` gives it the wire code of the service that was called. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly reason: RefusalReason;
  readonly members: Readonly<Record<string, unknown>>;
  constructor(reason: RefusalReason, message?: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message ?? MESSAGES[reason]);
    this.reason = reason;
    this.members = members;
  }
}

/** The error that a service answers for a refusal; `service` is its IAM prefix. */
export function refusalFor(service: string, refusal: Refusal): ServiceError {
  const [code, status] = ANSWERS[FAMILIES[service] ?? 'json'][refusal.reason];
  return new ServiceError(code, refusal.message, status, refusal.members);
}

import { setTimeout as delay } from 'node:timers/promises';
import { PromotionError } from './errors.ts';

/** What kind of trouble an AWS error is, told by status and code, because a cut or foreign answer has a misleading name. */
export type Trouble = 'throttled' | 'transient' | 'expired' | 'permission' | 'quota' | 'final';

const throttleCodes =
  /^(Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded|RequestThrottled|TooManyRequests|SlowDown|PriorRequestNotComplete|TransactionInProgress|BandwidthLimitExceeded)/;
const expiredCodes = /^(ExpiredToken|RequestExpired|UnrecognizedClientException$)/;
const permissionCodes = /^(AccessDenied|UnauthorizedOperation|NotAuthorized|Forbidden|InvalidClientTokenId)/;
const quotaCodes = /^(LimitExceeded|ServiceQuotaExceeded|ResourceQuotaExceeded)/;
const connectionCodes =
  /^(ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|TimeoutError|RequestTimeout(Exception)?)$/;

/** Classifies whatever a client call threw. */
export function classify(error: unknown): Trouble {
  const { name = '', code = '', message = '', status } = described(error);
  if (throttleCodes.test(name) || status === 429) return 'throttled';
  if (expiredCodes.test(name)) return 'expired';
  if (permissionCodes.test(name)) return 'permission';
  if (quotaCodes.test(name)) return 'quota';
  if (status !== undefined && status >= 500) return 'transient';
  if (connectionCodes.test(code) || connectionCodes.test(name)) return 'transient';
  // S3's 409 for two conditional writes at once asks for the write to be tried again (user guide, conditional writes).
  if (name === 'ConditionalRequestConflict') return 'transient';
  // A cut or foreign body: the SDK reports the parser's SyntaxError, with status 200 when the head was right.
  if (name === 'SyntaxError' || error instanceof ShapeError) return 'transient';
  // The same of a cut XML body, an error's too; the SDK adds these words to whatever its parser said.
  if (/Deserialization error: to see the raw response/.test(message)) return 'transient';
  // The SDK signs again by the date of the answer; a date that was wrong itself is set right only by the call after that.
  if (name === 'RequestTimeTooSkewed' || /^Signature (expired|not yet current)/.test(message)) return 'transient';
  // The SDK's own word for an object whose checksum is not the one that was sent with it.
  if (/^Checksum mismatch/.test(message)) return 'transient';
  return 'final';
}

/** A success status whose body is not the answer of the operation: empty, cut, or of something in between. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** How long and how often a call is repeated. */
export interface RetryOptions<T> {
  /** Returns what is wrong with the answer's shape, or null; a wrong shape is repeated like a lost answer. */
  readonly check?: (answer: T) => string | null;
  /** Calls at most; 6 with a base of 100 ms and a cap of 5 s wait 0.1+0.2+0.4+0.8+1.6 = 3.1 s at most. */
  readonly attempts?: number;
  readonly baseMilliseconds?: number;
  readonly capMilliseconds?: number;
}

/**
 * Calls, reads and checks as one unit, repeated with full jitter while the trouble is throttling, a lost connection,
 * a server error or a wrong shape. Throws the last error as it came: {@link named} gives it a name.
 */
export async function attempt<T>(call: () => Promise<T>, options: RetryOptions<T> = {}): Promise<T> {
  const { check, attempts = 6, baseMilliseconds = 100, capMilliseconds = 5000 } = options;
  for (let tried = 1; ; tried++) {
    try {
      const answer = await call();
      const wrong = check?.(answer) ?? null;
      if (wrong !== null) throw new ShapeError(wrong);
      return answer;
    } catch (error) {
      const trouble = classify(error);
      if (tried >= attempts || (trouble !== 'throttled' && trouble !== 'transient')) throw error;
      await delay(Math.random() * Math.min(capMilliseconds, baseMilliseconds * 2 ** (tried - 1)));
    }
  }
}

/** Gives a client's error one of our names; `what` says in a few words what was being done. */
export function named(error: unknown, what: string): PromotionError {
  if (error instanceof PromotionError) return error;
  const { name, message } = described(error);
  const text = `${what}: ${name ?? 'Error'}: ${message ?? String(error)}`;
  switch (classify(error)) {
    case 'throttled':
      return new PromotionError('Promotion.Throttled', { code: 'Throttled', message: text }, error);
    case 'transient':
    case 'expired':
      return new PromotionError('Promotion.Transient', { code: 'ServiceUnavailable', message: text }, error);
    case 'permission':
      return new PromotionError(
        'Promotion.Permission',
        {
          code: 'AccessDenied',
          message: text,
          resolution: /explicit deny/.test(text)
            ? 'take the denying statement out of the policy that the message names, then start again'
            : 'deploy the access stack of that account again and check its trust policy',
        },
        error,
      );
    case 'quota':
      return new PromotionError(
        'Promotion.Quota',
        {
          code: 'LimitExceeded',
          message: text,
          resolution: 'raise the quota or wait for running operations, then start again',
        },
        error,
      );
    default:
      return new PromotionError('Promotion.Data', { code: name ?? 'Unexpected', message: text }, error);
  }
}

/** The code of an AWS error, `NoSuchKey` or `ResourceNotFoundException`, or an empty text. */
export function errorCode(error: unknown): string {
  return described(error).name ?? '';
}

function described(error: unknown): { name?: string; code?: string; message?: string; status?: number } {
  if (typeof error !== 'object' || error === null) return {};
  const { name, code, message, $metadata } = error as Record<string, unknown>;
  const status = ($metadata as { httpStatusCode?: unknown } | undefined)?.httpStatusCode;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof status === 'number' ? { status } : {}),
  };
}

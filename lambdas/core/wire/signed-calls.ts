import { classify, errorCode } from '../retry.ts';
import type { Exchange, Patience, WireAnswer } from './exchange.ts';
import { createSigner, type SigningKeys, type Unsigned } from './signer.ts';

/** Answers keys; asked for each call, so it keeps them. Made to forget them when the service calls them expired. */
export type KeyProvider = (options?: { readonly forceRefresh?: boolean }) => Promise<SigningKeys>;

/** Of whom a service is asked, and where. */
export interface CallTarget {
  /** Region that is signed for. */
  readonly region: string;
  /** Name that is signed for: `s3`, `sts`, `dynamodb` … */
  readonly service: string;
  readonly credentials: KeyProvider;
}

/** Signed calls to one service as one identity. */
export interface SignedCalls {
  /**
   * Sends a request and answers what `read` makes of the answer. What `read` throws decides: a refusal for its time is
   * repeated by the service's clock, one for its session once with new keys; everything else is thrown as it came.
   */
  call<T>(request: Unsigned, read: (answer: WireAnswer) => T): Promise<T>;
}

/** As those of the SDK clients, and a limit for a connection that is silent: an answer takes well under a second. */
export const usualPatience: Patience = { connect: 3_000, idle: 10_000, total: 20_000 };

/** The service takes signatures up to five minutes old (IAM user guide); clocks that differ by less are not the trouble. */
const toleratedSkew = 60_000;

/** Repetitions of one call because of a clock: the date of an answer may be wrong itself, once. */
const clockTries = 3;

/** Signs and sends calls over an exchange. */
export function openSignedCalls(exchange: Exchange, target: CallTarget): SignedCalls {
  const sign = createSigner(target.region, target.service);
  const session = keepSession(target.credentials);
  /** Milliseconds that the service's clock is ahead of ours. */
  let skew = 0;

  /** Takes over the service's clock; false when that is the one that the call was signed by. */
  function adjustClock({ headers }: WireAnswer, used: number): boolean {
    const date = Date.parse(String(headers.date));
    if (Number.isNaN(date)) return false;
    const found = date - Date.now();
    if (Math.abs(found - used) < toleratedSkew) return false;
    skew = found;
    return true;
  }

  async function call<T>(request: Unsigned, read: (answer: WireAnswer) => T): Promise<T> {
    let renewed = false;
    for (let adjusted = 0; ; ) {
      const keys = await session.keys();
      const used = skew;
      const signed = sign(request, { host: exchange.endpoint.host, keys, time: Date.now() + used });
      const answer = await exchange.send(signed, request.body);
      try {
        return read(answer);
      } catch (error) {
        if (isAboutTime(error) && adjusted < clockTries && adjustClock(answer, used)) {
          adjusted++;
        } else if (classify(error) === 'expired' && !renewed) {
          renewed = true;
          await session.renew(keys);
        } else {
          throw error;
        }
      }
    }
  }

  return { call };
}

/** A wrong secret is answered by the same code as a wrong clock; only the date of the answer tells. */
function isAboutTime(error: unknown): boolean {
  return /^(InvalidSignatureException|SignatureDoesNotMatch|RequestTimeTooSkewed|RequestExpired|AuthFailure)$/.test(
    errorCode(error),
  );
}

/** Renews a session once for all calls that were refused with the same keys. */
function keepSession(credentials: KeyProvider) {
  let renewal: Promise<SigningKeys> | null = null;
  return {
    keys: () => renewal ?? credentials(),
    async renew(refused: SigningKeys): Promise<void> {
      if (!renewal) {
        const present = await credentials();
        if (present.accessKeyId !== refused.accessKeyId) return;
        renewal ??= credentials({ forceRefresh: true }).finally(() => {
          renewal = null;
        });
      }
      await renewal;
    },
  };
}

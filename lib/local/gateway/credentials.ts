import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Caller } from '../service.ts';

/** What a session is issued for; see `Caller` for the meaning of the common fields. */
export interface SessionRequest {
  readonly account: string;
  readonly arn: string;
  readonly role: string | null;
  readonly sessionName: string | null;
  readonly sourceIdentity: string | null;
  readonly sessionPolicy: string | null;
  readonly durationSeconds: number;
  /** Session tags of AssumeRole. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The access key that asked for the session; absent for a worker's own. */
  readonly issuedTo?: string;
  /** Keys of the tags that pass on to sessions chained from this one. */
  readonly transitiveTagKeys?: readonly string[];
}

/** What a client needs to sign; dates in real time. */
export interface IssuedCredentials {
  /** `ASIA` and 16 characters of base 32, so never twelve digits. */
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

export type Session = SessionRequest & IssuedCredentials;

/** The temporary credentials of the host's life. */
export interface Credentials {
  issue(request: SessionRequest): IssuedCredentials;
  find(accessKeyId: string): Session | undefined;
  /** The key at the beginning of a chain of assumed roles: tells which worker a call comes from. */
  origin(accessKeyId: string): string;
}

export function createCredentials(clock: Clock): Credentials {
  const sessions = new Map<string, Session>();
  return {
    issue(request) {
      const issued: IssuedCredentials = {
        accessKeyId: randomId('ASIA'),
        secretAccessKey: randomBytes(30).toString('base64'),
        sessionToken: randomBytes(192).toString('base64'),
        expiration: new Date(Math.floor(clock.now() / 1000 + request.durationSeconds) * 1000),
      };
      sessions.set(issued.accessKeyId, { ...request, ...issued });
      return issued;
    },
    find: (accessKeyId) => sessions.get(accessKeyId),
    origin(accessKeyId) {
      let key = accessKeyId;
      for (let asked = sessions.get(key)?.issuedTo; asked; asked = sessions.get(key)?.issuedTo) key = asked;
      return key;
    },
  };
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A unique id as IAM makes them: a four-letter prefix (`ASIA`, `AROA`, `ANPA`) and `length` characters of base 32. */
export function randomId(prefix: string, length = 16): string {
  return prefix + Array.from({ length }, () => BASE32[randomInt(BASE32.length)]).join('');
}

/** True for access keys which stand for the root of the account with that number. */
export const isRootKey = (accessKeyId: string) => /^\d{12}$/.test(accessKeyId);

/** The caller behind a root key. */
export function rootCaller(account: string, region: string): Caller {
  const arn = `arn:aws:iam::${account}:root`;
  return { account, region, arn, role: null, accessKeyId: account, ...NO_SESSION };
}

/** The caller behind an issued key. */
export function sessionCaller(session: Session, region: string): Caller {
  const { account, arn, role, accessKeyId, sessionName, sourceIdentity, sessionPolicy } = session;
  return { account, region, arn, role, accessKeyId, sessionName, sourceIdentity, sessionPolicy };
}

const NO_SESSION = { sessionName: null, sourceIdentity: null, sessionPolicy: null };

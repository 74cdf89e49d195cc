import { bounded } from './bounded.ts';
import type { Kind } from './contracts.ts';
import type { Environments } from './environments.ts';
import { PromotionError } from './errors.ts';
import { accessRoleName, partitionOf, type Side } from './names.ts';
import { attempt, named } from './retry.ts';
import type { SessionKeys, Sts } from './wire/sts.ts';

/** Which role is wanted, and on whose behalf. */
export interface RoleRequest {
  readonly environment: string;
  readonly kind: Kind;
  readonly side: Side;
  /** Becomes the source identity of the session, which CloudTrail shows on each call. */
  readonly promotionId: string;
  /** Inline session policy that narrows the role; at most 2,048 characters (STS). */
  readonly sessionPolicy?: object;
  /** True where nothing is written with the session; a source role never writes. */
  readonly readOnly?: boolean;
}

/**
 * Answers the keys of an assumed role: the same ones until they are about to end, or to be forgotten because a service
 * calls them expired. Fits SDK clients and signed calls alike.
 */
export type CredentialProvider = (options?: { readonly forceRefresh?: boolean }) => Promise<SessionKeys>;

/** In which region, and as whom, the account behind a role is called. */
export interface RoleTarget {
  readonly region: string;
  readonly credentials: CredentialProvider;
}

/** Role chaining allows one hour at most (IAM guide); a worker lives 15 minutes. */
const sessionSeconds = 3600;

/** As the SDK does: keys that end within five minutes are used for no further call. */
const marginMilliseconds = 5 * 60_000;

/** Sessions of this process by all that went into them; a child of the Distributed Map has one for each of its tables. */
const sessions = bounded<SessionKeys>(100);
/** Those that are being asked for: sixty calls at once find keys expired together. */
const renewals = new Map<string, Promise<SessionKeys>>();
/** Roles of which this process has seen to which account they lead; the ARN has the account in it, so it cannot change. */
const checkedRoles = new Set<string>();

/**
 * Assumes the access role of an environment. Before anything is written with it, it checks whose account its keys belong
 * to. A session that only reads goes without: STS assumes no other role than the one whose ARN was asked for, and that
 * has the configured account in it. Later invocations of the process go on with a session that is
 * wanted alike.
 */
export async function assume(
  { environments, sts }: { readonly environments: Environments; readonly sts: Sts },
  request: RoleRequest,
): Promise<RoleTarget> {
  const environment = environments.environments[request.environment];
  if (!environment) throw unknownEnvironment(environments, request.environment, '');
  const role = accessRoleName(request.kind, request.side, environments.qualifier);
  const roleArn = `arn:${partitionOf(environment.region)}:iam::${environment.account}:role/${role}`;
  const place = JSON.stringify([roleArn, environments.externalId, request]);

  const renew = async () => {
    const session = await assumeRole(sts, roleArn, environments.externalId, request);
    sessions.set(place, session);
    return session;
  };
  const credentials: CredentialProvider = async ({ forceRefresh = false } = {}) => {
    const kept = sessions.get(place);
    if (kept && !forceRefresh && kept.expiration.getTime() - Date.now() > marginMilliseconds) return kept;
    const renewal = renewals.get(place) ?? renew().finally(() => renewals.delete(place));
    renewals.set(place, renewal);
    return await renewal;
  };
  const first = await credentials();
  if (request.side !== 'source' && !request.readOnly && !checkedRoles.has(roleArn)) {
    const account = await attempt(() => sts.accountOf(first)).catch((error: unknown) => {
      throw named(error, `asking whose account ${roleArn} is`);
    });
    if (account !== environment.account) {
      sessions.clear();
      throw wrongAccount(roleArn, account, request.environment, environment.account);
    }
    checkedRoles.add(roleArn);
  }
  return { region: environment.region, credentials };
}

/** Forgets all sessions, as after an error: a role that was made anew or whose sessions were revoked is assumed again. */
export function forgetSessions(): void {
  sessions.clear();
}

async function assumeRole(sts: Sts, roleArn: string, externalId: string, request: RoleRequest): Promise<SessionKeys> {
  const input = {
    RoleArn: roleArn,
    RoleSessionName: `${request.kind}-${request.promotionId}`,
    ExternalId: externalId,
    SourceIdentity: request.promotionId,
    DurationSeconds: sessionSeconds,
    ...(request.sessionPolicy ? { Policy: JSON.stringify(request.sessionPolicy) } : {}),
  };
  return await attempt(() => sts.assumeRole(input)).catch((error: unknown) => {
    throw named(error, `assuming ${roleArn} for environment ${request.environment}`);
  });
}

function wrongAccount(roleArn: string, account: string, name: string, configured: string): PromotionError {
  return new PromotionError('Promotion.Config', {
    code: 'WrongAccount',
    message: `${roleArn} leads to account ${account}, but environment ${name} is account ${configured}`,
    resolution: 'correct environments.json and deploy again',
  });
}

/** The error for a name that `environments.json` does not have. */
export function unknownEnvironment(environments: Environments, name: string, pointer: string): PromotionError {
  return new PromotionError('Promotion.Config', {
    code: 'UnknownEnvironment',
    message: `${pointer && `${pointer}: `}there is no environment "${name}"; configured are ${Object.keys(environments.environments).join(', ')}`,
    pointer,
    resolution: 'use one of these names, or add the environment to environments.json and deploy',
  });
}

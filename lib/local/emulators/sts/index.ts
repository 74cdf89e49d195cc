import { createHash } from 'node:crypto';
import type { Credentials, IssuedCredentials, Session } from '../../gateway/credentials.ts';
import { operation, queryService, textOf } from '../../gateway/operations.ts';
import { integer, list, required, structure, text } from '../../members.ts';
import { type Caller, type Service, ServiceError } from '../../service.ts';
import type { IamStore, Role } from '../iam/store.ts';
import { checkedSessionPolicy, packedSize } from './session-policy.ts';
import { isTrusted, parseTrustPolicy } from './trust.ts';

const FORM = { version: '2011-06-15', xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/' };
const CODES = { invalid: 'ValidationError', type: 'ValidationError' };
const HOUR = 3600;

const tag = structure({
  Key: required(text({ min: 1, max: 128, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u })),
  Value: required(text({ max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u })),
});
const ASSUME_ROLE = structure({
  RoleArn: required(text({ min: 20, max: 2048 })),
  RoleSessionName: required(text({ min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ })),
  Policy: text({ min: 1, pattern: /^[\t\n\r -ÿ]+$/ }),
  DurationSeconds: integer(900, 43200),
  ExternalId: text({ min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/ }),
  SourceIdentity: text({ min: 2, max: 64, pattern: /^[\w+=,.@-]*$/ }),
  Tags: list(tag, 0, 50),
  TransitiveTagKeys: list(text({ min: 1, max: 128 }), 0, 50),
});

/** The Security Token Service: who a caller is, sessions of roles, sessions of root. */
export function stsService(iam: IamStore, credentials: Credentials): Service {
  function assume(input: AssumeInput, caller: Caller) {
    if (caller.role === null) throw new ServiceError('AccessDenied', 'Roles may not be assumed by root accounts.', 403);
    const role = iam.findRole(input.RoleArn);
    const from = credentials.find(caller.accessKeyId);
    const principalArn = iam.roleByName(caller.account, caller.role)?.arn;
    const tags = sessionTags(input, from);
    const sourceIdentity = caller.sourceIdentity ?? input.SourceIdentity;
    const changesIdentity = (input.SourceIdentity ?? sourceIdentity) !== sourceIdentity;
    const actions = ['sts:AssumeRole'];
    if (sourceIdentity !== undefined) actions.push('sts:SetSourceIdentity');
    if (Object.keys(tags.all).length > 0) actions.push('sts:TagSession');
    const context = {
      'aws:principalaccount': caller.account,
      'aws:principalarn': principalArn,
      'sts:externalid': input.ExternalId,
      'sts:rolesessionname': input.RoleSessionName,
      'sts:sourceidentity': sourceIdentity,
    };
    const trusted =
      role !== undefined &&
      principalArn !== undefined &&
      !changesIdentity &&
      isTrusted(parseTrustPolicy(role.trustPolicy), {
        account: caller.account,
        principalArn,
        sessionArn: caller.arn,
        actions,
        context,
      });
    // A role that does not exist and one that does not trust the caller get the same answer.
    if (!trusted) throw denied(caller, 'sts:AssumeRole', input.RoleArn);

    const sessionPolicy = input.Policy === undefined ? null : checkedSessionPolicy(input.Policy);
    const arn = `arn:aws:sts::${role.account}:assumed-role/${role.name}/${input.RoleSessionName}`;
    const issued = credentials.issue({
      account: role.account,
      arn,
      role: role.name,
      sessionName: input.RoleSessionName,
      sourceIdentity: sourceIdentity ?? null,
      sessionPolicy,
      durationSeconds: checkedDuration(input.DurationSeconds, role),
      issuedTo: caller.accessKeyId,
      tags: tags.all,
      transitiveTagKeys: tags.transitive,
    });
    return {
      Credentials: credentialsXml(issued),
      AssumedRoleUser: { AssumedRoleId: `${role.roleId}:${input.RoleSessionName}`, Arn: arn },
      PackedPolicySize: sessionPolicy === null ? undefined : packedSize(sessionPolicy),
      SourceIdentity: sourceIdentity,
    };
  }

  return queryService({
    name: 'sts',
    form: FORM,
    codes: CODES,
    operations: {
      GetCallerIdentity: operation({
        input: structure({}),
        run: (_input, { caller }) => ({
          UserId: userId(caller, iam),
          Account: caller.account,
          Arn: caller.arn,
        }),
      }),
      AssumeRole: operation({
        input: ASSUME_ROLE,
        resource: (input) => textOf(input, 'RoleArn') || null,
        run: (input, { caller }) => assume(input, caller),
      }),
      GetSessionToken: operation({
        input: structure({ DurationSeconds: integer(900, 129600) }),
        run: ({ DurationSeconds = 12 * HOUR }, { caller }) => {
          if (caller.role !== null) {
            throw new ServiceError('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403);
          }
          // Root gets an hour at most: documentation of GetSessionToken, DurationSeconds.
          const durationSeconds = Math.min(DurationSeconds, HOUR);
          const { account, arn, role, sessionName, sourceIdentity, sessionPolicy } = caller;
          const session = { account, arn, role, sessionName, sourceIdentity, sessionPolicy, durationSeconds };
          return { Credentials: credentialsXml(credentials.issue(session)) };
        },
      }),
    },
  });
}

interface AssumeInput {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly Policy?: string;
  readonly DurationSeconds?: number;
  readonly ExternalId?: string;
  readonly SourceIdentity?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly TransitiveTagKeys?: readonly string[];
}

/** Session tags of the call and those inherited from a chained session, which may not be given again. */
function sessionTags(input: AssumeInput, from: Session | undefined) {
  const inherited = Object.fromEntries((from?.transitiveTagKeys ?? []).map((key) => [key, from?.tags?.[key] ?? '']));
  const given = new Map<string, string>();
  for (const { Key, Value } of input.Tags ?? []) {
    const taken = [...given.keys(), ...Object.keys(inherited)].some((key) => key.toLowerCase() === Key.toLowerCase());
    if (taken) throw new ServiceError('InvalidParameterValue', `Duplicate tag keys found: ${Key}`);
    given.set(Key, Value);
  }
  const transitive = input.TransitiveTagKeys ?? [];
  const unknown = transitive.find((key) => !given.has(key));
  if (unknown) {
    const message = `The transitive tag key ${unknown} is not one of the session tags`;
    throw new ServiceError('InvalidParameterValue', message);
  }
  return {
    all: { ...inherited, ...Object.fromEntries(given) },
    transitive: [...Object.keys(inherited), ...transitive],
  };
}

/** Every caller of AssumeRole here is a session of a role, so each call is role chaining with its limit of one hour. */
function checkedDuration(requested: number | undefined, role: Role): number {
  const duration = requested ?? HOUR;
  if (duration > role.maxSessionDuration) {
    const message = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
    throw new ServiceError('ValidationError', message);
  }
  if (duration > HOUR) {
    const message = 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining';
    throw new ServiceError('ValidationError', message);
  }
  return duration;
}

function credentialsXml(issued: IssuedCredentials) {
  return {
    AccessKeyId: issued.accessKeyId,
    SecretAccessKey: issued.secretAccessKey,
    SessionToken: issued.sessionToken,
    Expiration: issued.expiration.toISOString().replace('.000Z', 'Z'),
  };
}

/** Root's user id is its account; a session's is the id of its role and its name. */
function userId(caller: Caller, iam: IamStore): string {
  if (caller.role === null) return caller.account;
  const id = iam.roleByName(caller.account, caller.role)?.roleId ?? deletedRoleId(caller);
  return `${id}:${caller.sessionName}`;
}

/** Sessions outlive their role; its id is then made up, but stays the same. */
function deletedRoleId(caller: Caller): string {
  const hash = createHash('sha256').update(`${caller.account}/${caller.role}`).digest('hex');
  return `AROA${hash.slice(0, 17).toUpperCase()}`;
}

const denied = (caller: Caller, action: string, resource: string) =>
  new ServiceError(
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`,
    403,
  );

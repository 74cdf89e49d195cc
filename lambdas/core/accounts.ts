import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type CredentialProvider, clients, type Target } from './clients.ts';
import type { Kind } from './contracts.ts';
import type { Environments } from './environments.ts';
import { PromotionError } from './errors.ts';
import { accessRoleName, partitionOf, type Side } from './names.ts';
import { attempt, named } from './retry.ts';

/** Which role is wanted, and on whose behalf. */
export interface RoleRequest {
  readonly environment: string;
  readonly kind: Kind;
  readonly side: Side;
  /** Becomes the source identity of the session, which CloudTrail shows on each call. */
  readonly promotionId: string;
  /** Inline session policy that narrows the role; at most 2,048 characters (STS). */
  readonly sessionPolicy?: object;
}

/** Role chaining allows one hour at most (IAM guide); a worker lives 15 minutes. */
const sessionSeconds = 3600;

/**
 * Assumes the access role of an environment and checks that the account behind it is the configured one, before
 * anything else is called with it. The result fits into {@link clients}.
 */
export async function assume(environments: Environments, request: RoleRequest): Promise<Required<Target>> {
  const environment = environments.environments[request.environment];
  if (!environment) throw unknownEnvironment(environments, request.environment, '');
  const role = accessRoleName(request.kind, request.side, environments.qualifier);
  const roleArn = `arn:${partitionOf(environment.region)}:iam::${environment.account}:role/${role}`;
  const sts = clients.sts();

  const credentials: CredentialProvider = async () => {
    const { Credentials } = await attempt(
      () =>
        sts.send(
          new AssumeRoleCommand({
            RoleArn: roleArn,
            RoleSessionName: `${request.kind}-${request.promotionId}`,
            ExternalId: environments.externalId,
            SourceIdentity: request.promotionId,
            DurationSeconds: sessionSeconds,
            ...(request.sessionPolicy ? { Policy: JSON.stringify(request.sessionPolicy) } : {}),
          }),
        ),
      {
        check: (answer) =>
          answer.Credentials?.SessionToken ? null : `sts answered without credentials for ${roleArn}`,
      },
    ).catch((error: unknown) => {
      throw named(error, `assuming ${roleArn} for environment ${request.environment}`);
    });
    return {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
      expiration: Credentials?.Expiration ?? new Date(Date.now() + sessionSeconds * 1000),
    };
  };

  // The first answer serves the check and the first calls: one AssumeRole for each role a worker uses.
  let first: ReturnType<CredentialProvider> | null = credentials();
  const target = {
    region: environment.region,
    credentials: () => {
      const answer = first ?? credentials();
      first = null;
      return answer;
    },
  };
  const reused = await first;
  const account = await accountOf({ region: environment.region, credentials: async () => reused }, roleArn);
  if (account !== environment.account) {
    throw new PromotionError('Promotion.Config', {
      code: 'WrongAccount',
      message: `${roleArn} leads to account ${account}, but environment ${request.environment} is account ${environment.account}`,
      resolution: 'correct environments.json and deploy again',
    });
  }
  return target;
}

async function accountOf(target: Target, roleArn: string): Promise<string> {
  const identity = await attempt(() => clients.sts(target).send(new GetCallerIdentityCommand({})), {
    check: ({ Account }) => (Account ? null : 'sts answered no account'),
  }).catch((error: unknown) => {
    throw named(error, `asking whose account ${roleArn} is`);
  });
  return identity.Account ?? '';
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

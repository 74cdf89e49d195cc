import { type App, BootstraplessSynthesizer, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type Kind, kinds } from '../../lambdas/core/contracts.ts';
import { accessSides, type Environments } from '../../lambdas/core/environments.ts';
import type { Side } from '../../lambdas/core/names.ts';
import type { Statement } from '../../lambdas/manifest.ts';
import { accessRole } from './access-role.ts';
import { acknowledgeWildcards } from './acknowledgements.ts';
import type { Program } from './program.ts';

/** What an account's environments have in common. */
export interface AccessStackProps {
  readonly account: string;
  readonly program: Program;
  readonly environments: Environments;
}

/** Accounts of the environments, in the order of the file. */
export function accountsOf({ environments }: Environments): readonly string[] {
  return [...new Set(Object.values(environments).map(({ account }) => account))];
}

/** Name of the stack with an account's access roles; the account and not an environment, because it may hold several. */
export function accessStackName(account: string, qualifier?: string): string {
  return ['cross-account-promoter-access', account, ...(qualifier ? [qualifier] : [])].join('-');
}

/**
 * The access roles of one account: one for each kind and side of its environments, below a common permissions boundary.
 * Roles are global, so environments in several regions share them, with rights in just those regions. The template has
 * no assets and asks for no bootstrapping: an administrator can deploy it by hand.
 */
export function accessStack(app: App, { account, program, environments }: AccessStackProps): Stack {
  const { qualifier } = environments;
  const own = Object.values(environments.environments).filter((environment) => environment.account === account);
  const stack = new Stack(app, accessStackName(account, qualifier), {
    env: { account, region: own[0]?.region as string },
    description: `cross-account-promoter: access roles for the tooling account ${environments.tooling.account}`,
    synthesizer: new BootstraplessSynthesizer(),
  });
  const roles = kinds.flatMap((kind) =>
    (['source', 'source-change', 'destination'] satisfies Side[]).flatMap((side) => {
      const statements = program.accessStatements[kind]?.[side];
      const served = own.filter((environment) => accessSides(environment).includes(side));
      const regions = [...new Set(served.map(({ region }) => region))];
      return statements && regions.length > 0 ? [{ kind, side, regions, statements } satisfies PlannedRole] : [];
    }),
  );
  const boundary = migrationBoundary(stack, roles, qualifier);
  for (const role of roles) accessRole(stack, { ...role, environments, boundary });
  return stack;
}

interface PlannedRole {
  readonly kind: Kind;
  readonly side: Side;
  readonly regions: readonly string[];
  readonly statements: readonly Statement[];
}

/** The most that any access role of the account can ever do: the actions that the manifest lists for its roles. */
function migrationBoundary(stack: Stack, roles: readonly PlannedRole[], qualifier?: string): ManagedPolicy {
  const actions = new Set(roles.flatMap(({ statements }) => statements.flatMap((statement) => statement.actions)));
  const statement = new PolicyStatement({
    sid: 'MigrationBoundary',
    actions: [...actions].sort(),
    resources: ['*'],
  });
  const boundary = new ManagedPolicy(stack, 'MigrationBoundary', {
    managedPolicyName: ['CrossAccountPromoter-MigrationBoundary', ...(qualifier ? [qualifier] : [])].join('-'),
    description: 'Bounds the access roles of cross-account-promoter',
    statements: [statement],
  });
  acknowledgeWildcards(boundary, statement);
  return boundary;
}

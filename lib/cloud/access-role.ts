import { Duration, type Stack } from 'aws-cdk-lib';
import {
  AccountPrincipal,
  Effect,
  type IManagedPolicy,
  PolicyDocument,
  PolicyStatement,
  Role,
} from 'aws-cdk-lib/aws-iam';
import type { Kind } from '../../lambdas/core/contracts.ts';
import type { Environments } from '../../lambdas/core/environments.ts';
import { accessRoleName, executionRoleName, type Side } from '../../lambdas/core/names.ts';
import type { Statement } from '../../lambdas/manifest.ts';
import { acknowledgeWildcards } from './acknowledgements.ts';
import { renderStatement } from './statements.ts';

/** One access role: for whom, in which regions, with which rights. */
export interface AccessRoleProps {
  readonly kind: Kind;
  readonly side: Side;
  readonly environments: Environments;
  /** Regions of the environments that the account serves on this side. */
  readonly regions: readonly string[];
  readonly statements: readonly Statement[];
  readonly boundary: IManagedPolicy;
}

/** The role that a kind's workers assume in an account; its rights are inline, so that it never exists without them. */
export function accessRole(stack: Stack, props: AccessRoleProps): Role {
  const { kind, side, environments, statements } = props;
  const { tooling } = environments;
  const values = {
    Partition: [stack.partition],
    Account: [stack.account],
    Region: props.regions,
    ToolingAccount: [tooling.account],
    ToolingRegion: [tooling.region],
  };
  const rendered = statements.map((statement) => renderStatement(statement, values));
  const name = accessRoleName(kind, side, environments.qualifier);
  const role = new Role(stack, name.replaceAll('-', ''), {
    roleName: name,
    description: `cross-account-promoter: ${side} of ${kind} promotions`,
    assumedBy: new AccountPrincipal(environments.tooling.account).withConditions(assumeConditions(stack, props)),
    maxSessionDuration: Duration.hours(1),
    permissionsBoundary: props.boundary,
    inlinePolicies: {
      Access: new PolicyDocument({
        statements: side === 'destination' ? rendered : [...rendered, denyAllBut(side, statements)],
      }),
    },
  });
  role.assumeRolePolicy?.addStatements(
    new PolicyStatement({
      actions: ['sts:SetSourceIdentity'],
      principals: [new AccountPrincipal(environments.tooling.account)],
      conditions: callerConditions(stack, props),
    }),
  );
  for (const statement of rendered) acknowledgeWildcards(role, statement);
  return role;
}

/**
 * The tooling account as principal and the worker's role as a condition: a role as principal would have to exist first,
 * and would be lost whenever it is made anew.
 */
function callerConditions(stack: Stack, { kind, environments }: AccessRoleProps) {
  const { tooling, qualifier, organizationId } = environments;
  return {
    ArnEquals: {
      'aws:PrincipalArn': `arn:${stack.partition}:iam::${tooling.account}:role/${executionRoleName(kind, qualifier)}`,
    },
    ...(organizationId && { StringEquals: { 'aws:PrincipalOrgID': organizationId } }),
  };
}

/** SetSourceIdentity has no ExternalId in its request context, so only AssumeRole asks for it. */
function assumeConditions(stack: Stack, props: AccessRoleProps) {
  const caller = callerConditions(stack, props);
  return {
    ...caller,
    StringEquals: { ...caller.StringEquals, 'sts:ExternalId': props.environments.externalId },
    // Every session says which promotion it works for.
    Null: { 'sts:SourceIdentity': 'false' },
  };
}

/** A role of a source only reads, or exports, whatever anyone attaches to it later. */
function denyAllBut(side: Side, statements: readonly Statement[]): PolicyStatement {
  return new PolicyStatement({
    sid: side === 'source' ? 'DenyAllButReads' : 'DenyAllButExports',
    effect: Effect.DENY,
    notActions: [...new Set(statements.flatMap(({ actions }) => actions))].sort(),
    resources: ['*'],
  });
}

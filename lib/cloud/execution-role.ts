import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { accessSides, type Environments } from '../../lambdas/core/environments.ts';
import { accessRoleName, executionRoleName, stateMachineName } from '../../lambdas/core/names.ts';
import type { Owner } from '../../lambdas/manifest.ts';
import { acknowledgeTracing, acknowledgeWildcards } from './acknowledgements.ts';
import type { ArtefactStore } from './artefact-store.ts';
import type { Program } from './program.ts';
import { type Placeholders, renderStatement } from './statements.ts';

/** What an execution role may reach. */
export interface ExecutionRoleProps {
  readonly owner: Owner;
  readonly program: Program;
  readonly environments: Environments;
  readonly store: ArtefactStore;
  /** Log groups of the owner's workers. */
  readonly logGroups: readonly ILogGroup[];
}

/**
 * The role that all workers of an owner run under: what the manifest grants, their own logs, and to assume the access
 * roles of the same kind in the accounts of the environments.
 */
export function executionRole(stack: Stack, props: ExecutionRoleProps): Role {
  const { owner, program, environments, logGroups } = props;
  const role = new Role(stack, `${owner[0]?.toUpperCase()}${owner.slice(1)}WorkerRole`, {
    roleName: executionRoleName(owner, environments.qualifier),
    description: `Workers of cross-account-promoter: ${owner}`,
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  const values = placeholders(stack, props);
  for (const statement of program.executionStatements[owner] ?? []) {
    const rendered = renderStatement(statement, values);
    role.addToPolicy(rendered);
    acknowledgeWildcards(role, rendered);
  }
  role.addToPolicy(
    new PolicyStatement({
      sid: 'WriteLogs',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: logGroups.map((group) => group.logGroupArn),
    }),
  );
  const accessRoles = accessRoleArns(stack.partition, props);
  if (accessRoles.length > 0) {
    role.addToPolicy(
      new PolicyStatement({
        sid: 'AssumeAccessRoles',
        actions: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
        resources: accessRoles,
      }),
    );
  }
  acknowledgeTracing(role);
  return role;
}

function accessRoleArns(partition: string, { owner, program, environments }: ExecutionRoleProps): string[] {
  if (owner === 'promotion') return [];
  const arns = Object.values(environments.environments).flatMap((environment) =>
    accessSides(environment)
      .filter((side) => program.accessStatements[owner]?.[side] !== undefined)
      .map(
        (side) =>
          `arn:${partition}:iam::${environment.account}:role/${accessRoleName(owner, side, environments.qualifier)}`,
      ),
  );
  return [...new Set(arns)].sort();
}

/**
 * `StateMachineExecutions` are the resources that the Service Authorization Reference names for DescribeExecution and
 * ListMapRuns (execution; a Map Run's children have the label after the machine's name) and DescribeMapRun (mapRun).
 * They are made of names: references would make roles, functions and machines depend on each other in a circle.
 */
function placeholders(stack: Stack, { program, environments, store }: ExecutionRoleProps): Placeholders {
  const states = `arn:${stack.partition}:states:${stack.region}:${stack.account}`;
  return {
    Partition: [stack.partition],
    Account: [stack.account],
    Region: [stack.region],
    ArtefactBucketArn: [store.bucket.bucketArn],
    ArtefactKeyArn: [store.key.keyArn],
    StateMachineExecutions: program.machines.flatMap(({ owner, distributedMap }) => {
      const name = stateMachineName(owner, environments.qualifier);
      const executions = [`${states}:execution:${name}:*`];
      return distributedMap
        ? [...executions, `${states}:execution:${name}/*:*`, `${states}:mapRun:${name}/*:*`]
        : executions;
    }),
  };
}

import { Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { stateMachineName } from '../../lambdas/core/names.ts';
import type { Machine } from '../../lambdas/manifest.ts';
import { acknowledgeMachineLogging, acknowledgeWildcards } from './acknowledgements.ts';
import type { ArtefactStore } from './artefact-store.ts';

/** What a machine's text names, and so what its role may use. */
export interface MachineRoleProps {
  readonly machine: Machine;
  readonly qualifier?: string | undefined;
  readonly store: ArtefactStore;
  /** ARNs of the functions that the text invokes. */
  readonly functionArns: readonly string[];
  /** The machines that the text starts. */
  readonly children: readonly Machine[];
}

/** ARN of a machine, by its name: a reference would make a machine and its own role depend on each other. */
export function stateMachineArn(stack: Stack, machine: Machine, qualifier?: string): string {
  return `${states(stack)}:stateMachine:${stateMachineName(machine.owner, qualifier)}`;
}

/**
 * The role of a state machine, written by hand: a definition from text grants nothing. CDK adds the log delivery and
 * X-Ray where it configures them.
 */
export function machineRole(stack: Stack, props: MachineRoleProps): Role {
  const { machine, qualifier } = props;
  const own = stateMachineArn(stack, machine, qualifier);
  const role = new Role(stack, `${machine.id}MachineRole`, {
    roleName: `${stateMachineName(machine.owner, qualifier)}-machine`,
    description: `State machine of cross-account-promoter: ${machine.owner}`,
    assumedBy: new ServicePrincipal('states.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        // The children of a Distributed Map belong to the machine `<name>/<label>`.
        ArnLike: { 'aws:SourceArn': machine.distributedMap ? [own, `${own}/*`] : own },
      },
    }),
  });
  const add = (statement: PolicyStatement) => {
    role.addToPolicy(statement);
    acknowledgeWildcards(role, statement);
  };
  if (props.functionArns.length > 0) {
    add(
      new PolicyStatement({
        sid: 'InvokeWorkers',
        actions: ['lambda:InvokeFunction'],
        resources: [...props.functionArns],
      }),
    );
  }
  if (props.children.length > 0) childStatements(stack, props).forEach(add);
  if (machine.distributedMap) distributedMapPolicy(role, props);
  acknowledgeMachineLogging(role);
  return role;
}

/** `startExecution.sync:2`: start a child, follow it by an EventBridge rule of Step Functions' own, stop it on abort. */
function childStatements(stack: Stack, { children, qualifier }: MachineRoleProps): PolicyStatement[] {
  const executions = children.map((child) => executionArn(stack, child, qualifier));
  return [
    new PolicyStatement({
      sid: 'StartMachines',
      actions: ['states:StartExecution'],
      resources: children.map((child) => stateMachineArn(stack, child, qualifier)),
    }),
    new PolicyStatement({
      sid: 'FollowExecutions',
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      resources: executions.map((execution) => `${execution}:*`),
    }),
    new PolicyStatement({
      sid: 'FollowExecutionsByEvent',
      actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
      resources: [
        `arn:${stack.partition}:events:${stack.region}:${stack.account}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`,
      ],
    }),
  ];
}

/** Start, follow and redrive the Map's children, and read the list of items that they are made from. */
function distributedMapPolicy(role: Role, { machine, qualifier, store }: MachineRoleProps): void {
  const stack = Stack.of(role);
  const execution = executionArn(stack, machine, qualifier);
  const statements = [
    new PolicyStatement({
      sid: 'StartMapChildren',
      actions: ['states:StartExecution'],
      resources: [stateMachineArn(stack, machine, qualifier)],
    }),
    new PolicyStatement({
      sid: 'FollowMapChildren',
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      resources: [`${execution}:*`],
    }),
    new PolicyStatement({
      sid: 'RedriveMapChildren',
      actions: ['states:RedriveExecution'],
      resources: [`${execution}/*:*`],
    }),
    new PolicyStatement({
      sid: 'ReadItemLists',
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [`${store.bucket.bucketArn}/promotions/*/${machine.owner}/*`],
    }),
    new PolicyStatement({
      sid: 'UseArtefactKey',
      // Nothing is written with it: there is no ResultWriter.
      actions: ['kms:Decrypt'],
      resources: [store.key.keyArn],
    }),
  ];
  const policy = new Policy(role, 'DistributedMap', { roles: [role], statements });
  for (const statement of statements) acknowledgeWildcards(policy, statement);
}

function states(stack: Stack): string {
  return `arn:${stack.partition}:states:${stack.region}:${stack.account}`;
}

function executionArn(stack: Stack, machine: Machine, qualifier?: string): string {
  return `${states(stack)}:execution:${stateMachineName(machine.owner, qualifier)}`;
}

import { join } from 'node:path';
import { type App, CfnOutput, DefaultStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Environments } from '../../lambdas/core/environments.ts';
import { artefactStore } from './artefact-store.ts';
import { executionRole } from './execution-role.ts';
import { ownersOf, type Program } from './program.ts';
import { promotionTrigger } from './promotion-trigger.ts';
import { allowTransfers } from './transfer-access.ts';
import { workerFunction, workerLogGroup } from './worker-function.ts';
import { workflow } from './workflow.ts';

/** What the tooling account's stack is made from. */
export interface ToolingStackProps {
  readonly program: Program;
  readonly environments: Environments;
  /** Directory with a bundle for each worker, named by its id. */
  readonly bundles: string;
  /** The text of a state machine file, by its path in the manifest. */
  readonly readDefinition: (file: string) => string;
}

/** Name of the tooling account's stack. */
export function toolingStackName(qualifier?: string): string {
  return ['cross-account-promoter-tooling', ...(qualifier ? [qualifier] : [])].join('-');
}

/** Everything in the tooling account: the artefact store, the workers with a role an owner, the state machines. */
export function toolingStack(app: App, { program, environments, bundles, readDefinition }: ToolingStackProps): Stack {
  const { qualifier, tooling } = environments;
  const stack = new Stack(app, toolingStackName(qualifier), {
    env: tooling,
    description: 'cross-account-promoter: workers, state machines and artefacts',
    // The CLI checks the version itself; the rule would only add a parameter and a rule to the template.
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
  });
  const store = artefactStore(stack);
  allowTransfers(store, environments);
  const functions = new Map<string, LambdaFunction>();
  for (const owner of ownersOf(program)) {
    const workers = program.workers
      .filter((worker) => worker.owner === owner)
      .map((worker) => ({ worker, logGroup: workerLogGroup(stack, worker.id, qualifier) }));
    const logGroups = workers.map(({ logGroup }) => logGroup);
    const role = executionRole(stack, { owner, program, environments, store, logGroups });
    for (const { worker, logGroup } of workers) {
      const bundleDirectory = join(bundles, worker.id);
      const props = { bundleDirectory, role, logGroup, store, qualifier };
      functions.set(worker.id, workerFunction(stack, worker, props));
    }
  }
  new CfnOutput(stack, 'ArtefactBucketName', { value: store.bucket.bucketName });
  for (const machine of program.machines) {
    const text = readDefinition(machine.file);
    const stateMachine = workflow(stack, { machine, text, functions, machines: program.machines, store, qualifier });
    if (machine.owner === 'promotion') {
      new CfnOutput(stack, 'PromotionStateMachineArn', { value: stateMachine.stateMachineArn });
      promotionTrigger(stack, { machine: stateMachine, qualifier, organizationId: environments.organizationId });
    }
  }
  return stack;
}

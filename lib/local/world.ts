import type { Environments } from '../../lambdas/core/environments.ts';
import type { Deployment } from './loader/deployment.ts';

/** The line that `up` prints when it is ready: where everything is. Keys of parts that are not built are absent. */
export interface World {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  /** Region of the tooling account. */
  readonly region: string;
  /** Account ids by environment name, and `tooling`. */
  readonly accounts: Readonly<Record<string, string>>;
  /** ARNs by what a state machine does. */
  readonly stateMachines: { readonly promotion: string };
  readonly artefactBucket: string;
  /** Name of the event bus in the tooling account. */
  readonly eventBus?: string;
}

/** Describes what was deployed from the outputs of the tooling stack. */
export function describeWorld(endpoint: string, environments: Environments, { outputs }: Deployment): World {
  const { account, region } = environments.tooling;
  const named = Object.entries(environments.environments).map(([name, environment]) => [name, environment.account]);
  return {
    endpoint,
    region,
    accounts: { tooling: account, ...Object.fromEntries(named) },
    stateMachines: { promotion: output(outputs, 'PromotionStateMachineArn') },
    artefactBucket: output(outputs, 'ArtefactBucketName'),
    ...(valuesOf(outputs, 'EventBusName').length > 0 && { eventBus: output(outputs, 'EventBusName') }),
  };
}

const valuesOf = (outputs: Deployment['outputs'], name: string): unknown[] =>
  Object.values(outputs).flatMap((stack) => (name in stack ? [stack[name]] : []));

function output(outputs: Deployment['outputs'], name: string): string {
  const values = valuesOf(outputs, name);
  if (values.length === 1 && typeof values[0] === 'string') return values[0];
  throw new Error(`one stack must have the output ${name}, but ${values.length} have it`);
}

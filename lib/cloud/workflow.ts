import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { stateMachineName } from '../../lambdas/core/names.ts';
import type { Machine } from '../../lambdas/manifest.ts';
import type { ArtefactStore } from './artefact-store.ts';
import { machineRole, stateMachineArn } from './machine-role.ts';

/** A machine with its text and what the text may name. */
export interface WorkflowProps {
  readonly machine: Machine;
  /** Amazon States Language, as it stands in the file. */
  readonly text: string;
  /** All worker functions by the id of the worker. */
  readonly functions: ReadonlyMap<string, IFunction>;
  /** All machines of the program. */
  readonly machines: readonly Machine[];
  readonly store: ArtefactStore;
  readonly qualifier?: string | undefined;
}

/**
 * A state machine from its text. The text stays in the template, where a diff shows it; each placeholder in it becomes
 * a definition substitution and, for functions and machines, a right of the machine's role.
 * @throws Error when the text is not JSON, names something unknown, or has a Distributed Map that the manifest denies
 */
export function workflow(stack: Stack, props: WorkflowProps): StateMachine {
  const { machine, text, qualifier } = props;
  const distributed = hasDistributedMap(machine.file, text);
  if (distributed !== machine.distributedMap) {
    throw new Error(
      `${machine.file}: distributedMap is ${machine.distributedMap} in the manifest, ${distributed} in the text`,
    );
  }
  const named = resolvePlaceholders(stack, props);
  const name = stateMachineName(machine.owner, qualifier);
  const role = machineRole(stack, { ...named, machine, qualifier, store: props.store });
  return new StateMachine(stack, `${machine.id}StateMachine`, {
    stateMachineName: name,
    stateMachineType: StateMachineType.STANDARD,
    definitionBody: DefinitionBody.fromString(text),
    definitionSubstitutions: named.substitutions,
    role,
    tracingEnabled: true,
    logs: {
      level: LogLevel.ALL,
      // Causes of errors and pointers to artefacts stay in the history, which ends after 90 days.
      includeExecutionData: false,
      destination: new LogGroup(stack, `${machine.id}MachineLogs`, {
        // Below this prefix the resource policy of CloudWatch Logs does not grow with each machine.
        logGroupName: `/aws/vendedlogs/states/${name}`,
        retention: RetentionDays.THREE_MONTHS,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    },
  });
}

interface NamedInText {
  readonly substitutions: Record<string, string>;
  readonly functionArns: string[];
  readonly children: Machine[];
}

function resolvePlaceholders(stack: Stack, props: WorkflowProps): NamedInText {
  const named: NamedInText = { substitutions: {}, functionArns: [], children: [] };
  const functions = new Map([...props.functions].map(([id, worker]) => [`${id}Arn`, worker]));
  const machines = new Map(props.machines.map((machine) => [`${machine.id}StateMachineArn`, machine]));
  for (const name of placeholdersIn(props.text)) {
    const worker = functions.get(name);
    const child = machines.get(name);
    if (worker) {
      named.functionArns.push(worker.functionArn);
      named.substitutions[name] = worker.functionArn;
    } else if (child) {
      named.children.push(child);
      named.substitutions[name] = stateMachineArn(stack, child, props.qualifier);
    } else if (name === 'ArtefactBucketName') {
      named.substitutions[name] = props.store.bucket.bucketName;
    } else {
      throw new Error(`${props.machine.file}: \${${name}} is no worker, machine or bucket of the manifest`);
    }
  }
  return named;
}

function placeholdersIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/\$\{([A-Za-z0-9]+)\}/g)].map(([, name]) => name as string))].sort();
}

function hasDistributedMap(file: string, text: string): boolean {
  let found = false;
  try {
    JSON.parse(text, (key, value) => {
      found ||= key === 'Mode' && value === 'DISTRIBUTED';
      return value;
    });
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`);
  }
  return found;
}

import { randomUUID } from 'node:crypto';
import { ServiceError } from '../service.ts';
import { executionArn } from './arns.ts';
import type { Definition } from './definition.ts';
import { type Execution, type ExecutionStatus, launchExecution, type Running } from './execution.ts';
import type { HistoryEvent } from './history.ts';
import type { StatesPorts } from './ports.ts';
import { checkExecutionInput, checkName, requireArn } from './requests.ts';
import type { Children, MapRun } from './scope.ts';
import { createTaskTokens, type TaskAnswers } from './task-tokens.ts';
import { parseDefinition } from './validation/definition.ts';

/** A state machine as it was created; `creationDate` is milliseconds since the epoch. */
export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  /** The text as given. */
  readonly definition: string;
  readonly type: 'STANDARD';
  readonly creationDate: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** What a state machine is created from; its account and region are those of its ARN. */
export interface StateMachineInput {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly definition: string;
  readonly type: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** One history event with the execution that it belongs to. */
export interface ExecutionEvent {
  readonly executionArn: string;
  /** With `/<label>` for a child of a Map Run. */
  readonly stateMachineArn: string;
  readonly event: HistoryEvent;
}

/** Which executions to list: of one machine, or of one Map Run; null does not restrict. */
export interface ExecutionFilter {
  readonly stateMachineArn: string | null;
  readonly mapRunArn: string | null;
  readonly status: string | null;
}

/**
 * State machines and their executions, all in memory, finished ones too. Every function throws `ServiceError` with the
 * error code of the service's API.
 */
export interface StatesEngine {
  /** Throws `InvalidDefinition`, `InvalidName`, `InvalidArn`, `StateMachineAlreadyExists`, `StateMachineTypeNotSupported`. */
  createStateMachine(input: StateMachineInput): StateMachine;
  describeStateMachine(arn: string): StateMachine;
  /** In the order of creation. */
  listStateMachines(): readonly StateMachine[];
  /**
   * Starts an execution and answers at once. The same name with the same input while it runs answers the running one;
   * any other use of a used name is `ExecutionAlreadyExists`. Defaults: a random name, the input `{}`.
   */
  startExecution(call: { stateMachineArn: string; name?: string | null; input?: string | null }): Execution;
  describeExecution(arn: string): Execution;
  /** Newest first. */
  listExecutions(filter: ExecutionFilter): readonly Execution[];
  /** Events in their order. */
  getHistory(arn: string): readonly HistoryEvent[];
  /** Aborts the execution, the children it waits for and its Map Runs; nothing happens when it has ended. */
  stopExecution(call: { executionArn: string; error?: string | null; cause?: string | null }): Execution;
  /** Resolves with the execution when it has ended. */
  executionEnded(arn: string): Promise<Execution>;
  describeMapRun(arn: string): MapRun;
  /** Map Runs that the execution has started, oldest first. */
  listMapRuns(executionArn: string): readonly MapRun[];
  /** What holders of task tokens may send. */
  readonly tasks: TaskAnswers;
  /** Calls the listener synchronously for each event from now on; answers what ends the subscription. */
  onEvent(listener: (event: ExecutionEvent) => void): () => void;
}

interface Machine extends StateMachine {
  readonly parsed: Definition;
}

function missing(code: string, words: string, arn: string): ServiceError {
  return new ServiceError(code, `${words}: '${arn}'`);
}

/** An empty engine on the ports of a host. */
export function createStatesEngine(ports: StatesPorts): StatesEngine {
  const machines = new Map<string, Machine>();
  const executions = new Map<string, Running>();
  const mapRuns = new Map<string, MapRun>();
  const tokens = createTaskTokens();
  const listeners = new Set<(event: ExecutionEvent) => void>();

  const machineOf = (arn: string): Machine => {
    requireArn(arn, 'stateMachine');
    const machine = machines.get(arn);
    if (!machine) throw missing('StateMachineDoesNotExist', 'State Machine Does Not Exist', arn);
    return machine;
  };
  const runningOf = (arn: string): Running => {
    requireArn(arn, 'execution');
    const running = executions.get(arn);
    if (!running) throw missing('ExecutionDoesNotExist', 'Execution Does Not Exist', arn);
    return running;
  };
  const mapRunOf = (arn: string): MapRun => {
    requireArn(arn, 'mapRun');
    const mapRun = mapRuns.get(arn);
    if (!mapRun) throw missing('ResourceNotFound', 'Resource not found', arn);
    return mapRun;
  };

  const launch = (
    machine: Machine,
    name: string,
    input: string,
    child: { mapRun: MapRun; itemCount: number } | null,
  ) => {
    const label = child?.mapRun.label ?? null;
    const arn = executionArn(machine.arn, name, label);
    const stateMachineArn = label === null ? machine.arn : `${machine.arn}/${label}`;
    const running = launchExecution({
      ports,
      children,
      tokens,
      block: machine.parsed,
      machineArn: machine.arn,
      machineName: label === null ? machine.name : `${machine.name}/${label}`,
      roleArn: machine.roleArn,
      timeoutSeconds: machine.parsed.TimeoutSeconds ?? null,
      executionArn: arn,
      stateMachineArn,
      name,
      input,
      mapRun: child && { arn: child.mapRun.mapRunArn, itemCount: child.itemCount },
      onEvent: (event) => {
        for (const listener of listeners) listener({ executionArn: arn, stateMachineArn, event });
      },
    });
    executions.set(arn, running);
    return running.execution;
  };

  const startExecution: StatesEngine['startExecution'] = ({ stateMachineArn, name, input }) => {
    const machine = machineOf(stateMachineArn);
    const given = input ?? '{}';
    const chosen = name ?? randomUUID();
    checkName(chosen);
    checkExecutionInput(given);
    const arn = executionArn(machine.arn, chosen);
    const known = executions.get(arn)?.execution;
    if (known?.status === 'RUNNING' && known.input === given) return known;
    if (known) throw missing('ExecutionAlreadyExists', 'Execution Already Exists', arn);
    return launch(machine, chosen, given, null);
  };

  const children: Children = {
    start: startExecution,
    startInMapRun: ({ mapRun, block, input, itemCount }) => {
      const parent = machineOf(mapRun.stateMachineArn);
      // The time limit of the machine is the parent's, not each child's.
      const { TimeoutSeconds: _, ...parsed } = { ...parent.parsed, ...block };
      return launch({ ...parent, parsed }, randomUUID(), input, { mapRun, itemCount }).executionArn;
    },
    stop: (arn) => runningOf(arn).stop(null, null),
    async ended(arn) {
      const running = runningOf(arn);
      await running.ended;
      return running.execution;
    },
    registerMapRun: (mapRun) => void mapRuns.set(mapRun.mapRunArn, mapRun),
  };

  return {
    createStateMachine(input) {
      requireArn(input.arn, 'stateMachine');
      checkName(input.name);
      if (input.type !== 'STANDARD') {
        const message = `Type ${input.type} is not supported by this host; use STANDARD`;
        throw new ServiceError('StateMachineTypeNotSupported', message);
      }
      if (machines.has(input.arn)) {
        throw missing('StateMachineAlreadyExists', 'State Machine Already Exists', input.arn);
      }
      const parsed = parseDefinition(input.definition);
      const { arn, name, roleArn, definition, tags = {} } = input;
      const creationDate = ports.clock.now();
      const machine: Machine = { arn, name, roleArn, definition, type: 'STANDARD', creationDate, tags, parsed };
      machines.set(arn, machine);
      return machine;
    },
    describeStateMachine: machineOf,
    listStateMachines: () => [...machines.values()],
    startExecution,
    describeExecution: (arn) => runningOf(arn).execution,
    listExecutions({ stateMachineArn, mapRunArn, status }) {
      if (stateMachineArn !== null) machineOf(stateMachineArn);
      if (mapRunArn !== null) mapRunOf(mapRunArn);
      const matches = ({ execution }: Running) =>
        (stateMachineArn === null || execution.stateMachineArn === stateMachineArn) &&
        (mapRunArn === null || execution.mapRun?.arn === mapRunArn) &&
        (status === null || execution.status === (status as ExecutionStatus));
      return [...executions.values()]
        .filter(matches)
        .map(({ execution }) => execution)
        .reverse();
    },
    getHistory: (arn) => runningOf(arn).execution.events,
    stopExecution({ executionArn: arn, error, cause }) {
      const running = runningOf(arn);
      running.stop(error ?? null, cause ?? null);
      return running.execution;
    },
    async executionEnded(arn) {
      const running = runningOf(arn);
      await running.ended;
      return running.execution;
    },
    describeMapRun: mapRunOf,
    listMapRuns(arn) {
      runningOf(arn);
      return [...mapRuns.values()].filter((mapRun) => mapRun.executionArn === arn);
    },
    tasks: tokens,
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import type { StatesBlock } from './definition.ts';
import { asFailure, Stopped } from './failure.ts';
import { createHistory, type HistoryEvent } from './history.ts';
import type { StatesPorts } from './ports.ts';
import { runBlock } from './run-block.ts';
import { type ChildResult, type Children, type ExecutionRun, realTimer, type Scope } from './scope.ts';
import type { TaskTokens } from './task-tokens.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** One execution, going on or ended. Moments are milliseconds since the epoch, input and output JSON text. */
export interface Execution extends ChildResult {
  readonly status: ExecutionStatus;
  /** Of the Map Run that the execution is a child of, with the number of its items; null for others. */
  readonly mapRun: { readonly arn: string; readonly itemCount: number } | null;
  readonly events: readonly HistoryEvent[];
}

/** What an execution is started with. */
export interface Launch {
  readonly ports: StatesPorts;
  readonly children: Children;
  readonly tokens: TaskTokens;
  readonly block: StatesBlock;
  readonly machineArn: string;
  readonly machineName: string;
  readonly roleArn: string;
  /** Real seconds after which the execution is TIMED_OUT; null for no limit. */
  readonly timeoutSeconds: number | null;
  readonly executionArn: string;
  /** With the label for a child of a Map Run. */
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
  readonly mapRun: Execution['mapRun'];
  readonly onEvent: (event: HistoryEvent) => void;
}

/** A started execution: its present state, a way to stop it, and its end. */
export interface Running {
  readonly execution: Execution;
  /** Ends it with status ABORTED; nothing happens when it has ended. */
  stop(error: string | null, cause: string | null): void;
  readonly ended: Promise<void>;
}

const ERROR_LENGTH = 256;
const CAUSE_LENGTH = 32_768;

interface End {
  readonly status: ExecutionStatus;
  readonly output?: string;
  readonly error?: string | null;
  readonly cause?: string | null;
  /** The event before the last one; executions that are cut off have 0. */
  readonly after?: number;
}
const END_EVENTS: Readonly<Record<string, string>> = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
};

/** Starts an execution; it does its first step after the caller has gone on. */
export function launchExecution(launch: Launch): Running {
  const { ports, executionArn, name, input, machineArn, roleArn } = launch;
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const history = createHistory(ports.clock.now, launch.onEvent);
  const execution: { -readonly [K in keyof Execution]: Execution[K] } = {
    executionArn,
    stateMachineArn: launch.stateMachineArn,
    name,
    input,
    mapRun: launch.mapRun,
    startDate: ports.clock.now(),
    stopDate: null,
    status: 'RUNNING',
    output: null,
    error: null,
    cause: null,
    events: history.events,
  };

  const end = ({ status, output, error, cause, after = 0 }: End) => {
    if (execution.status !== 'RUNNING') return;
    execution.status = status;
    execution.stopDate = ports.clock.now();
    execution.output = output ?? null;
    execution.error = error?.slice(0, ERROR_LENGTH) ?? null;
    execution.cause = cause?.slice(0, CAUSE_LENGTH) ?? null;
    history.close(END_EVENTS[status] ?? status, after, {
      ...(output !== undefined && { output, outputDetails: { truncated: false } }),
      ...(execution.error !== null && { error: execution.error }),
      ...(execution.cause !== null && { cause: execution.cause }),
    });
    controller.abort();
  };

  const run: ExecutionRun = {
    ports,
    children: launch.children,
    tokens: launch.tokens,
    history,
    executionArn,
    machineArn,
    roleArn,
    runBlock,
    context: {
      Execution: {
        Id: executionArn,
        Input: JSON.parse(input),
        StartTime: new Date(execution.startDate).toISOString(),
        Name: name,
        RoleArn: roleArn,
        RedriveCount: 0,
      },
      StateMachine: { Id: launch.stateMachineArn, Name: launch.machineName },
    },
  };
  // The first state follows "no event", not the event of the start: so the service counts.
  const thread = { last: 0 };
  const scope: Scope = { run, thread, signal: controller.signal, map: null, variables: {}, active: null };

  const work = async (): Promise<void> => {
    await setImmediate();
    const cancelTimer =
      launch.timeoutSeconds === null ? () => {} : realTimer(launch.timeoutSeconds, () => end({ status: 'TIMED_OUT' }));
    try {
      const output = await runBlock(scope, launch.block, JSON.parse(input));
      end({ status: 'SUCCEEDED', output: JSON.stringify(output), after: thread.last });
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure) {
        end({ status: 'FAILED', error: failure.errorName, cause: failure.causeText, after: thread.last });
      } else if (!(thrown instanceof Stopped)) {
        const cause = `internal error of the host: ${thrown instanceof Error ? thrown.stack : String(thrown)}`;
        end({ status: 'FAILED', error: 'States.Runtime', cause, after: thread.last });
      }
    } finally {
      cancelTimer();
    }
  };

  history.append('ExecutionStarted', 0, { input, inputDetails: { truncated: false }, roleArn });
  return {
    execution,
    ended: work(),
    stop: (error, cause) => end({ status: 'ABORTED', error, cause }),
  };
}

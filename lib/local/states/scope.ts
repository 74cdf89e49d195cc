import type { StatesBlock } from './definition.ts';
import { Stopped } from './failure.ts';
import type { History, Thread } from './history.ts';
import type { Json, JsonObject } from './json.ts';
import type { StatesPorts } from './ports.ts';
import type { TaskTokens } from './task-tokens.ts';

/** How an execution ended, in the words of DescribeExecution. */
export interface ChildResult {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: string;
  readonly startDate: number;
  readonly stopDate: number | null;
  readonly input: string;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
}

/** Totals of a Map Run, of items or of child executions. */
export interface MapRunCounts {
  pending: number;
  running: number;
  succeeded: number;
  failed: number;
  timedOut: number;
  aborted: number;
}

/** A Map Run while it goes on and after; DescribeMapRun shows it. Moments are milliseconds since the epoch. */
export interface MapRun {
  readonly mapRunArn: string;
  readonly executionArn: string;
  /** Of the parent, without a label. */
  readonly stateMachineArn: string;
  readonly label: string;
  readonly startDate: number;
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number;
  readonly toleratedFailurePercentage: number;
  readonly itemCounts: MapRunCounts;
  readonly executionCounts: MapRunCounts;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  stopDate: number | null;
}

/** What a running execution asks of the engine for the executions that it starts. */
export interface Children {
  /** Throws `ServiceError` as StartExecution does. */
  start(call: { stateMachineArn: string; name: string | null; input: string | null }): {
    executionArn: string;
    startDate: number;
  };
  /** Starts one child of a Map Run. */
  startInMapRun(call: { mapRun: MapRun; block: StatesBlock; input: string; itemCount: number }): string;
  stop(executionArn: string): void;
  /** Resolves when the execution has ended. */
  ended(executionArn: string): Promise<ChildResult>;
  registerMapRun(mapRun: MapRun): void;
}

/** One execution while it runs. */
export interface ExecutionRun {
  readonly ports: StatesPorts;
  readonly children: Children;
  readonly tokens: TaskTokens;
  readonly history: History;
  readonly executionArn: string;
  /** Of the state machine, without the label of a Map Run. */
  readonly machineArn: string;
  readonly roleArn: string;
  /** `Execution` and `StateMachine` of the context object. */
  readonly context: JsonObject;
  /** Runs states from `StartAt` to a terminal state, and answers its output. */
  readonly runBlock: (scope: Scope, block: StatesBlock, input: Json) => Promise<Json>;
}

/** One line of control with its variables. A branch or an iteration starts with a copy of the outer variables. */
export interface Scope {
  readonly run: ExecutionRun;
  readonly thread: Thread;
  readonly signal: AbortSignal;
  /** `Map` of the context object inside an iteration. */
  readonly map: JsonObject | null;
  variables: Readonly<Record<string, Json>>;
  /** Type of the state that runs now, null between states. */
  active: string | null;
}

/** Waits on the modelled clock; throws `Stopped` when the scope is stopped meanwhile. */
export async function sleep(scope: Scope, milliseconds: number): Promise<void> {
  try {
    await scope.run.ports.clock.wait(milliseconds, scope.signal);
  } catch (error) {
    if (scope.signal.aborted) throw new Stopped('stopped while waiting');
    throw error;
  }
}

/** The promise's outcome, or `Stopped` as soon as the signal is aborted. */
export function untilStopped<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(new Stopped('stopped while a call was open'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** The longest delay that Node's timers take; longer ones would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Calls `fire` after so many real seconds; answers what ends the timer. Timeouts are never scaled. */
export function realTimer(seconds: number, fire: () => void): () => void {
  const timer = setTimeout(fire, Math.min(seconds * 1000, LONGEST_TIMER));
  return () => clearTimeout(timer);
}

import type { Catcher, Outcome, Retrier } from './definition.ts';
import { asFailure, dataLimitExceeded, errorOutput, matchesError, StateFailure } from './failure.ts';
import { exceedsDataLimit, isObject, type Json, type JsonObject } from './json.ts';
import { type Bindings, evaluateField, evaluateTemplate, type FieldType, QueryFailure } from './query.ts';
import { createRetryPlan } from './retry.ts';
import { type Scope, sleep } from './scope.ts';

/** One entry into a state. */
export interface Frame {
  readonly scope: Scope;
  readonly name: string;
  readonly type: string;
  readonly input: Json;
  /** Id of the event `…StateEntered`, and of the event before it. */
  readonly enteredId: number;
  readonly enteredFrom: number;
  readonly enteredTime: string;
  retryCount: number;
  /** Token of the present attempt, null in states that have none. */
  taskToken: string | null;
}

/** Where a state leads: the next state's name, or null at the end of its block. */
export interface Step {
  readonly output: Json;
  readonly next: string | null;
}

/** What an expression sees beside the input: a result, an error, another `Map` of the context object. */
export interface Seen {
  readonly result?: Json;
  readonly errorOutput?: Json;
  readonly map?: JsonObject;
}

const COUNTS_RETRIES = new Set(['Task', 'Map', 'Parallel']);

/** Records the entry into a state. */
export function enterState(scope: Scope, name: string, type: string, input: Json): Frame {
  const enteredFrom = scope.thread.last;
  const enteredId = scope.run.history.advance(scope.thread, `${type}StateEntered`, {
    name,
    input: JSON.stringify(input),
    inputDetails: { truncated: false },
  });
  scope.active = type;
  const enteredTime = new Date(scope.run.ports.clock.now()).toISOString();
  return { scope, name, type, input, enteredId, enteredFrom, enteredTime, retryCount: 0, taskToken: null };
}

/** The sentence with which the service begins the cause of an error that it found itself. */
export function whileExecuting(frame: Frame, message: string): string {
  return `An error occurred while executing the state '${frame.name}' (entered at the event id #${frame.enteredId}). ${message}`;
}

/**
 * Records that an expression failed. While nothing but the entry has happened the event follows what came before the
 * entry, as the service records it.
 */
export function evaluationFailed(
  frame: Frame,
  message: string,
  location: string | null,
  previous = frame.scope.thread.last === frame.enteredId ? frame.enteredFrom : frame.scope.thread.last,
): StateFailure {
  const { run, thread } = frame.scope;
  const error = 'States.QueryEvaluationError';
  const cause = whileExecuting(frame, message);
  const place = location === null ? {} : { location };
  thread.last = run.history.append('EvaluationFailed', previous, { error, cause, ...place, state: frame.name });
  return new StateFailure(error, cause);
}

function bindings(frame: Frame, seen: Seen): Bindings {
  const { run, variables, map } = frame.scope;
  const state: JsonObject = { Name: frame.name, EnteredTime: frame.enteredTime };
  if (COUNTS_RETRIES.has(frame.type)) state.RetryCount = frame.retryCount;
  const context: JsonObject = { ...run.context, State: state };
  if (frame.taskToken !== null) context.Task = { Token: frame.taskToken };
  const item = seen.map ?? map;
  if (item) context.Map = item;
  const states: JsonObject = { input: frame.input, context };
  if (seen.result !== undefined) states.result = seen.result;
  if (seen.errorOutput !== undefined) states.errorOutput = seen.errorOutput;
  return { states, variables };
}

async function reporting<T>(frame: Frame, evaluation: Promise<T>): Promise<T> {
  try {
    return await evaluation;
  } catch (error) {
    if (error instanceof QueryFailure) throw evaluationFailed(frame, error.message, error.location);
    throw error;
  }
}

/** Evaluates a template with expressions in it. Throws `States.QueryEvaluationError`, and records it. */
export function queryTemplate(frame: Frame, template: Json, location: string, seen: Seen = {}): Promise<Json> {
  return reporting(frame, evaluateTemplate(template, location, bindings(frame, seen)));
}

/** Evaluates a field that must have one type. Throws `States.QueryEvaluationError`, and records it. */
export function queryField(frame: Frame, template: Json, type: FieldType, location: string): Promise<Json> {
  return reporting(frame, evaluateField(template, type, location, bindings(frame, {})));
}

/** Evaluates an optional whole number that must not be below `least`. */
export async function queryCount(
  frame: Frame,
  template: Json | undefined,
  location: string,
  least = 0,
): Promise<number | null> {
  if (template === undefined) return null;
  const value = Number(await queryField(frame, template, 'integer', location));
  if (value < least) throw evaluationFailed(frame, `The field '${location}' must be at least ${least}.`, location);
  return value;
}

/**
 * Leaves the state: evaluates `Assign` and `Output` against what holds on entry, checks the size and records the exit.
 * `fallback` is the output where the outcome names none; `place` goes before the field names in locations.
 */
export async function leaveState(
  frame: Frame,
  outcome: Outcome,
  fallback: Json,
  seen: Seen = {},
  place = '',
): Promise<Step> {
  const { scope } = frame;
  const assigned = outcome.Assign ? await queryTemplate(frame, outcome.Assign, `${place}Assign`, seen) : {};
  const output =
    outcome.Output === undefined ? fallback : await queryTemplate(frame, outcome.Output, `${place}Output`, seen);
  if (exceedsDataLimit(output) || exceedsDataLimit(assigned)) throw dataLimitExceeded(frame.name);
  const variables = isObject(assigned) ? assigned : {};
  const texts = Object.entries(variables).map(([name, value]) => [name, JSON.stringify(value)]);
  scope.run.history.advance(scope.thread, `${frame.type}StateExited`, {
    name: frame.name,
    output: JSON.stringify(output),
    outputDetails: { truncated: false },
    ...(texts.length > 0 && {
      assignedVariables: Object.fromEntries(texts),
      assignedVariablesDetails: { truncated: false },
    }),
  });
  scope.variables = { ...scope.variables, ...variables };
  scope.active = null;
  return { output, next: outcome.Next ?? null };
}

/**
 * Runs the work of a state under its `Retry` and `Catch`. `onFailed` is called once, when no retry is left and before a
 * catcher is looked for. Whatever no catcher takes is thrown.
 */
export async function withHandlers(
  frame: Frame,
  handlers: { readonly Retry?: readonly Retrier[]; readonly Catch?: readonly Catcher[] },
  work: () => Promise<Step>,
  onFailed: (failure: StateFailure) => void = () => {},
): Promise<Step> {
  const retries = createRetryPlan(handlers.Retry ?? []);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const failure = asFailure(error);
      if (!failure) throw error;
      const delay = retries.next(failure);
      if (delay === null) {
        onFailed(failure);
        const index = handlers.Catch?.findIndex((catcher) => matchesError(catcher.ErrorEquals, failure)) ?? -1;
        const catcher = handlers.Catch?.[index];
        if (!catcher) throw failure;
        const caught = errorOutput(failure);
        return leaveState(frame, catcher, caught, { errorOutput: caught }, `Catch[${index}]/`);
      }
      await sleep(frame.scope, delay);
      frame.retryCount += 1;
    }
  }
}

import type { TaskState } from './definition.ts';
import { asFailure, dataLimitExceeded, StateFailure } from './failure.ts';
import { type Frame, leaveState, queryCount, queryTemplate, type Step, withHandlers } from './frame.ts';
import { callFunction, callLambdaInvoke } from './invoke-function.ts';
import { exceedsDataLimit, type Json } from './json.ts';
import { linkedController } from './pool.ts';
import { realTimer, type Scope, untilStopped } from './scope.ts';
import { refuseUnknown } from './service-call.ts';
import { callSdkStartExecution, callStartExecution, callStartExecutionSync } from './start-execution.ts';
import { functionEvents, serviceEvents, type TaskEvents, type TaskLimits } from './task-events.ts';

interface Call {
  readonly scope: Scope;
  readonly input: Json;
  readonly signal: AbortSignal;
  readonly events: TaskEvents;
}
interface Integration {
  readonly arguments: readonly string[];
  readonly call: (call: Call) => Promise<Json>;
}

const EXECUTION_ARGUMENTS = ['StateMachineArn', 'Input', 'Name'];
const syncCall = (readsJson: boolean): Integration => ({
  arguments: EXECUTION_ARGUMENTS,
  call: ({ scope, input, signal, events }) => callStartExecutionSync(scope, input, signal, events.submitted, readsJson),
});

/** The calls that a Task may make, by what follows `arn:aws:states:::` in its resource. */
export const INTEGRATIONS: Readonly<Record<string, Integration>> = {
  'lambda:invoke': {
    arguments: ['FunctionName', 'Payload', 'Qualifier'],
    call: ({ scope, input }) => callLambdaInvoke(scope, input),
  },
  'states:startExecution': {
    arguments: EXECUTION_ARGUMENTS,
    call: ({ scope, input }) => callStartExecution(scope, input),
  },
  'states:startExecution.sync': syncCall(false),
  'states:startExecution.sync:2': syncCall(true),
  'aws-sdk:sfn:startExecution': {
    arguments: EXECUTION_ARGUMENTS,
    call: ({ scope, input }) => callSdkStartExecution(scope, input),
  },
};

/** `arn:aws:states:::` and the name of a call. */
export const INTEGRATION_PREFIX = 'arn:aws:states:::';
/** The ARN of a function, with or without a qualifier. */
export const FUNCTION_ARN = /^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9$_-]+)?$/;

/** The call's outcome, or `States.Timeout` after so many real seconds; then the call's signal is aborted too. */
async function withinTimeout(
  scope: Scope,
  seconds: number | null,
  call: (signal: AbortSignal) => Promise<Json>,
): Promise<Json> {
  const { controller, release } = linkedController(scope.signal);
  let cancelTimer = () => {};
  const timeout = new Promise<never>((_, reject) => {
    if (seconds === null) return;
    cancelTimer = realTimer(seconds, () => {
      reject(new StateFailure('States.Timeout', null));
      controller.abort();
    });
  });
  try {
    return await Promise.race([untilStopped(scope.signal, call(controller.signal)), timeout]);
  } finally {
    cancelTimer();
    release();
  }
}

async function attempt(
  scope: Scope,
  events: TaskEvents,
  input: Json,
  limits: TaskLimits,
  call: (signal: AbortSignal) => Promise<Json>,
): Promise<Json> {
  events.scheduled(input, limits);
  try {
    const result = await withinTimeout(scope, limits.timeout, call);
    if (exceedsDataLimit(result)) throw dataLimitExceeded(events.subject);
    events.succeeded(result);
    return result;
  } catch (error) {
    const failure = asFailure(error);
    if (failure) events.failed(failure);
    throw failure ?? error;
  }
}

function callResource(scope: Scope, resource: string, input: Json, limits: TaskLimits): Promise<Json> {
  if (!resource.startsWith(INTEGRATION_PREFIX)) {
    const events = functionEvents(scope, resource);
    return attempt(scope, events, input, limits, () => callFunction(scope, resource, input));
  }
  const name = resource.slice(INTEGRATION_PREFIX.length);
  const integration = INTEGRATIONS[name];
  if (!integration) throw new Error(`no integration ${name} in a definition that was checked`);
  const split = name.startsWith('aws-sdk:') ? name.lastIndexOf(':') : name.indexOf(':');
  const events = serviceEvents(scope, name.slice(0, split), name.slice(split + 1));
  return attempt(scope, events, input, limits, async (signal) => {
    refuseUnknown(input, integration.arguments, name);
    return integration.call({ scope, input, signal, events });
  });
}

/** Task: calls what `Resource` names with `Arguments`, or with the input where there are none. */
export function runTask(frame: Frame, state: TaskState): Promise<Step> {
  return withHandlers(frame, state, async () => {
    const input =
      state.Arguments === undefined ? frame.input : await queryTemplate(frame, state.Arguments, 'Arguments');
    const timeout = await queryCount(frame, state.TimeoutSeconds, 'TimeoutSeconds', 1);
    const heartbeat = await queryCount(frame, state.HeartbeatSeconds, 'HeartbeatSeconds', 1);
    const result = await callResource(frame.scope, state.Resource, input, { timeout, heartbeat });
    return leaveState(frame, state, result, { result });
  });
}

import type { TaskState } from './definition.ts';
import { asFailure, dataLimitExceeded, StateFailure } from './failure.ts';
import { type Frame, leaveState, queryCount, queryTemplate, type Step, withHandlers } from './frame.ts';
import { INTEGRATION_PREFIX, INTEGRATIONS, type Integration } from './integrations.ts';
import { callFunction } from './invoke-function.ts';
import { exceedsDataLimit, type Json } from './json.ts';
import { linkedController } from './pool.ts';
import { realTimer, type Scope, untilStopped } from './scope.ts';
import { refuseUnknown } from './service-call.ts';
import { functionEvents, serviceEvents, type TaskEvents, type TaskLimits } from './task-events.ts';
import type { OpenTask } from './task-tokens.ts';

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

function integrationOf(resource: string): Integration | null {
  if (!resource.startsWith(INTEGRATION_PREFIX)) return null;
  const integration = INTEGRATIONS[resource.slice(INTEGRATION_PREFIX.length)];
  if (!integration) throw new Error(`no integration ${resource} in a definition that was checked`);
  return integration;
}

/**
 * What ends a task that has a token: its holder's answer, which may come before the call has answered, or the call's
 * failure. With `either` the call's answer ends it too.
 */
function answerOf(
  task: OpenTask,
  awaits: 'either' | 'token',
  events: TaskEvents,
  called: Promise<Json>,
): Promise<Json> {
  if (awaits === 'either') return Promise.race([task.outcome, called]);
  const submitted = called.then((answer) => {
    if (task.isOpen()) events.submitted(answer);
    return task.outcome;
  });
  return Promise.race([task.outcome, submitted]);
}

async function callResource(
  scope: Scope,
  resource: string,
  integration: Integration | null,
  input: Json,
  limits: TaskLimits,
  task: OpenTask | null,
): Promise<Json> {
  if (!integration) {
    const events = functionEvents(scope, resource);
    return attempt(scope, events, input, limits, () => callFunction(scope, resource, input));
  }
  const name = resource.slice(INTEGRATION_PREFIX.length);
  const split = name.startsWith('aws-sdk:') ? name.lastIndexOf(':') : name.indexOf(':');
  const events = serviceEvents(scope, name.slice(0, split), name.slice(split + 1));
  return attempt(scope, events, input, limits, async (signal) => {
    refuseUnknown(input, integration.arguments, name);
    const called = integration.call({ scope, input, signal, events });
    if (!task || integration.awaits === null) return called;
    task.expectHeartbeats(limits.heartbeat);
    return answerOf(task, integration.awaits, events, called);
  });
}

/** A token for one attempt, where the call is one whose end somebody else may tell. */
function openTask({ run }: Scope, integration: Integration | null): OpenTask | null {
  if (!integration || integration.awaits === null) return null;
  const [, , , region = '', account = ''] = run.machineArn.split(':');
  return run.tokens.open({ region, account });
}

/** Task: calls what `Resource` names with `Arguments`, or with the input where there are none. */
export function runTask(frame: Frame, state: TaskState): Promise<Step> {
  const integration = integrationOf(state.Resource);
  return withHandlers(frame, state, async () => {
    const task = openTask(frame.scope, integration);
    frame.taskToken = task?.token ?? null;
    try {
      const input =
        state.Arguments === undefined ? frame.input : await queryTemplate(frame, state.Arguments, 'Arguments');
      const timeout = await queryCount(frame, state.TimeoutSeconds, 'TimeoutSeconds', 1);
      const heartbeat = await queryCount(frame, state.HeartbeatSeconds, 'HeartbeatSeconds', 1);
      const result = await callResource(frame.scope, state.Resource, integration, input, { timeout, heartbeat }, task);
      return await leaveState(frame, state, result, { result });
    } finally {
      task?.close();
    }
  });
}

import { parseStatesArn } from './arns.ts';
import type { StateFailure } from './failure.ts';
import type { Json } from './json.ts';
import type { Scope } from './scope.ts';

/** Seconds of a task, null where the state names none. */
export interface TaskLimits {
  readonly timeout: number | null;
  readonly heartbeat: number | null;
}

/** Records the life of one attempt of a task. */
export interface TaskEvents {
  /** How the cause of an oversized result names the task. */
  readonly subject: string;
  scheduled(input: Json, limits: TaskLimits): void;
  submitted(output: Json): void;
  succeeded(output: Json): void;
  failed(failure: StateFailure): void;
}

const isTimeout = (failure: StateFailure) => failure.errorName === 'States.Timeout';
const errorDetails = (failure: StateFailure) => ({
  ...(failure.errorName !== null && { error: failure.errorName }),
  ...(failure.causeText !== null && { cause: failure.causeText }),
});
const NOT_TRUNCATED = { truncated: false };

/** Events of a task whose resource is the ARN of a function: `LambdaFunction…`. */
export function functionEvents(scope: Scope, resource: string): TaskEvents {
  const record = (suffix: string, details?: Record<string, unknown>) =>
    scope.run.history.advance(scope.thread, `LambdaFunction${suffix}`, details);
  return {
    subject: resource,
    scheduled(input, { timeout }) {
      record('Scheduled', {
        resource,
        input: JSON.stringify(input),
        inputDetails: NOT_TRUNCATED,
        ...(timeout !== null && { timeoutInSeconds: timeout }),
      });
      record('Started');
    },
    submitted() {},
    succeeded: (output) => record('Succeeded', { output: JSON.stringify(output), outputDetails: NOT_TRUNCATED }),
    failed: (failure) => record(isTimeout(failure) ? 'TimedOut' : 'Failed', errorDetails(failure)),
  };
}

/** Events of a task that calls a service: `Task…`. */
export function serviceEvents(scope: Scope, resourceType: string, resource: string): TaskEvents {
  const service = { resourceType, resource };
  const region = parseStatesArn(scope.run.machineArn)?.region;
  const record = (suffix: string, details?: Record<string, unknown>) =>
    scope.run.history.advance(scope.thread, `Task${suffix}`, { ...service, ...details });
  const output = (value: Json) => ({ output: JSON.stringify(value), outputDetails: NOT_TRUNCATED });
  return {
    subject: resourceType,
    scheduled(input, { timeout, heartbeat }) {
      record('Scheduled', {
        region,
        parameters: JSON.stringify(input),
        ...(timeout !== null && { timeoutInSeconds: timeout }),
        ...(heartbeat !== null && { heartbeatInSeconds: heartbeat }),
      });
      record('Started');
    },
    submitted: (value) => record('Submitted', output(value)),
    succeeded: (value) => record('Succeeded', output(value)),
    failed: (failure) => record(isTimeout(failure) ? 'TimedOut' : 'Failed', errorDetails(failure)),
  };
}

import { TaskFailure } from './ports.ts';

/** An error inside an execution, as `Retry` and `Catch` see it. */
export class StateFailure extends Error {
  override readonly name = 'StateFailure';
  /** Null for a Fail state without `Error`. */
  readonly errorName: string | null;
  /** Null where the service shows no cause. */
  readonly causeText: string | null;
  /** True for a timeout because heartbeats were missing, which `ErrorEquals` can tell apart. */
  readonly lacksHeartbeat: boolean;
  constructor(errorName: string | null, causeText: string | null, lacksHeartbeat = false) {
    super(`${errorName}: ${causeText}`);
    this.errorName = errorName;
    this.causeText = causeText;
    this.lacksHeartbeat = lacksHeartbeat;
  }
}

/** Rejects what runs inside an execution, a branch or an iteration that has been stopped from outside. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** The failure behind a thrown value; null when the value is not a failure that the language knows. */
export function asFailure(thrown: unknown): StateFailure | null {
  if (thrown instanceof StateFailure) return thrown;
  if (thrown instanceof TaskFailure) return new StateFailure(thrown.errorName, thrown.causeText);
  return null;
}

/** The failure of a result larger than `DATA_LIMIT`; `of` is a state's name, or the resource of a task. */
export function dataLimitExceeded(of: string): StateFailure {
  return new StateFailure(
    'States.DataLimitExceeded',
    `The state/task '${of}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/** `$states.errorOutput`: a timeout has an empty cause, a failure without a name or cause has nulls. */
export function errorOutput(failure: StateFailure): { Error: string | null; Cause: string | null } {
  const silent = failure.errorName === 'States.Timeout' ? '' : null;
  return { Error: failure.errorName, Cause: failure.causeText ?? silent };
}

/**
 * True when an `ErrorEquals` list names the failure. `States.Runtime` is never matched; `States.TaskFailed` stands for
 * everything but `States.Timeout`; `States.HeartbeatTimeout` for a `States.Timeout` because heartbeats were missing, as
 * which recordings show it; `States.ALL` also takes `States.DataLimitExceeded`, as recordings of the service show.
 */
export function matchesError(errorEquals: readonly string[], failure: StateFailure): boolean {
  if (failure.errorName === 'States.Runtime') return false;
  return errorEquals.some(
    (name) =>
      name === 'States.ALL' ||
      (name === 'States.HeartbeatTimeout' && failure.lacksHeartbeat) ||
      (name === 'States.TaskFailed' && failure.errorName !== 'States.Timeout') ||
      name === failure.errorName,
  );
}

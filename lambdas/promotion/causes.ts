import { type ErrorName, errorNames } from '../core/errors.ts';

/** An error as a report names it. */
export interface NamedError {
  readonly name: ErrorName;
  readonly message: string;
}

/** A worker's own message has 3,000 characters at most; the cause of the promotion must stay under 32 KiB. */
const messageLimit = 4000;

/**
 * Reads the error and cause that a Catch passed on. A nested execution reports every failure as `States.TaskFailed`
 * with its description as JSON in the cause; a worker's own cause is JSON with `errorMessage`. A cause may be cut, so
 * what cannot be parsed is searched for our names.
 */
export function readCause(error: string, cause: string): NamedError {
  const description = parsed(cause);
  if (typeof description?.Error === 'string') {
    return readCause(description.Error, typeof description.Cause === 'string' ? description.Cause : '');
  }
  const found = /"Error"\s*:\s*"(Promotion\.[A-Za-z]+)"/.exec(cause)?.[1];
  const name = ours(error) ?? ours(found) ?? substitute(error);
  const message = typeof description?.errorMessage === 'string' ? description.errorMessage : cause;
  const said = message.trim() === '' ? error : message;
  return { name, message: (ours(error) ? said : `${error}: ${said}`).slice(0, messageLimit) };
}

function ours(name: string | undefined): ErrorName | undefined {
  return errorNames.find((known) => known === name);
}

/** A function that timed out or died may be gone on with; whatever else has no name of ours is a defect in data or tool. */
function substitute(error: string): ErrorName {
  return /^(States\.(Timeout|HeartbeatTimeout|TaskFailed)|Sandbox\.Timedout|Runtime\.ExitError|Lambda\.)/.test(error)
    ? 'Promotion.Transient'
    : 'Promotion.Data';
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

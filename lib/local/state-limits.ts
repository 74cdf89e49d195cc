import type { ExecutionEvent, StatesEngine } from './states/engine.ts';

/**
 * State carries pointers and counts, so 64 KiB, a quarter of what Step Functions takes (262,144 bytes), is already a
 * mistake; in an account it would be found only when a promotion is large enough.
 */
export const stateInputLimit = 64 * 1024;

/** Likewise an eighth for what a worker answers. */
export const workerOutputLimit = 32 * 1024;

/** Ends every execution that enters a state with more than {@link stateInputLimit}. */
export function enforceStateLimits(states: StatesEngine): () => void {
  return states.onEvent(({ executionArn, event }: ExecutionEvent) => {
    if (!event.type.endsWith('StateEntered')) return;
    const bytes = Buffer.byteLength(String(event.details.input ?? ''));
    if (bytes <= stateInputLimit) return;
    const cause = `state ${event.details.name} was entered with ${bytes} bytes, more than ${stateInputLimit}`;
    // The event is still being written: the execution is stopped when that is done.
    queueMicrotask(() => states.stopExecution({ executionArn, error: 'Host.StateInputTooLarge', cause }));
  });
}

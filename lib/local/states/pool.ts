import { setMaxListeners } from 'node:events';
import { Stopped } from './failure.ts';
import type { Thread } from './history.ts';

/** A controller whose signal is aborted with the outer one; `release` must be called when it is no longer needed. */
export function linkedController(outer: AbortSignal): { controller: AbortController; release(): void } {
  const controller = new AbortController();
  // One signal stops thousands of children; Node would warn of a leak at the eleventh listener.
  setMaxListeners(0, controller.signal);
  const stop = () => controller.abort();
  if (outer.aborted) stop();
  outer.addEventListener('abort', stop, { once: true });
  return { controller, release: () => outer.removeEventListener('abort', stop) };
}

/**
 * Runs `work` for each index with at most `concurrency` at once. The first failure stops the others through their
 * signal and is thrown after all have settled. `slot.last` is the id of the event that freed the place.
 */
export async function runPool(
  length: number,
  concurrency: number,
  outer: AbortSignal,
  firstEvent: number,
  work: (index: number, signal: AbortSignal, slot: Thread) => Promise<void>,
): Promise<void> {
  const { controller, release } = linkedController(outer);
  const failures: unknown[] = [];
  let next = 0;
  const worker = async () => {
    const slot = { last: firstEvent };
    while (next < length && !controller.signal.aborted) {
      const index = next;
      next += 1;
      try {
        await work(index, controller.signal, slot);
      } catch (error) {
        failures.push(error);
        controller.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(length, concurrency) }, worker));
  release();
  if (failures.length > 0) throw failures[0];
  if (outer.aborted) throw new Stopped('stopped with its parent');
}

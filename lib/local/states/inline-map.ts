import type { MapState } from './definition.ts';
import { Stopped } from './failure.ts';
import { type Frame, queryTemplate } from './frame.ts';
import type { Json } from './json.ts';
import { recordAborted } from './parallel.ts';
import { runPool } from './pool.ts';
import type { Scope } from './scope.ts';

/** Iterations of an inline Map that run at once, whatever `MaxConcurrency` says. */
export const INLINE_CONCURRENCY = 40;

/** Runs every item inside this execution. The first failed iteration stops the others and is thrown. */
export async function runInlineMap(
  frame: Frame,
  state: MapState,
  items: readonly Json[],
  maxConcurrency: number,
): Promise<Json[]> {
  const { scope, name } = frame;
  const { history, runBlock } = scope.run;
  const started = history.advance(scope.thread, 'MapStateStarted', { length: items.length });
  const results: Json[] = [];
  let lastSuccess = started;
  let failedAt: number | null = null;

  const iterate = async (index: number, signal: AbortSignal, slot: { last: number }): Promise<void> => {
    const value = items[index] ?? null;
    const map = { Item: { Index: index, Value: value } };
    const inner: Scope = { ...scope, thread: slot, signal, map, active: null };
    history.advance(slot, 'MapIterationStarted', { name, index });
    try {
      const selecting: Frame = { ...frame, scope: inner };
      const input =
        state.ItemSelector === undefined
          ? value
          : await queryTemplate(selecting, state.ItemSelector, 'ItemSelector', { map });
      results[index] = await runBlock(inner, state.ItemProcessor, input);
      lastSuccess = history.append('MapIterationSucceeded', slot.last, { name, index });
    } catch (error) {
      if (error instanceof Stopped) {
        recordAborted(inner);
        history.append('MapIterationAborted', slot.last, { name, index });
      } else {
        failedAt ??= slot.last;
        history.append('MapIterationFailed', slot.last, { name, index });
      }
      throw error;
    }
  };

  const concurrency = Math.min(INLINE_CONCURRENCY, maxConcurrency || INLINE_CONCURRENCY);
  try {
    await runPool(items.length, concurrency, scope.signal, started, iterate);
  } catch (error) {
    scope.thread.last = failedAt ?? started;
    throw error;
  }
  scope.thread.last = lastSuccess;
  history.append('MapStateSucceeded', lastSuccess);
  return results;
}

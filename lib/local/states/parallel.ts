import type { ParallelState } from './definition.ts';
import { Stopped } from './failure.ts';
import { type Frame, leaveState, queryTemplate, type Step, withHandlers } from './frame.ts';
import type { Json } from './json.ts';
import { runPool } from './pool.ts';
import type { Scope } from './scope.ts';

/** States that the service records as aborted when their branch ends early. */
const ABORTABLE = new Set(['Task', 'Wait', 'Map', 'Parallel']);

/** Records that the state which the scope was in has been cut short. */
export function recordAborted(scope: Scope): void {
  if (scope.active === null || !ABORTABLE.has(scope.active)) return;
  scope.run.history.append(`${scope.active}StateAborted`, scope.thread.last);
}

async function runBranches(frame: Frame, state: ParallelState): Promise<Json[]> {
  const { scope } = frame;
  const { history, runBlock } = scope.run;
  const input = state.Arguments === undefined ? frame.input : await queryTemplate(frame, state.Arguments, 'Arguments');
  const started = history.advance(scope.thread, 'ParallelStateStarted');
  const results: Json[] = [];
  let last = started;
  let failedAt: number | null = null;
  const { length } = state.Branches;
  try {
    await runPool(length, length, scope.signal, started, async (index, signal, slot) => {
      const branch = state.Branches[index];
      if (!branch) return;
      const inner: Scope = { ...scope, thread: slot, signal, active: null };
      try {
        results[index] = await runBlock(inner, branch, input);
        last = slot.last;
      } catch (error) {
        if (!(error instanceof Stopped)) failedAt ??= slot.last;
        recordAborted(inner);
        throw error;
      }
    });
  } catch (error) {
    scope.thread.last = failedAt ?? started;
    throw error;
  }
  scope.thread.last = last;
  history.append('ParallelStateSucceeded', last);
  return results;
}

/** Parallel: every branch with the same input; the result is the list of their outputs in the order of the branches. */
export function runParallel(frame: Frame, state: ParallelState): Promise<Step> {
  const { history } = frame.scope.run;
  return withHandlers(
    frame,
    state,
    async () => {
      const result = await runBranches(frame, state);
      return leaveState(frame, state, result, { result });
    },
    () => history.advance(frame.scope.thread, 'ParallelStateFailed'),
  );
}

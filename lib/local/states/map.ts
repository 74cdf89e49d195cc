import type { MapState } from './definition.ts';
import { runMapRun } from './distributed-map.ts';
import { evaluationFailed, type Frame, leaveState, queryCount, queryField, type Step, withHandlers } from './frame.ts';
import { runInlineMap } from './inline-map.ts';
import type { Json } from './json.ts';

/** How many iterations fail before the Map does; null where the state does not say. */
export interface Tolerance {
  readonly count: number | null;
  readonly percentage: number | null;
}

async function itemsOf(frame: Frame, state: MapState): Promise<Json[]> {
  if (state.Items !== undefined) return (await queryField(frame, state.Items, 'array', 'Items')) as Json[];
  if (Array.isArray(frame.input)) return frame.input;
  const message = `Map state input must be an array but was: ${JSON.stringify(frame.input)}`;
  throw evaluationFailed(frame, message, null);
}

async function toleranceOf(frame: Frame, state: MapState): Promise<Tolerance> {
  const count = await queryCount(frame, state.ToleratedFailureCount, 'ToleratedFailureCount');
  const location = 'ToleratedFailurePercentage';
  const template = state.ToleratedFailurePercentage;
  const percentage = template === undefined ? null : Number(await queryField(frame, template, 'number', location));
  if (percentage !== null && (percentage < 0 || percentage > 100)) {
    throw evaluationFailed(frame, 'ToleratedFailurePercentage must be between 0 and 100.', location);
  }
  return { count, percentage };
}

async function runOnce(frame: Frame, state: MapState): Promise<Json[]> {
  const items = state.ItemReader ? null : await itemsOf(frame, state);
  const maxConcurrency = (await queryCount(frame, state.MaxConcurrency, 'MaxConcurrency')) ?? 0;
  const tolerance = await toleranceOf(frame, state);
  return state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED'
    ? runMapRun(frame, state, items, maxConcurrency, tolerance)
    : runInlineMap(frame, state, items ?? [], maxConcurrency);
}

/** Map: the result is the list of the iterations' outputs in the order of the items. */
export function runMap(frame: Frame, state: MapState): Promise<Step> {
  const { history } = frame.scope.run;
  return withHandlers(
    frame,
    state,
    async () => {
      const result = await runOnce(frame, state);
      return leaveState(frame, state, result, { result });
    },
    () => history.advance(frame.scope.thread, 'MapStateFailed'),
  );
}

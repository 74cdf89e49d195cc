import { randomUUID } from 'node:crypto';
import { executionArn, mapRunArn } from './arns.ts';
import type { MapState } from './definition.ts';
import { asFailure, dataLimitExceeded, StateFailure, Stopped } from './failure.ts';
import { type Frame, queryTemplate } from './frame.ts';
import { batchItems, batchingOf, type ChildInput, singleItems } from './item-batcher.ts';
import { itemSource, readItems } from './item-reader.ts';
import { exceedsDataLimit, type Json } from './json.ts';
import type { Tolerance } from './map.ts';
import { runPool } from './pool.ts';
import type { ChildResult, MapRun, MapRunCounts } from './scope.ts';

/** Child executions of one Map Run that run at once where `MaxConcurrency` is 0. */
export const DISTRIBUTED_CONCURRENCY = 10_000;

const labels = new WeakMap<MapState, string>();

/** `Label` of the state, or a name that the host gave it. */
function labelOf(state: MapState): string {
  const label = state.Label ?? labels.get(state) ?? randomUUID();
  labels.set(state, label);
  return label;
}

/** Rights for children of the same machine; a redrive is never made, but the service wants the right to it. */
function authorizeChildren(frame: Frame, label: string): void {
  const { ports, roleArn, machineArn } = frame.scope.run;
  const allow = (action: string, resource: string) => ports.authorize({ roleArn, action, resource });
  allow('states:StartExecution', machineArn);
  allow('states:DescribeExecution', executionArn(machineArn, '*'));
  allow('states:StopExecution', executionArn(machineArn, '*'));
  allow('states:RedriveExecution', executionArn(machineArn, '*', label));
}

const noCounts = (): MapRunCounts => ({ pending: 0, running: 0, succeeded: 0, failed: 0, timedOut: 0, aborted: 0 });
const COUNT_OF: Readonly<Record<string, keyof MapRunCounts>> = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABORTED: 'aborted',
};

function move(mapRun: MapRun, from: keyof MapRunCounts, to: keyof MapRunCounts, itemCount: number): void {
  mapRun.executionCounts[from] -= 1;
  mapRun.executionCounts[to] += 1;
  mapRun.itemCounts[from] -= itemCount;
  mapRun.itemCounts[to] += itemCount;
}

function exceedsTolerance(mapRun: MapRun, total: number, { count, percentage }: Tolerance): boolean {
  const { failed, timedOut, aborted } = mapRun.itemCounts;
  const lost = failed + timedOut + aborted;
  if (count === null && percentage === null) return lost > 0;
  return (count !== null && lost > count) || (percentage !== null && (100 * lost) / total > percentage);
}

async function selectItems(frame: Frame, state: MapState, items: readonly Json[]): Promise<Json[]> {
  const template = state.ItemSelector;
  if (template === undefined) return [...items];
  const selected: Json[] = [];
  for (const [Index, Value] of items.entries()) {
    selected.push(await queryTemplate(frame, template, 'ItemSelector', { map: { Item: { Index, Value } } }));
  }
  return selected;
}

async function childResults(
  frame: Frame,
  state: MapState,
  mapRun: MapRun,
  inputs: readonly ChildInput[],
  tolerance: Tolerance,
): Promise<Json[]> {
  const { children } = frame.scope.run;
  const total = inputs.reduce((sum, { itemCount }) => sum + itemCount, 0);
  mapRun.executionCounts.pending = inputs.length;
  mapRun.itemCounts.pending = total;
  const results: (ChildResult | undefined)[] = inputs.map(() => undefined);
  const concurrency = mapRun.maxConcurrency || DISTRIBUTED_CONCURRENCY;
  await runPool(inputs.length, concurrency, frame.scope.signal, 0, async (index, signal) => {
    const child = inputs[index];
    if (!child) return;
    const { itemCount } = child;
    move(mapRun, 'pending', 'running', itemCount);
    const input = JSON.stringify(child.input);
    const arn = children.startInMapRun({ mapRun, block: state.ItemProcessor, input, itemCount });
    const stop = () => children.stop(arn);
    signal.addEventListener('abort', stop, { once: true });
    const result = await children.ended(arn);
    signal.removeEventListener('abort', stop);
    move(mapRun, 'running', COUNT_OF[result.status] ?? 'failed', itemCount);
    results[index] = result;
    if (signal.aborted) throw new Stopped('the Map Run has ended');
    if (exceedsTolerance(mapRun, total, tolerance)) {
      const cause = 'The specified tolerated failure threshold was exceeded';
      throw new StateFailure('States.ExceedToleratedFailureThreshold', cause);
    }
  });
  return results.flatMap((result) => (typeof result?.output === 'string' ? [JSON.parse(result.output) as Json] : []));
}

/**
 * Runs every item, or batch of items, as a child execution with a history of its own. The result lists the outputs of
 * the children that succeeded, in the order of the items. Beyond the tolerance the other children are stopped and
 * `States.ExceedToleratedFailureThreshold` is thrown.
 */
export async function runMapRun(
  frame: Frame,
  state: MapState,
  items: readonly Json[] | null,
  maxConcurrency: number,
  tolerance: Tolerance,
): Promise<Json[]> {
  const { run, thread } = frame.scope;
  const source = state.ItemReader ? await itemSource(frame, state.ItemReader) : null;
  const batching = state.ItemBatcher ? await batchingOf(frame, state.ItemBatcher) : null;
  const label = labelOf(state);
  const mapRun: MapRun = {
    mapRunArn: mapRunArn(run.machineArn, label, randomUUID()),
    executionArn: run.executionArn,
    stateMachineArn: run.machineArn,
    label,
    startDate: run.ports.clock.now(),
    maxConcurrency,
    toleratedFailureCount: tolerance.count ?? 0,
    toleratedFailurePercentage: tolerance.percentage ?? 0,
    itemCounts: noCounts(),
    executionCounts: noCounts(),
    status: 'RUNNING',
    stopDate: null,
  };
  run.history.advance(thread, 'MapStateStarted', { length: items?.length ?? 0 });
  const started = run.history.advance(thread, 'MapRunStarted', { mapRunArn: mapRun.mapRunArn });
  run.children.registerMapRun(mapRun);
  const close = (status: MapRun['status']) => {
    mapRun.status = status;
    mapRun.stopDate = run.ports.clock.now();
  };
  try {
    authorizeChildren(frame, label);
    const selected = await selectItems(frame, state, source ? await readItems(frame, source) : (items ?? []));
    const inputs = batching ? batchItems(selected, batching) : singleItems(selected);
    const results = await childResults(frame, state, mapRun, inputs, tolerance);
    if (exceedsDataLimit(results)) throw dataLimitExceeded(frame.name);
    close('SUCCEEDED');
    run.history.append('MapStateSucceeded', run.history.append('MapRunSucceeded', started));
    return results;
  } catch (error) {
    const failure = asFailure(error);
    close(failure ? 'FAILED' : 'ABORTED');
    if (failure) {
      const cause = failure.causeText === null ? {} : { cause: failure.causeText };
      run.history.advance(thread, 'MapRunFailed', { error: failure.errorName, ...cause });
    }
    throw failure ?? error;
  }
}

import { ConditionFailed } from '../core/artefacts.ts';
import { type Guarded, record, text } from '../core/guards.ts';
import type { Surroundings } from '../core/handler.ts';
import { parseJson, sha256 } from '../core/json.ts';
import { keys } from '../core/keys.ts';
import type { Holder } from '../core/lock.ts';
import { readOwn } from '../core/problems.ts';
import { type Checkpoint, checkpointKey, isFinal, readCheckpoint, type Stage } from './checkpoint.ts';
import type { ChildRun, SegmentInput } from './segment-contracts.ts';
import { type Walk, walk } from './walk.ts';

/** What a child of a Distributed Map works on. */
export interface SegmentWork {
  readonly stage: Stage;
  /** Prefix of the checkpoints: empty where they outlive a run, the run's where each run begins anew. */
  readonly scope: string;
  /** Opens the tables and says what is done to their pages. */
  open(run: ChildRun, holder: Holder): Promise<Walk>;
}

const stopFlag = record({ error: text, cause: text });

/** Comparisons are made anew by each run, so their checkpoints belong to one. */
export function scopeOf(promotionExecution: string): string {
  return `${sha256(promotionExecution).slice(0, 12)}/`;
}

/**
 * Works on one group of segments from where its checkpoint stands. When a group of a table has failed for good, a stop
 * flag ends the other groups of that table at their next checkpoint: a thousand children must not find out one by one
 * that a role lacks a right. The flag belongs to a run; starting again begins without it.
 */
export async function workOnSegments(
  input: SegmentInput,
  surroundings: Surroundings,
  work: SegmentWork,
): Promise<{ more: boolean }> {
  const { artefacts, remaining } = surroundings;
  const { group, promotionExecution, promotionId } = input;
  const run: ChildRun = { ...group.run, promotionId };
  const key = checkpointKey(promotionId, work.stage, work.scope, group);
  const checkpoint = await readCheckpoint(artefacts, key, group);
  if (checkpoint.done) return { more: false };

  const stopPath = `stop/${scopeOf(promotionExecution)}${group.as}.json`;
  const stopKey = keys.work(promotionId, 'dynamodb', work.stage, stopPath);
  const readStop = async () => {
    const found = await artefacts.read(stopKey);
    return found && readOwn(stopFlag, stopKey, found.text);
  };
  const fail = async (failure: NonNullable<Checkpoint['failure']>) => {
    await artefacts.write(key, { ...checkpoint, failure });
    return { more: false };
  };

  if (input.failure) {
    const failure = { error: input.failure.Error, cause: messageIn(input.failure.Cause ?? '').slice(0, 2000) };
    if (isFinal(failure)) await raiseStop(surroundings, stopKey, failure);
    return await fail(failure);
  }
  const stopped = await readStop();
  if (stopped) return await fail(stopped);

  const holder: Holder = { kind: 'dynamodb', destination: run.destination, promotionExecution };
  const opened = await work.open(run, holder);
  const isStopped = async () => (await readStop()) !== null;
  const ended = await walk(checkpoint, group, opened, { artefacts, key, holder, remaining, isStopped }).finally(() =>
    opened.close?.(),
  );
  const flag = ended.stopped ? await readStop() : null;
  return flag ? await fail(flag) : { more: ended.more };
}

/** What a worker said is JSON with a trace around its words; whatever else failed is shown as it is. */
function messageIn(cause: string): string {
  const description = parseJson(cause) as { errorMessage?: unknown } | null | undefined;
  const message = description?.errorMessage;
  return typeof message === 'string' && message !== '' ? message : cause;
}

/** The first failure is kept; the others say the same or follow from it. */
async function raiseStop({ artefacts }: Surroundings, key: string, failure: Guarded<typeof stopFlag>): Promise<void> {
  try {
    await artefacts.write(key, failure, { absent: true });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

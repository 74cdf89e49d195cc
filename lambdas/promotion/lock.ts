import { setTimeout as delay } from 'node:timers/promises';
import { type Artefacts, ConditionFailed, readRequired } from '../core/artefacts.ts';
import type { ArtefactPointer } from '../core/contracts.ts';
import { PromotionError } from '../core/errors.ts';
import { keys } from '../core/keys.ts';
import { type Lock, lockKnownMilliseconds, readLock } from '../core/lock.ts';
import { readOwn } from '../core/problems.ts';
import { type RequestFile, requestFile } from './contracts.ts';
import { firstDifference } from './identity.ts';
import { requestedKinds } from './request.ts';

/** Tells whether an execution, or a Map Run of it, may still write; of a `stopped` one a worker may be left over. */
export type Liveness = (executionArn: string) => Promise<State>;
type State = 'running' | 'stopped' | 'ended' | 'unknown';

/** What Lock answers: the locks are held and the request lies under them, or: ask again. */
export interface Locked {
  readonly more: boolean;
  readonly waitSeconds: number;
  readonly request: ArtefactPointer | null;
}

/**
 * Step Functions stops executions, not the workers that they have called. Such a worker looks at the lock before it
 * writes what it last saw two seconds ago or earlier; three more are for a call that is under way.
 */
const leftOverMilliseconds = lockKnownMilliseconds + 3_000;

/** An execution that Step Functions does not know yet may just have been started elsewhere; seen thrice, it is gone. */
const pollsUntilGone = 3;

/**
 * Takes the lock of the promotion and of each kind's destination, all or none, and writes `request.json` under them.
 * Locks of executions that have ended are taken over; nothing ever releases one.
 */
export async function lock(
  request: RequestFile,
  run: { execution: string; polls: number },
  {
    artefacts,
    liveness,
    pause = delay,
  }: { artefacts: Artefacts; liveness: Liveness; pause?: (milliseconds: number) => Promise<unknown> },
): Promise<Locked> {
  const lockKeys = [
    keys.promotionLock(request.promotionId),
    ...requestedKinds(request).map((kind) => keys.destinationLock(kind, request.destination)),
  ];
  const present = await Promise.all(lockKeys.map((key) => readLock(artefacts, key)));
  let leftOver = false;
  for (const [index, found] of present.entries()) {
    // A repetition cannot know whom the first try has followed.
    leftOver ||= found?.lock.execution === run.execution;
    if (!found || found.lock.execution === run.execution) continue;
    const state = await stateOf(found.lock, liveness);
    leftOver ||= state === 'stopped';
    if (state === 'running') throw held(lockKeys[index] ?? '', found.lock);
    if (state === 'unknown' && run.polls + 1 < pollsUntilGone) return { more: true, waitSeconds: 5, request: null };
  }
  for (const [index, key] of lockKeys.entries()) {
    const found = present[index] ?? null;
    if (found?.lock.execution === run.execution) continue;
    const own: Lock = {
      promotionId: request.promotionId,
      execution: run.execution,
      children: [],
      takenAt: new Date().toISOString(),
    };
    try {
      await artefacts.write(key, own, found ? { etag: found.etag } : { absent: true });
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const winner = await readLock(artefacts, key);
      // A repetition of this worker may have written it with another moment in it.
      if (winner?.lock.execution !== run.execution) throw held(key, winner?.lock ?? own);
    }
  }
  if (leftOver) await pause(leftOverMilliseconds);
  return { more: false, waitSeconds: 0, request: await writeRequest(artefacts, request) };
}

async function stateOf(lock: Lock, liveness: Liveness): Promise<State> {
  const states = await Promise.all([lock.execution, ...lock.children].map(liveness));
  return (['running', 'unknown', 'stopped'] as const).find((state) => states.includes(state)) ?? 'ended';
}

function held(key: string, lock: Lock): PromotionError {
  return new PromotionError('Promotion.Conflict', {
    code: 'Locked',
    message: `${key} is held by promotion "${lock.promotionId}", execution ${lock.execution}, which is still running`,
    resolution: 'wait until that execution has ended, then start again',
  });
}

/**
 * Writes the canonical request. Once a kind's journal has an entry, only an input that means the same may follow under
 * the same promotion id; what may differ between runs is taken from the newer one.
 */
async function writeRequest(artefacts: Artefacts, request: RequestFile): Promise<ArtefactPointer> {
  const key = keys.request(request.promotionId);
  const first = await writeFirst(artefacts, key, request);
  if (first) return first;
  const present = await readRequired(artefacts, key);
  const earlier = readOwn(requestFile, key, present.text);
  const changed = firstDifference(earlier, request);
  if (changed !== null) {
    for (const kind of requestedKinds(earlier)) {
      if ((await artefacts.list(keys.journal(request.promotionId, kind))).length === 0) continue;
      throw new PromotionError('Promotion.Conflict', {
        code: 'InputChanged',
        message: `${changed}: promotion "${request.promotionId}" has already begun with another value here`,
        pointer: changed,
        resolution: `put back what ${key} has there, or choose another promotionId`,
      });
    }
  }
  const { etag: _, ...pointer } = await artefacts.write(key, request, { etag: present.etag });
  return pointer;
}

/** Most runs are the first of their promotion: null when another request is there. */
async function writeFirst(artefacts: Artefacts, key: string, request: RequestFile): Promise<ArtefactPointer | null> {
  try {
    const { etag: _, ...pointer } = await artefacts.write(key, request, { absent: true });
    return pointer;
  } catch (error) {
    if (error instanceof ConditionFailed) return null;
    throw error;
  }
}

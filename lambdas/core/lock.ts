import { type Artefacts, ConditionFailed } from './artefacts.ts';
import type { Kind } from './contracts.ts';
import { PromotionError } from './errors.ts';
import { type Guarded, list, moment, record, text } from './guards.ts';
import { parseJson } from './json.ts';
import { keys } from './keys.ts';
import { problemsText } from './problems.ts';

/** A lock object: who holds a promotion or a destination. Nothing releases it; it is taken over from the dead. */
export const lockObject = record({
  promotionId: text,
  /** ARN of the promotion's execution that holds the lock. */
  execution: text,
  /** ARNs of the kind's executions that were started under it; they and their Map Runs must have ended before a takeover. */
  children: list(text),
  takenAt: moment,
});
/** See {@link lockObject}. */
export type Lock = Guarded<typeof lockObject>;

/** Which lock a kind's worker works under. */
export interface Holder {
  readonly kind: Kind;
  readonly destination: string;
  /** ARN of the promotion's execution. */
  readonly promotionExecution: string;
}

/** Reads a lock object; one that is not a lock is an error, never "free". */
export async function readLock(artefacts: Artefacts, key: string): Promise<{ lock: Lock; etag: string } | null> {
  const artefact = await artefacts.read(key);
  if (!artefact) return null;
  const parsed = lockObject.safeParse(parseJson(artefact.text));
  if (parsed.success) return { lock: parsed.data, etag: artefact.etag };
  throw new PromotionError('Promotion.Data', {
    code: 'LockDamaged',
    message: `${key} is not a lock: ${problemsText(parsed.error)}`,
    resolution: 'make sure that no promotion to this destination is running, then delete the object',
  });
}

/**
 * Adds a kind's execution to the destination's lock, so that a takeover waits for it too; again is no change. Ends the
 * worker like {@link assertLock} where the lock names another promotion's execution, so it is all that a worker needs
 * right before its first write: a lock never comes back to an execution that has lost it, so what was read before was
 * read under it.
 */
export async function joinLock(artefacts: Artefacts, holder: Holder, childExecution: string): Promise<void> {
  const key = keys.destinationLock(holder.kind, holder.destination);
  // Each kind has one child at a time, so a lost race means that the lock has changed hands: read again and see.
  for (let tries = 0; tries < 3; tries++) {
    const { lock, etag } = await heldLock(artefacts, holder);
    if (lock.children.includes(childExecution)) return;
    try {
      await artefacts.write(key, { ...lock, children: [...lock.children, childExecution] }, { etag });
      return;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
  throw lost(holder, 'another writer');
}

/** Ends the worker with `Promotion.Conflict` unless the destination's lock still names its promotion's execution. */
export async function assertLock(artefacts: Artefacts, holder: Holder): Promise<void> {
  await heldLock(artefacts, holder);
}

/** How old a worker's knowledge of its lock may be when it writes an item. */
export const lockKnownMilliseconds = 2_000;

/**
 * For workers that write for minutes, whose execution may be stopped and followed by another meanwhile: what they ask
 * before each call. Answers nothing where the lock was looked at lately, else looks; see {@link assertLock}.
 */
export function watchLock(
  artefacts: Artefacts,
  holder: Holder,
  now: () => number = () => performance.now(),
): () => Promise<void> | undefined {
  let known = now();
  let asking: Promise<void> | undefined;
  return () => {
    const at = now();
    if (at - known < lockKnownMilliseconds) return undefined;
    asking ??= assertLock(artefacts, holder)
      .then(() => {
        known = at;
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };
}

async function heldLock(artefacts: Artefacts, holder: Holder): Promise<{ lock: Lock; etag: string }> {
  const found = await readLock(artefacts, keys.destinationLock(holder.kind, holder.destination));
  if (found?.lock.execution === holder.promotionExecution) return found;
  throw lost(holder, found?.lock.execution ?? 'nobody');
}

function lost(holder: Holder, owner: string): PromotionError {
  return new PromotionError('Promotion.Conflict', {
    code: 'LockLost',
    message: `the lock of ${holder.destination} names ${owner}, not ${holder.promotionExecution}`,
    resolution: 'let the other run end, then start this promotion again',
  });
}

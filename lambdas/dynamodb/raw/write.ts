import { setImmediate as turn } from 'node:timers/promises';
import { eachOf } from '../../core/each-of.ts';
import { classify, errorCode } from '../../core/retry.ts';
import type { Rejected } from '../engine.ts';
import { createUnitEstimate } from '../units.ts';
import { bytesPerBatch, inBatches, type WriteForm, writeBodies, writesPerBatch } from './bodies.ts';
import type { TableParts } from './parts.ts';
import { pause, persist, unprocessed } from './repeat.ts';
import { unprocessedSpans } from './spans.ts';

/** Refusals for what an item is: the service carries out nothing of a batch with such an item. */
const itemRefusals = /^(ValidationException|ItemCollectionSizeLimitExceededException)$/;

/** How a call with one batch came out. */
type Outcome =
  | { readonly left: readonly Buffer[] }
  | { readonly throttled: unknown }
  | { readonly refused: { readonly code: string; readonly message: string } };

/** Writes or deletes in batches; answers what the service refuses for itself, one by one. */
export type BatchWriter = (items: readonly Buffer[]) => Promise<Rejected[]>;

/** Prepares BatchWriteItem for one table and one form of request. */
export function createBatchWriter(parts: TableParts, form: WriteForm): BatchWriter {
  const { connection, table, gate, throttles, writeLimiter: limiter } = parts;
  const endurance = { ...parts, what: `${form === 'PutRequest' ? 'writing items to' : 'deleting items of'} ${table}` };
  const bodies = writeBodies(table, form, limiter !== undefined);
  const estimate = createUnitEstimate();

  async function call(batch: readonly Buffer[]): Promise<Outcome> {
    const units = limiter ? estimate.of(batch) : 0;
    await limiter?.take(units);
    // A small limit may keep a batch waiting for longer than there is time.
    if (limiter && endurance.remaining() <= 0) {
      limiter.settle(units, 0);
      throw unprocessed(table);
    }
    const bytes = bodies.sizeOf(batch);
    await gate.enter(bytes);
    let taken: number | null = 0;
    let whole = false;
    try {
      const body = bodies.build(batch);
      let attempts = 0;
      const outcome = await persist(
        async () => {
          attempts += 1;
          const permit = parts.mayWrite();
          if (permit) await permit;
          try {
            const answer = unprocessedSpans(await connection.call('BatchWriteItem', body), table, form);
            taken = answer.units;
            return answer;
          } catch (error) {
            const found = outcomeOf(error);
            if (found) return found;
            throw error;
          }
        },
        endurance,
        () => undefined,
      );
      whole = 'left' in outcome && outcome.left.length === 0;
      if (whole) gate.speedUp();
      // An attempt that was given up may still be on its way out.
      if (whole && attempts === 1) bodies.reuse(body);
      return outcome;
    } finally {
      gate.leave(bytes);
      if (whole) estimate.learn(batch, taken);
      limiter?.settle(units, taken ?? units);
    }
  }

  async function writeBatch(batch: readonly Buffer[], pace: Pace, rejected: Rejected[]): Promise<void> {
    // Parts of the batch still to be written, the next one last: it falls apart where it is throttled or refused.
    const pending: (readonly Buffer[])[] = [batch];
    for (let round = 0; ; ) {
      const rest = pending.pop();
      if (!rest) return;
      const most = limiter?.unitsPerCall ?? Number.POSITIVE_INFINITY;
      const part = rest.slice(0, estimate.affordable(rest.slice(0, pace.size), most));
      if (rest.length > part.length) pending.push(rest.slice(part.length));
      const outcome = await call(part);
      if ('refused' in outcome) {
        const half = Math.ceil(part.length / 2);
        if (part.length > 1) pending.push(part.slice(half), part.slice(0, half));
        else for (const item of part) rejected.push({ item, ...outcome.refused });
        continue;
      }
      const left = 'left' in outcome ? outcome.left : part;
      if (left.length === 0) {
        round = 0;
        pace.size = Math.min(writesPerBatch, pace.size * 2);
        continue;
      }
      pending.push(left);
      pace.size = Math.max(1, Math.floor(pace.size / 2));
      // Whoever is let through in part is on the service's heels already and waits less.
      round = left.length < part.length ? Math.max(1, round - 1) : round + 1;
      throttles.count('throttled' in outcome ? outcome.throttled : null, gate);
      await pause(round, endurance, () => unprocessed(table));
    }
  }

  return async (items) => {
    // The caller asks for the next page now; its request should be out before the batches of this one take the processor.
    await turn();
    const rejected: Rejected[] = [];
    const pace: Pace = { size: writesPerBatch };
    await eachOf(inBatches(items, writesPerBatch, bytesPerBatch), parts.batchesInFlight, (batch) =>
      writeBatch(batch, pace, rejected),
    );
    return rejected;
  };
}

/** Requests a batch, shared by the batches of one page: they lead to the same partition of the destination. */
interface Pace {
  size: number;
}

/** Whether an error is about what an item is, so that other items may do better. */
export function isItemRefusal(error: unknown): boolean {
  return itemRefusals.test(errorCode(error));
}

function outcomeOf(error: unknown): Exclude<Outcome, { left: unknown }> | null {
  if (classify(error) === 'throttled') return { throttled: error };
  if (!isItemRefusal(error)) return null;
  return { refused: { code: errorCode(error), message: (error as Error).message } };
}

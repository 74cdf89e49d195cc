import { eachOf } from '../../core/each-of.ts';
import { errorCode } from '../../core/retry.ts';
import type { Rejected } from '../engine.ts';
import { createUnitEstimate } from '../units.ts';
import { putAbsentBody } from './bodies.ts';
import type { TableParts } from './parts.ts';
import { persist, unprocessed } from './repeat.ts';
import { putUnits } from './spans.ts';
import { isItemRefusal } from './write.ts';

/** How many items were there, and which ones the service refused. */
export interface AbsentWritten {
  readonly rejected: Rejected[];
  readonly present: number;
}

/**
 * Prepares PutItem under the condition that there is no item of that key: BatchWriteItem knows no conditions. Where an
 * answer was lost and its item had been written, the repetition finds it present and counts it so.
 */
export function createAbsentWriter(parts: TableParts) {
  const { connection, table, gate, throttles, writeLimiter: limiter } = parts;
  const endurance = { ...parts, what: `writing absent items to ${table}` };
  const estimate = createUnitEstimate();

  async function put(item: Buffer, keyName: string): Promise<'written' | 'present' | Rejected> {
    const units = limiter ? estimate.of([item]) : 0;
    await limiter?.take(units);
    if (limiter && endurance.remaining() <= 0) {
      limiter.settle(units, 0);
      throw unprocessed(table);
    }
    const body = putAbsentBody(table, item, keyName, limiter !== undefined);
    await gate.enter(body.length);
    let taken: number | null = units;
    try {
      return await persist(
        async () => {
          const permit = parts.mayWrite();
          if (permit) await permit;
          try {
            taken = putUnits(await connection.call('PutItem', body));
            estimate.learn([item], taken);
            gate.speedUp();
            return 'written';
          } catch (error) {
            const code = errorCode(error);
            if (code === 'ConditionalCheckFailedException') return 'present';
            if (isItemRefusal(error)) return { item, code, message: (error as Error).message };
            throw error;
          }
        },
        endurance,
        (error) => throttles.count(error, gate),
      );
    } finally {
      gate.leave(body.length);
      limiter?.settle(units, taken ?? units);
    }
  }

  return async (items: readonly Buffer[], keyNames: readonly string[]): Promise<AbsentWritten> => {
    // The condition is on the item with the same key: one attribute of it that is not there means that there is none.
    const [keyName = ''] = keyNames;
    const outcomes = await eachOf(items, parts.batchesInFlight, (item) => put(item, keyName));
    return {
      rejected: outcomes.filter((outcome) => typeof outcome !== 'string'),
      present: outcomes.filter((outcome) => outcome === 'present').length,
    };
  };
}

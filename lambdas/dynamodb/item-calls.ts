import { setTimeout as delay } from 'node:timers/promises';
import { PromotionError } from '../core/errors.ts';
import { canonicalItem, fromJson } from './attributes.ts';
import type { WireItem } from './engine.ts';

/** True when two keys are one place of a scan. */
export function samePosition(one: WireItem, other: WireItem): boolean {
  return canonicalItem(fromJson(one)) === canonicalItem(fromJson(other));
}

/** Projects the key alone, with names that cannot clash with reserved words. */
export function keyProjection(keyNames: readonly string[]) {
  return {
    ProjectionExpression: keyNames.map((_, index) => `#k${index}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(keyNames.map((name, index) => [`#k${index}`, name])),
  };
}

/** Full jitter up to 50 ms · 2^round, at most 5 s; gives up in time for the checkpoint, never on a count of tries. */
export async function pauseBefore(round: number, remaining: () => number, table: string): Promise<void> {
  if (remaining() <= 0) {
    throw new PromotionError('Promotion.Throttled', {
      code: 'Unprocessed',
      message: `${table} left items unprocessed until the worker's time was over`,
      resolution: 'raise the capacity of the table or wait, then start again',
    });
  }
  if (round > 0) await delay(Math.random() * Math.min(5_000, 50 * 2 ** round));
}

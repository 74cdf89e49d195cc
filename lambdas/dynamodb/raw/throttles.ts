import { errorCode } from '../../core/retry.ts';
import type { ServiceFault } from './answer.ts';
import type { Gate } from './gate.ts';

/** Counts how often, and why, the service held calls back. */
export interface Throttles {
  /** `TableWriteKeyRangeThroughputExceeded` …; the error's code where no reason was given, `Unprocessed` without an error. */
  readonly counts: ReadonlyMap<string, number>;
  /**
   * Counts one and slows all calls of the gate down, unless only one range of keys is too hot: the other partitions
   * have room then, and only the batch itself waits. Items left unprocessed come without a reason and are held to be
   * such. `error` is null for them.
   */
  count(error: unknown, gate?: Gate): void;
}

/** Limits of a partition; all others are of the table, one of its indexes, or the account. */
const partitionReason = /KeyRangeThroughputExceeded$/;

/** Begins to count. */
export function countThrottles(): Throttles {
  const counts = new Map<string, number>();
  return {
    counts,
    count(error, gate) {
      const reasons = reasonsOf(error);
      for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
      if (error !== null && !reasons.every((reason) => partitionReason.test(reason))) gate?.slowDown();
    },
  };
}

function reasonsOf(error: unknown): string[] {
  if (error === null) return ['Unprocessed'];
  const told = ((error as Partial<ServiceFault>).ThrottlingReasons ?? []).flatMap(({ reason }) => reason ?? []);
  return told.length > 0 ? [...new Set(told)] : [errorCode(error)];
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Ended, TestWorld } from '../support/world.ts';

/** A run that a fault has ended with one of these may be started again; every other end is final. */
const retryable = /^Promotion\.(Throttled|Transient|NotYetConsistent|Partial)$/;

/** Runs of one promotion at most, the first included. */
const mostRuns = 6;

/** How a promotion ended: the last run of it, or the time that was not enough for one. */
export type Outcome =
  | { readonly kind: 'ended'; readonly last: Ended; readonly runs: number }
  | { readonly kind: 'hung'; readonly runs: number };

/**
 * Runs a promotion, and again under the same id while it ends with a name that says to. The faults end with the first
 * run. A run that takes longer than `deadline` milliseconds of real time counts as hung and is stopped;
 * one that `isFinal` accepts is the last.
 */
export async function runToEnd(
  world: TestWorld,
  input: unknown,
  deadline: number,
  isFinal: (ended: Ended) => boolean = () => false,
): Promise<Outcome> {
  for (let runs = 1; ; runs += 1) {
    const arn = await world.start(input);
    const last = await Promise.race([world.ended(arn), delay(deadline, null, { ref: false })]);
    world.host.faults.use([]);
    if (!last) {
      world.host.states.stopExecution({ executionArn: arn });
      return { kind: 'hung', runs };
    }
    if (last.status === 'SUCCEEDED' || isFinal(last) || !retryable.test(last.error ?? '') || runs === mostRuns) {
      return { kind: 'ended', last, runs };
    }
  }
}

/** True for a run that copied everything and then found that the tables are not equal. */
export function isMismatch({ error, result }: Ended): boolean {
  const counts = result?.kinds?.dynamodb?.counts;
  return error === 'Promotion.Partial' && counts?.failed === 0 && counts.mismatched > 0;
}

/** The one line that tells why a promotion did not end well; null when it did. */
export function failureOf({ status, error, result }: Ended): string | null {
  if (status === 'SUCCEEDED') return null;
  return `the promotion ended ${status} with ${error}: ${JSON.stringify(result).slice(0, 1000)}`;
}

import type { Retrier } from './definition.ts';
import { matchesError, type StateFailure } from './failure.ts';

/** Counts the attempts of one entry into a state, a count for each retrier. */
export interface RetryPlan {
  /** Milliseconds to wait before the next attempt; null when there is none. */
  next(failure: StateFailure): number | null;
}

/** Interval of the n-th retry (from 1) in seconds, before jitter. */
export function retryInterval(retrier: Retrier, attempt: number): number {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retrier;
  return Math.min(IntervalSeconds * BackoffRate ** (attempt - 1), MaxDelaySeconds);
}

/** Follows `Retry`: the first retrier that names the error decides; `MaxAttempts` is 3 by default. */
export function createRetryPlan(
  retriers: readonly Retrier[],
  jitter: (below: number) => number = (below) => Math.random() * below,
): RetryPlan {
  const attempts = retriers.map(() => 0);
  return {
    next(failure) {
      const index = retriers.findIndex((retrier) => matchesError(retrier.ErrorEquals, failure));
      const retrier = retriers[index];
      if (!retrier) return null;
      const attempt = (attempts[index] ?? 0) + 1;
      if (attempt > (retrier.MaxAttempts ?? 3)) return null;
      attempts[index] = attempt;
      const seconds = retryInterval(retrier, attempt);
      return 1000 * (retrier.JitterStrategy === 'FULL' ? jitter(seconds) : seconds);
    },
  };
}

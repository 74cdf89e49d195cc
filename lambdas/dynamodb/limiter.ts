import { setTimeout as delay } from 'node:timers/promises';
import { PromotionError } from '../core/errors.ts';
import type { Limiter } from './engine.ts';

/**
 * Seconds' worth of units that may gather while nobody spends. A fortieth, and another fortieth for one call (see
 * {@link unitsPerCall}), so that whatever second is looked at holds 5 % more than the rate at most.
 */
const gatheredSeconds = 0.025;

/** Looks at least this often whether the time of the worker is over. */
const longestPause = 1000;

/** What a limiter is made of. */
export interface LimiterOptions {
  /** Above 0, fractions too. */
  readonly unitsPerSecond: number;
  /** Seconds' worth of units that may gather; one unit at least. */
  readonly burstSeconds?: number;
  /** Units that an earlier worker of the same share has spent ahead of its time; {@link PacedLimiter.debt} of it. */
  readonly debt?: number;
  /** Milliseconds until the worker has to end; a call that would wait longer is refused with a {@link LimitWait}. */
  readonly remaining?: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

/** A limiter whose debt can be carried on to the worker that follows. */
export interface PacedLimiter extends Limiter {
  /** Units spent ahead of their time; 0 where there are none. */
  debt(): number;
}

/** The next call would have to wait until after the worker's end: it should write its checkpoint and be called again. */
export class LimitWait extends PromotionError {
  /** Until the next call may be made. */
  readonly waitSeconds: number;

  constructor(unitsPerSecond: number, waitSeconds: number) {
    super('Promotion.Throttled', {
      code: 'LimitWait',
      message: `a limit of ${unitsPerSecond} units a second lets the next call through in ${Math.ceil(waitSeconds)} s, after this worker's end`,
      resolution: 'nothing: the copy goes on from its checkpoint; raise limits to make it faster',
    });
    this.waitSeconds = waitSeconds;
  }
}

/** Units that one call should take at most, so that a limiter of this rate keeps each second within 5 % of it. */
export function unitsPerCall(unitsPerSecond: number): number {
  return Math.max(1, Math.floor(unitsPerSecond * gatheredSeconds));
}

/**
 * A token bucket, first come first served. It begins empty: many workers that start at once must not each bring a
 * burst. A call waits until its units have gathered, or as many as the bucket holds; what is above that is owed and
 * makes the calls after it wait, so that items larger than a second's units pass too.
 */
export function createLimiter(options: LimiterOptions): PacedLimiter {
  const { unitsPerSecond, burstSeconds = gatheredSeconds, remaining = () => Number.POSITIVE_INFINITY } = options;
  const { now = () => performance.now(), pause = delay } = options;
  if (!(unitsPerSecond > 0 && Number.isFinite(unitsPerSecond))) {
    throw new RangeError(`a limit of ${unitsPerSecond} units a second lets nothing through; it must be above 0`);
  }
  const bucket = Math.max(1, unitsPerSecond * burstSeconds);
  const waiting: { units: number; pass(): void; refuse(error: Error): void }[] = [];
  let level = -(options.debt ?? 0);
  let filledAt = now();
  let serving = false;
  let wake = () => {};

  const fill = (most: number) => {
    const at = now();
    level = Math.max(level, Math.min(most, level + ((at - filledAt) / 1000) * unitsPerSecond));
    filledAt = at;
  };

  const serve = async () => {
    for (let first = waiting[0]; first; first = waiting[0]) {
      const needed = Math.min(first.units, bucket);
      // Whoever is woken a little late must not lose what gathered meanwhile.
      fill(needed + bucket);
      // Sums of fractions may miss a whole number by one part in 10^16.
      if (level >= needed - 1e-9) {
        waiting.shift();
        level -= first.units;
        first.pass();
        continue;
      }
      const milliseconds = ((needed - level) / unitsPerSecond) * 1000;
      if (milliseconds > remaining()) {
        for (const { refuse } of waiting.splice(0)) refuse(new LimitWait(unitsPerSecond, milliseconds / 1000));
        break;
      }
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([pause(Math.min(milliseconds, longestPause)), woken]);
    }
    serving = false;
  };

  return {
    take: (units) =>
      new Promise((pass, refuse) => {
        if (waiting.length === 0) fill(bucket);
        waiting.push({ units, pass, refuse });
        if (serving) return;
        serving = true;
        serve().catch((error: unknown) => {
          for (const { refuse: end } of waiting.splice(0)) end(error as Error);
          serving = false;
        });
      }),
    settle: (estimated, taken) => {
      // An answer without its units leaves the estimate as it is: a level of NaN would stop the worker for ever.
      if (!Number.isFinite(taken)) return;
      const corrected = level + estimated - taken;
      // What was held back for a call that took less is spent later, but not all at once after a quiet time.
      level = taken < estimated ? Math.max(level, Math.min(bucket, corrected)) : corrected;
      wake();
    },
    debt: () => {
      fill(bucket);
      return Math.max(0, -level);
    },
  };
}

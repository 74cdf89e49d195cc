import { setTimeout as delay } from 'node:timers/promises';

/** The time that waiting parts of the host use: state machine waits, retry intervals, table transitions. */
export interface Clock {
  /** The present moment, in milliseconds since the epoch; dates on the wire come from here. */
  now(): number;
  /** Resolves after `milliseconds` of modelled time; rejects with the signal's reason when it is aborted. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** A clock on which every wait is `speed` times shorter than modelled; the present moment is never scaled. */
export function realClock(speed = 1): Clock {
  return {
    now: () => Date.now(),
    wait: (milliseconds, signal) => delay(milliseconds / speed, undefined, signal ? { signal } : {}),
  };
}

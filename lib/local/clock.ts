import { setTimeout as delay } from 'node:timers/promises';

/** The time that waiting parts of the host use: state machine waits, retry intervals, table transitions. */
export interface Clock {
  /** The present moment, in milliseconds since the epoch; dates on the wire come from here. */
  now(): number;
  /** Resolves after `milliseconds` of modelled time; rejects with the signal's reason when it is aborted. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Says that something is at work that takes no modelled time; absent where time goes by itself. See `virtualClock`. */
  hold?(): () => void;
}

/** A clock on which every wait is `speed` times shorter than modelled; the present moment is never scaled. */
export function realClock(speed = 1): Clock {
  return {
    now: () => Date.now(),
    wait: (milliseconds, signal) => delay(milliseconds / speed, undefined, signal ? { signal } : {}),
  };
}

/** A clock whose waits cost no time: no wait ends between `hold` and the call of what it answers. */
export type VirtualClock = Required<Clock>;

interface Timer {
  readonly due: number;
  readonly end: () => void;
}

/**
 * A clock that jumps to the next timer whenever nothing holds it, so that modelled waits end in their order, each after
 * all work that the one before it set off. The present moment stays the real one: credentials and dates depend on it.
 */
export function virtualClock(): VirtualClock {
  const timers = new Set<Timer>();
  let held = 0;
  let modelled = 0;
  let jumping = false;

  /** Only after the event loop came round twice is everything begun that an ended wait or a released hold sets off. */
  function jumpWhenIdle(): void {
    if (jumping) return;
    jumping = true;
    setImmediate(() =>
      setImmediate(() => {
        jumping = false;
        if (held > 0) return;
        const next = [...timers].reduce<Timer | null>(
          (first, timer) => (first && first.due <= timer.due ? first : timer),
          null,
        );
        if (!next) return;
        timers.delete(next);
        modelled = next.due;
        next.end();
        jumpWhenIdle();
      }),
    );
  }

  return {
    now: () => Date.now(),
    wait(milliseconds, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const abort = () => {
          timers.delete(timer);
          reject(signal?.reason);
        };
        const timer: Timer = {
          due: modelled + milliseconds,
          end() {
            signal?.removeEventListener('abort', abort);
            resolve();
          },
        };
        signal?.addEventListener('abort', abort, { once: true });
        timers.add(timer);
        jumpWhenIdle();
      });
    },
    hold() {
      held += 1;
      let holding = true;
      return () => {
        if (!holding) return;
        holding = false;
        held -= 1;
        jumpWhenIdle();
      };
    },
  };
}

/** Lets calls through: no more at once than the service bears, no more bytes than the process does. */
export interface Gate {
  /** Waits, first come first served, for a place and for room for this many bytes. */
  enter(bytes: number): Promise<void>;
  leave(bytes: number): void;
  /** The service held a call back: half as many at once, once for all calls that were under way by then. */
  slowDown(): void;
  /** A call went through: one more at once after as many of them as there are places. */
  speedUp(): void;
  /** Calls at once, as of now. */
  readonly width: number;
}

/** Opens a gate for `calls` calls at once, which is as wide as it gets, and `room` bytes under way. */
export function openGate(calls: number, room: number): Gate {
  const waiting: { readonly bytes: number; readonly go: () => void }[] = [];
  let width = calls;
  let underway = 0;
  let bytesUnderway = 0;
  /** Calls still to end that were under way at the last slowing down. */
  let immune = 0;

  /** A call that has more bytes than there is room for goes alone. */
  const fits = (bytes: number) =>
    underway < Math.max(1, Math.floor(width)) && (bytesUnderway === 0 || bytesUnderway + bytes <= room);
  const take = (bytes: number) => {
    underway++;
    bytesUnderway += bytes;
  };

  return {
    enter(bytes) {
      if (waiting.length === 0 && fits(bytes)) {
        take(bytes);
        return Promise.resolve();
      }
      return new Promise((go) => waiting.push({ bytes, go }));
    },
    leave(bytes) {
      underway--;
      bytesUnderway -= bytes;
      if (immune > 0) immune--;
      for (let [first] = waiting; first && fits(first.bytes); [first] = waiting) {
        waiting.shift();
        take(first.bytes);
        first.go();
      }
    },
    slowDown() {
      if (immune > 0) return;
      width = Math.max(1, width / 2);
      immune = underway;
    },
    speedUp() {
      width = Math.min(calls, width + 1 / width);
    },
    get width() {
      return Math.max(1, Math.floor(width));
    },
  };
}

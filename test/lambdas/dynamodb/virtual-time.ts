/** A clock whose pauses end when the test says so, in the order of their ends. */
export interface VirtualTime {
  now(): number;
  pause(milliseconds: number): Promise<void>;
  /** Lets this many milliseconds pass; whoever wakes meanwhile acts at its own moment. */
  pass(milliseconds: number): Promise<void>;
}

/** Starts at 0. */
export function virtualTime(): VirtualTime {
  let now = 0;
  let sleepers: { readonly at: number; wake(): void }[] = [];
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    pause: (milliseconds) =>
      new Promise((wake) => {
        sleepers.push({ at: now + milliseconds, wake });
      }),
    async pass(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        await settled();
        const next = Math.min(...sleepers.map(({ at }) => at));
        if (next > end) break;
        now = Math.max(now, next);
        const due = sleepers.filter(({ at }) => at <= now);
        sleepers = sleepers.filter(({ at }) => at > now);
        for (const { wake } of due) wake();
      }
      now = end;
    },
  };
}

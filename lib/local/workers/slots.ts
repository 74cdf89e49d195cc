/** Lets a bounded number of tasks run at the same time; the others wait in the order in which they came. */
export interface Slots {
  run<T>(task: () => Promise<T>): Promise<T>;
}

/** Creates slots for `count` tasks at a time. */
export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    async run(task) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await task();
      } finally {
        // The slot is handed over, not freed, so that a newcomer cannot overtake the queue.
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}

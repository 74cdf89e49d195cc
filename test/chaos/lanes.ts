import type { LocalHostOptions } from '../../lib/local/up.ts';
import { startWorld, type TestWorld } from '../support/world.ts';

/** What a lane of tests has found. */
export interface Tally {
  done: number;
  differences: number;
  hangs: number;
}

/** What one task of a lane came to; without problems it is well. */
export interface Finding {
  readonly problems: readonly string[];
  readonly hung: boolean;
}

/**
 * Works off tasks on several hosts at a time, each host one task after another, because the lock of a destination lets
 * only one promotion write. Hosts stay warm from task to task; one on which something went wrong is replaced.
 */
export async function workOff<T>(
  take: () => T | null,
  work: (world: TestWorld, task: T) => Promise<Finding>,
  options: {
    lanes: number;
    host: Partial<LocalHostOptions>;
    print: (line: string) => void;
    describe: (task: T) => string;
  },
): Promise<Tally> {
  const tally: Tally = { done: 0, differences: 0, hangs: 0 };
  const lane = async () => {
    let world: TestWorld | null = null;
    for (let task = take(); task !== null; task = take()) {
      world ??= await startWorld(undefined, options.host);
      const finding = await work(world, task).catch((error: unknown) => ({
        problems: [String((error as Error).stack ?? error)],
        hung: false,
      }));
      tally.done += 1;
      if (finding.hung) tally.hangs += 1;
      else if (finding.problems.length > 0) tally.differences += 1;
      for (const problem of finding.problems) options.print(`${options.describe(task)}: ${problem}`);
      if (finding.problems.length === 0 && !finding.hung) continue;
      await world.close();
      world = null;
    }
    await world?.close();
  };
  await Promise.all(Array.from({ length: options.lanes }, lane));
  return tally;
}

/** Milliseconds since the process began. */
export const elapsed = () => performance.now();

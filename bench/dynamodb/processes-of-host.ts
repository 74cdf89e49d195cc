import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of CPU by what used them. */
export interface CpuSeconds {
  /** Gateway, state machines, emulators other than the data of DynamoDB. */
  readonly host: number;
  /** Our workers. */
  readonly workers: number;
  /** The processes that hold DynamoDB's items. */
  readonly data: number;
}

/** Linux counts in hundredths of a second (`getconf CLK_TCK`). */
const ticksPerSecond = 100;

/** CPU used until now by this process and its living children; null where the system has no /proc. */
export function cpuNow(): CpuSeconds | null {
  const { user, system } = process.cpuUsage();
  const children = childrenOf(process.pid);
  if (!children) return null;
  const sum = (part: string) =>
    children.filter(({ command }) => command.includes(part)).reduce((all, { seconds }) => all + seconds, 0);
  return { host: (user + system) / 1e6, workers: sum('workers/bootstrap.mjs'), data: sum('dynamodb/engine/main.ts') };
}

/** What was used between two moments. */
export function cpuBetween(before: CpuSeconds, after: CpuSeconds): CpuSeconds {
  return {
    host: after.host - before.host,
    workers: after.workers - before.workers,
    data: after.data - before.data,
  };
}

function childrenOf(parent: number): { command: string; seconds: number }[] | null {
  if (process.platform !== 'linux') return null;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = readProc(`/proc/${pid}/stat`);
      // The name of the program, in brackets, may hold spaces: fields are counted from behind it (proc_pid_stat(5)).
      const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
      if (Number(fields[1]) !== parent) return [];
      const seconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
      return [{ command: readProc(`/proc/${pid}/cmdline`) ?? '', seconds }];
    });
}

/** Null for a process that has ended since it was listed. */
function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

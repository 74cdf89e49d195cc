import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

/** Linux tells it in `/proc`, so that a bare machine needs no `ps`; elsewhere `ps` is always there. */
function processTable(): ProcessLine[] {
  return existsSync('/proc/self/stat') ? fromProc() : fromPs();
}

function fromProc(): ProcessLine[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const stat = readStat(pid);
      // The name before it stands in brackets and may hold anything; state and parent follow the last one.
      const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return stat === '' ? [] : [{ pid: Number(pid), parent: Number(parent), state }];
    });
}

/** Empty for a process that ended while the folder was being read. */
function readStat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

function fromPs(): ProcessLine[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=']).toString().trim().split('\n');
  return lines.map((line) => {
    const [pid, parent, state = ''] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), state };
  });
}

/** False also for a process that has ended and only waits to be reaped, as orphans do in a container. */
export function isRunning(pid: number): boolean {
  return processTable().some((line) => line.pid === pid && !line.state.startsWith('Z'));
}

/** Pids of the processes that descend from `pid`. */
export function descendants(pid: number): number[] {
  const table = processTable();
  const below = (parent: number): number[] =>
    table.filter((line) => line.parent === parent).flatMap((line) => [line.pid, ...below(line.pid)]);
  return below(pid);
}

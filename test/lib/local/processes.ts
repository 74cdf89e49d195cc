import { execFileSync } from 'node:child_process';

interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

function processTable(): ProcessLine[] {
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

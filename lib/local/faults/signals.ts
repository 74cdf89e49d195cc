import type { WorkerPool } from '../workers/pool.ts';
import type { WorkerSignals } from './injector.ts';

/**
 * Signals to the processes of a pool. Where time is virtual, a stopped process has its timeout at once; it would be
 * waited for in real time otherwise. `pool` is asked late, because the workers need the port of the gateway.
 */
export function processSignals(pool: () => WorkerPool, isTimeVirtual: boolean): WorkerSignals['signal'] {
  return (accessKeyId, name) => {
    const worker = pool().busyProcess(accessKeyId);
    if (!worker) return;
    signalProcess(worker.pid, name);
    if (isTimeVirtual && name === 'SIGSTOP') worker.expire();
  };
}

/** A process may have ended a moment before the host notices it. */
function signalProcess(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

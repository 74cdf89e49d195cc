import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { CopierMeasure, CopierTask } from './copier.ts';
import type { Tally } from './ledger.ts';
import type { ServerOptions } from './server.ts';

/** A canned server in a process of its own. */
export interface ServerProcess {
  readonly endpoint: string;
  /** What came since the last call. */
  tally(): Promise<Tally>;
  close(): Promise<void>;
}

/** Starts a canned server; it ends with this process, whatever becomes of it. */
export async function startServerProcess(program: string, options: ServerOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const { endpoint } = JSON.parse(await firstLine(child));
  return {
    endpoint,
    async tally() {
      const answer = await fetch(`${endpoint}/tally`, { signal: AbortSignal.timeout(60_000) });
      return (await answer.json()) as Tally;
    },
    async close() {
      const ended = once(child, 'exit');
      child.stdin?.end();
      await ended;
    },
  };
}

/**
 * Has a process of its own copy and measure itself; `authority` is a file of certificates that it trusts beside the
 * usual ones.
 * @throws Error when the process fails or is silent for five minutes
 */
export async function runCopier(program: string, task: CopierTask, authority?: string): Promise<CopierMeasure> {
  const env = {
    PATH: process.env.PATH ?? '',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...(authority ? { NODE_EXTRA_CA_CERTS: authority } : {}),
  };
  const child = spawn(process.execPath, [program, JSON.stringify(task)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 300_000,
  });
  return JSON.parse(await firstLine(child)) as CopierMeasure;
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the process has no output');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error(`${child.spawnargs.slice(0, 2).join(' ')} ended without an answer`);
}

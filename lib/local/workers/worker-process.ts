import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { InvocationContext, WorkerCredentials, WorkerFunction, WorkerMessage } from './contracts.ts';
import { workerEnvironment } from './environment.ts';

/** The end of a process. */
export interface Exit {
  readonly type: 'exit';
  /** In the words of the Lambda runtime. */
  readonly reason: string;
  /** False when the process ended before it took a request: while it was idle, or while it was starting. */
  readonly accepted: boolean;
}

/** What came back from a process: a message, its end, or nothing within the time given. */
export type Reply = Exclude<WorkerMessage, { readonly type: 'accepted' }> | Exit | { readonly type: 'timeout' };

/** One child process that holds one bundle and answers one request at a time. */
export interface WorkerProcess {
  readonly pid: number;
  readonly accessKeyId: string;
  readonly logStreamName: string;
  /** Milliseconds since the epoch; its credentials are as old as the process. */
  readonly startedAt: number;
  readonly alive: boolean;
  /** Waits until the bundle is imported; at most `milliseconds`. */
  start(milliseconds: number): Promise<Reply>;
  /** Sends one request and waits for its answer; at most `milliseconds`. */
  request(payload: string, context: InvocationContext, milliseconds: number): Promise<Reply>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

/** What a process is started with. */
export interface ProcessSettings {
  readonly worker: WorkerFunction;
  readonly credentials: WorkerCredentials;
  readonly endpoint: string;
  readonly log: (functionName: string, chunk: Buffer) => void;
}

const bootstrap = join(import.meta.dirname, 'bootstrap.mjs');

/** Starts a process for a function; it ends by itself when the host does. */
export function startProcess({ worker, credentials, endpoint, log }: ProcessSettings): WorkerProcess {
  const logStreamName = `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomUUID().replaceAll('-', '')}`;
  const child = fork(bootstrap, [worker.codeFolder, worker.handler], {
    cwd: worker.codeFolder,
    env: workerEnvironment(worker, credentials, endpoint, logStreamName),
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => log(worker.name, chunk));
  child.on('error', (error) => log(worker.name, Buffer.from(`worker process: ${error.message}\n`)));
  const ready = nextReply(child);
  keepHostAlive(child, false);

  return {
    pid: child.pid ?? 0,
    accessKeyId: credentials.accessKeyId,
    logStreamName,
    startedAt: Date.now(),
    get alive() {
      return child.exitCode === null && child.signalCode === null && child.connected;
    },
    start: (milliseconds) => whileBusy(child, withDeadline(ready, milliseconds)),
    request(payload, context, milliseconds) {
      const reply = nextReply(child);
      child.send({ payload, context }, (error) => {
        // The channel is closed: the 'close' event tells how the process ended.
        if (error) log(worker.name, Buffer.from(`request not delivered: ${error.message}\n`));
      });
      return whileBusy(child, withDeadline(reply, milliseconds));
    },
    kill: () => endProcess(child),
  };
}

/** 'close' comes after the last message of the channel was read, 'exit' may come before it. */
function nextReply(child: ChildProcess): Promise<Reply> {
  return new Promise((resolve) => {
    let accepted = false;
    const onMessage = (message: unknown) => {
      const received = message as WorkerMessage;
      if (received.type === 'accepted') accepted = true;
      else settle(received);
    };
    const onClose = () => settle({ type: 'exit', reason: exitReason(child), accepted });
    const onError = (error: Error) => settle({ type: 'exit', reason: error.message, accepted });
    function settle(reply: Reply) {
      child.off('message', onMessage).off('close', onClose).off('error', onError);
      resolve(reply);
    }
    child.on('message', onMessage).on('close', onClose).on('error', onError);
    if (child.exitCode !== null || child.signalCode !== null) {
      // 'close' may have been emitted before this listener was there.
      setImmediate(onClose);
    }
  });
}

function exitReason(child: ChildProcess): string {
  if (child.signalCode === 'SIGKILL') return 'Runtime exited with error: signal: killed';
  if (child.signalCode) return `Runtime exited with error: signal: ${child.signalCode.slice(3).toLowerCase()}`;
  if (child.exitCode) return `Runtime exited with error: exit status ${child.exitCode}`;
  return 'Runtime exited without providing a reason';
}

function withDeadline(reply: Promise<Reply>, milliseconds: number): Promise<Reply> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<Reply>((resolve) => {
    timer = setTimeout(() => resolve({ type: 'timeout' }), milliseconds);
  });
  return Promise.race([reply, deadline]).finally(() => clearTimeout(timer));
}

async function whileBusy(child: ChildProcess, reply: Promise<Reply>): Promise<Reply> {
  keepHostAlive(child, true);
  try {
    return await reply;
  } finally {
    keepHostAlive(child, false);
  }
}

/** An idle process must not keep the host's event loop alive; its pipes and its channel would. */
function keepHostAlive(child: ChildProcess, keep: boolean): void {
  const handles = [child, child.channel, ...([child.stdout, child.stderr] as (Readable & Partial<Handle>)[])];
  for (const handle of handles) {
    if (keep) handle?.ref?.();
    else handle?.unref?.();
  }
}

interface Handle {
  ref(): void;
  unref(): void;
}

function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.ref();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

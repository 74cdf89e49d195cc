import { randomUUID } from 'node:crypto';
import { ServiceError } from '../service.ts';
import type { InvocationError, InvocationResult, WorkerCredentials, WorkerFunction } from './contracts.ts';
import { createSlots, type Slots } from './slots.ts';
import { type Reply, startProcess, type WorkerProcess } from './worker-process.ts';

/** What a pool needs from its host. */
export interface PoolSettings {
  readonly functions: readonly WorkerFunction[];
  /** `http://127.0.0.1:<port>`: where the workers' AWS clients are pointed at. */
  readonly endpoint: string;
  /** New keys of the function's execution role, good for at least an hour; asked once for every process. */
  readonly issueCredentials: (worker: WorkerFunction) => WorkerCredentials;
  /** Takes what the workers print. */
  readonly log: (functionName: string, chunk: Buffer) => void;
  /** Told of every invocation; what it answers is called at its end. */
  readonly hold?: () => () => void;
  /** Processes of one function at a time; further invocations queue. @default 4 */
  readonly concurrency?: number;
  /** Age in milliseconds at which an idle process is replaced, because its keys would expire. @default 50 minutes */
  readonly maximumAge?: number;
}

/** The process that holds a pair of keys at this moment. */
export interface BusyProcess {
  readonly pid: number;
  readonly functionName: string;
  /** Lets the function's timeout pass at once. */
  readonly expire: () => void;
}

/** Runs Lambda functions in child processes that stay warm. */
export interface WorkerPool {
  /**
   * Invokes a function with a JSON text and waits for its answer. An error of the function is a result; an unknown
   * function is thrown as `ResourceNotFoundException`. Timeouts are real time and start when a process takes the request.
   */
  invoke(functionArn: string, payload: string): Promise<InvocationResult>;
  /** The process that is answering a request with these keys, null when none is. */
  busyProcess(accessKeyId: string): BusyProcess | null;
  /** SIGKILLs every process and refuses what comes after. */
  close(): Promise<void>;
}

/** Lambda's limit on a synchronous result, in bytes. */
export const maximumResultBytes = 6_291_556;
/** Lambda gives a bundle ten seconds to be imported before the function's own timeout counts. */
const initMilliseconds = 10_000;

interface Taken {
  readonly process: WorkerProcess;
  readonly started: Reply;
  /** True when the process has answered a request before. */
  readonly warm: boolean;
}

interface Lane {
  readonly worker: WorkerFunction;
  readonly slots: Slots;
  readonly idle: WorkerProcess[];
}

/** Creates a pool; no process is started before the first invocation. */
export function createWorkerPool(settings: PoolSettings): WorkerPool {
  const { concurrency = 4, maximumAge = 50 * 60_000, log } = settings;
  const lanes = new Map<string, Lane>(
    settings.functions.map((worker) => [worker.arn, { worker, slots: createSlots(concurrency), idle: [] }]),
  );
  const processes = new Set<WorkerProcess>();
  const busy = new Map<string, BusyProcess>();
  let closed = false;

  function lane(functionArn: string): Lane {
    const found = lanes.get(functionArn.replace(/:\$LATEST$/, ''));
    if (found) return found;
    throw new ServiceError('ResourceNotFoundException', `Function not found: ${functionArn}`, 404, { Type: 'User' });
  }

  async function discard(process: WorkerProcess): Promise<void> {
    await process.kill();
    processes.delete(process);
  }

  /** The youngest warm process, or a new one; its reply to being started is `ready` unless the bundle cannot run. */
  async function take({ worker, idle }: Lane): Promise<Taken> {
    for (let process = idle.pop(); process; process = idle.pop()) {
      if (process.alive && Date.now() - process.startedAt < maximumAge) {
        return { process, started: { type: 'ready' }, warm: true };
      }
      await discard(process);
    }
    if (closed) throw new Error('the worker pool is closed');
    const process = startProcess({
      worker,
      credentials: settings.issueCredentials(worker),
      endpoint: settings.endpoint,
      log,
    });
    processes.add(process);
    const started = await process.start(initMilliseconds + worker.timeoutSeconds * 1000);
    return { process, started, warm: false };
  }

  async function run(owner: Lane, functionArn: string, payload: string): Promise<InvocationResult> {
    const { worker } = owner;
    const requestId = randomUUID();
    const { process, started, warm } = await take(owner);
    let expire: () => void = () => undefined;
    const expired = new Promise<Reply>((resolve) => {
      expire = () => resolve({ type: 'timeout' });
    });
    busy.set(process.accessKeyId, { pid: process.pid, functionName: worker.name, expire });
    let reply = started;
    if (started.type === 'ready') {
      const milliseconds = worker.timeoutSeconds * 1000;
      const context = {
        requestId,
        deadline: Date.now() + milliseconds,
        functionName: worker.name,
        invokedFunctionArn: functionArn,
        memoryLimitInMB: String(worker.memoryMiB),
        logGroupName: worker.logGroupName,
        logStreamName: process.logStreamName,
      };
      reply = await Promise.race([process.request(payload, context, milliseconds), expired]);
    }
    busy.delete(process.accessKeyId);
    if (reply.type === 'result' || (reply.type === 'failure' && !reply.fatal)) owner.idle.push(process);
    else await discard(process);
    // The process ended while it was idle and the host had not noticed yet: nothing of this request was run.
    if (warm && reply.type === 'exit' && !reply.accepted) return run(owner, functionArn, payload);

    const error = errorOf(reply, requestId, worker);
    if (!error) return { requestId, payload: reply.type === 'result' ? reply.payload : 'null', functionError: null };
    const text = JSON.stringify(error);
    log(worker.name, Buffer.from(`${requestId}\tERROR\tInvoke Error\t${text}\n`));
    return { requestId, payload: text, functionError: 'Unhandled' };
  }

  return {
    async invoke(functionArn, payload) {
      const owner = lane(functionArn);
      const release = settings.hold?.();
      return owner.slots.run(() => run(owner, functionArn, payload)).finally(release);
    },
    busyProcess: (accessKeyId) => busy.get(accessKeyId) ?? null,
    async close() {
      closed = true;
      await Promise.all([...processes].map(discard));
    },
  };
}

/** Names and texts as Lambda's `RequestResponse` invocations answer them. */
function errorOf(reply: Reply, requestId: string, worker: WorkerFunction): InvocationError | null {
  switch (reply.type) {
    case 'failure':
      return reply.error;
    case 'timeout': {
      const seconds = worker.timeoutSeconds.toFixed(2);
      const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`;
      return { errorType: 'Sandbox.Timedout', errorMessage };
    }
    case 'exit':
      return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${reply.reason}` };
    case 'result':
      if (Buffer.byteLength(reply.payload) <= maximumResultBytes) return null;
      return {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: `Response payload size exceeded maximum allowed payload size (${maximumResultBytes} bytes).`,
      };
    case 'ready':
      return null;
  }
}

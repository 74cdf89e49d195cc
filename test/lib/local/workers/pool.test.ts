import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { WorkerFunction } from '../../../../lib/local/workers/contracts.ts';
import { createWorkerPool, type PoolSettings, type WorkerPool } from '../../../../lib/local/workers/pool.ts';
import { isRunning } from '../processes.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Writes `source` as the bundle of a function named `fn`. */
function workerOf(source: string, overrides: Partial<WorkerFunction> = {}): WorkerFunction {
  const codeFolder = mkdtempSync(join(tmpdir(), 'pool-'));
  cleanups.push(() => rmSync(codeFolder, { recursive: true }));
  writeFileSync(join(codeFolder, 'index.mjs'), source);
  return {
    arn: 'arn:aws:lambda:us-east-1:111111111111:function:fn',
    name: 'fn',
    region: 'us-east-1',
    codeFolder,
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    timeoutSeconds: 10,
    memoryMiB: 256,
    environment: {},
    logGroupName: '/aws/lambda/fn',
    roleArn: 'arn:aws:iam::111111111111:role/worker',
    ...overrides,
  };
}

interface Started {
  readonly pool: WorkerPool;
  readonly worker: WorkerFunction;
  readonly printed: () => string;
  /** Invokes the function and parses what comes back. */
  readonly call: (payload?: unknown) => Promise<{ value: Record<string, unknown>; functionError: string | null }>;
}

function start(worker: WorkerFunction, overrides: Partial<PoolSettings> = {}): Started {
  const chunks: Buffer[] = [];
  let issued = 0;
  const pool = createWorkerPool({
    functions: [worker],
    endpoint: 'http://127.0.0.1:1',
    issueCredentials: () => {
      issued += 1;
      return { accessKeyId: `ASIA${issued}`, secretAccessKey: 'secret', sessionToken: 'token' };
    },
    log: (_, chunk) => chunks.push(chunk),
    ...overrides,
  });
  cleanups.push(() => pool.close());
  return {
    pool,
    worker,
    printed: () => Buffer.concat(chunks).toString(),
    call: async (payload = {}) => {
      const { payload: text, functionError } = await pool.invoke(worker.arn, JSON.stringify(payload));
      return { value: JSON.parse(text), functionError };
    },
  };
}

const pidBundle = `
  let calls = 0;
  export const handler = async ({ sleep = 0 }) => {
    const from = Date.now();
    await new Promise((resolve) => setTimeout(resolve, sleep));
    return { pid: process.pid, key: process.env.AWS_ACCESS_KEY_ID, calls: ++calls, from, to: Date.now() };
  };`;

describe('results', () => {
  it('returns what the handler returns, and keeps the process warm for the next request', async () => {
    const { call } = start(workerOf(pidBundle));
    const first = await call();
    const second = await call();
    expect(first).toMatchObject({ functionError: null, value: { calls: 1 } });
    expect(second.value).toMatchObject({ pid: first.value.pid, calls: 2 });
  });

  it('returns null for a handler without a result', async () => {
    const { call } = start(workerOf('export const handler = () => {};'));
    expect(await call()).toEqual({ value: null, functionError: null });
  });

  it('hands over the event and the context of Lambda', async () => {
    const { call } = start(
      workerOf(`export const handler = async (event, context) =>
        ({ event, ...context, remaining: context.getRemainingTimeInMillis() });`),
    );
    const { value } = await call({ table: 'orders' });
    expect(value).toMatchObject({
      event: { table: 'orders' },
      functionName: 'fn',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:fn',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/fn',
    });
    expect(value.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(value.remaining).toBeGreaterThan(8_000);
    expect(value.remaining).toBeLessThanOrEqual(10_000);
  });

  it('refuses a result over the size limit and goes on with the same process', async () => {
    const { call } = start(
      workerOf(`export const handler = async ({ size }) => size ? 'x'.repeat(size) : { pid: process.pid };`),
    );
    const before = await call();
    expect(await call({ size: 6_291_555 })).toMatchObject({
      functionError: 'Unhandled',
      value: {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      },
    });
    expect((await call({ size: 6_291_554 })).functionError).toBeNull();
    expect((await call()).value.pid).toBe(before.value.pid);
  });

  it('refuses a function that is not there', async () => {
    const { pool } = start(workerOf(pidBundle));
    await expect(pool.invoke('arn:aws:lambda:us-east-1:111111111111:function:other', '{}')).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
    });
  });
});

describe('errors of the function', () => {
  it('returns name, message and trace of a thrown error', async () => {
    const { call, printed } = start(
      workerOf(`export const handler = async () => {
        throw Object.assign(new Error('table orders exists'), { name: 'Promotion.Conflict' });
      };`),
    );
    const { value, functionError } = await call();
    expect(functionError).toBe('Unhandled');
    expect(value).toMatchObject({ errorType: 'Promotion.Conflict', errorMessage: 'table orders exists' });
    expect((value.trace as string[])[0]).toContain('table orders exists');
    expect(printed()).toContain('Promotion.Conflict');
  });

  it('returns the type of a thrown value that is no error', async () => {
    const { call } = start(workerOf(`export const handler = async () => { throw 'no'; };`));
    expect((await call()).value).toEqual({ errorType: 'string', errorMessage: 'no', trace: [] });
  });

  it('returns an error for a result that is not JSON', async () => {
    const { call } = start(workerOf('export const handler = async () => ({ big: 1n });'));
    expect((await call()).value).toMatchObject({
      errorType: 'Error',
      errorMessage: 'Unable to stringify response body',
    });
  });

  it.each([
    ['a bundle that throws', `throw new TypeError('at import');`, 'TypeError', 'at import'],
    [
      'a missing export',
      `export const other = 1;`,
      'Runtime.HandlerNotFound',
      'index.handler is undefined or not exported',
    ],
  ])('returns the error of %s, each time anew', async (_, source, errorType, errorMessage) => {
    const { call } = start(workerOf(source));
    expect((await call()).value).toMatchObject({ errorType, errorMessage });
    expect((await call()).value).toMatchObject({ errorType, errorMessage });
  });

  it('returns an error for a module that is not there', async () => {
    const { call } = start(workerOf('', { handler: 'main.handler' }));
    expect((await call()).value).toMatchObject({
      errorType: 'Runtime.ImportModuleError',
      errorMessage: "Error: Cannot find module 'main'",
    });
  });

  it('returns an unhandled rejection and takes a new process afterwards', async () => {
    const { call } = start(
      workerOf(`export const handler = ({ lose }) => {
        if (!lose) return Promise.resolve({ pid: process.pid });
        Promise.reject(new Error('lost'));
        return new Promise((resolve) => setTimeout(resolve, 60_000));
      };`),
    );
    const before = await call();
    expect((await call({ lose: true })).value).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'Error: lost',
    });
    const after = await call();
    expect(after.functionError).toBeNull();
    expect(after.value.pid).not.toBe(before.value.pid);
  });
});

describe('ends of a process', () => {
  it('kills a function at its timeout, in real time, and starts a new process for the next request', async () => {
    const { call } = start(
      workerOf(
        `export const handler = async ({ hang }) => {
        if (hang) for (;;);
        return { pid: process.pid };
      };`,
        { timeoutSeconds: 1 },
      ),
    );
    const before = await call();
    const startedAt = Date.now();
    const { value, functionError } = await call({ hang: true });
    expect(functionError).toBe('Unhandled');
    expect(value.errorType).toBe('Sandbox.Timedout');
    expect(value.errorMessage).toMatch(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(990);
    expect(isRunning(before.value.pid as number)).toBe(false);
    expect((await call()).value.pid).not.toBe(before.value.pid);
  });

  it.each([
    ['process.exit(3)', 'Runtime exited with error: exit status 3'],
    ['process.exit(0)', 'Runtime exited without providing a reason'],
    [`process.kill(process.pid, 'SIGKILL')`, 'Runtime exited with error: signal: killed'],
  ])('returns Runtime.ExitError for %s during a request', async (statement, reason) => {
    const { call } = start(
      workerOf(
        `export const handler = () => { ${statement}; return new Promise(() => setTimeout(() => {}, 60_000)); };`,
      ),
    );
    const { value, functionError } = await call();
    expect(functionError).toBe('Unhandled');
    expect(value.errorType).toBe('Runtime.ExitError');
    expect(value.errorMessage).toMatch(/^RequestId: [0-9a-f-]{36} Error: /);
    expect(value.errorMessage).toContain(reason);
  });

  it('replaces a process that ended while idle, without an error', async () => {
    const { call } = start(workerOf(pidBundle));
    const { pid } = (await call()).value;
    process.kill(pid as number, 'SIGKILL');
    while (isRunning(pid as number)) await new Promise((resolve) => setTimeout(resolve, 10));
    const next = await call();
    expect(next.functionError).toBeNull();
    expect(next.value.pid).not.toBe(pid);
  });

  it('replaces an idle process whose keys are too old', async () => {
    const { call } = start(workerOf(pidBundle), { maximumAge: 0 });
    const first = await call();
    const second = await call();
    expect([first.value.key, second.value.key]).toEqual(['ASIA1', 'ASIA2']);
    expect(isRunning(first.value.pid as number)).toBe(false);
  });

  it('ends every process on close and refuses what comes after', async () => {
    const { call, pool } = start(workerOf(pidBundle));
    const pids = (await Promise.all([call({ sleep: 50 }), call({ sleep: 50 })])).map(
      ({ value }) => value.pid as number,
    );
    await pool.close();
    expect(pids.map(isRunning)).toEqual([false, false]);
    await expect(call()).rejects.toThrow('the worker pool is closed');
  });

  it('answers a request that is under way when the pool closes', async () => {
    const { call, pool } = start(workerOf(pidBundle));
    await call();
    const underWay = call({ sleep: 60_000 });
    while (!pool.busyProcess('ASIA1')) await new Promise((resolve) => setTimeout(resolve, 5));
    await pool.close();
    expect((await underWay).value).toMatchObject({ errorType: 'Runtime.ExitError' });
  });
});

describe('concurrency', () => {
  it('runs requests in processes of their own with keys of their own', async () => {
    const { call } = start(workerOf(pidBundle));
    const answers = await Promise.all([call({ sleep: 300 }), call({ sleep: 300 })]);
    expect(new Set(answers.map(({ value }) => value.pid)).size).toBe(2);
    expect(new Set(answers.map(({ value }) => value.key)).size).toBe(2);
  });

  it('queues what is over the cap, and a queued request has its whole timeout left', async () => {
    const { call } = start(workerOf(pidBundle, { timeoutSeconds: 1 }), { concurrency: 1 });
    const answers = await Promise.all([call({ sleep: 700 }), call({ sleep: 700 }), call({ sleep: 1 })]);
    expect(answers.map(({ functionError }) => functionError)).toEqual([null, null, null]);
    expect(new Set(answers.map(({ value }) => value.pid)).size).toBe(1);
    expect(answers.map(({ value }) => value.calls)).toEqual([1, 2, 3]);
    const [first, second] = answers.map(({ value }) => value as { from: number; to: number });
    expect(second?.from).toBeGreaterThanOrEqual(first?.to ?? Number.NaN);
  });

  it('names the process that holds a pair of keys only while it is busy', async () => {
    const { call, pool } = start(workerOf(pidBundle));
    const { pid } = (await call()).value;
    expect(pool.busyProcess('ASIA1')).toBeNull();
    const underWay = call({ sleep: 200 });
    while (!pool.busyProcess('ASIA1')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(pool.busyProcess('ASIA1')).toMatchObject({ pid, functionName: 'fn' });
    await underWay;
    expect(pool.busyProcess('ASIA1')).toBeNull();
  });
});

describe('expire', () => {
  it('lets the timeout of a busy process pass at once, even of one that is stopped', async () => {
    const { call, pool } = start(workerOf(pidBundle, { timeoutSeconds: 600 }));
    const { pid } = (await call()).value;
    const underWay = call({ sleep: 60_000 });
    while (!pool.busyProcess('ASIA1')) await new Promise((resolve) => setTimeout(resolve, 5));
    process.kill(pid as number, 'SIGSTOP');
    pool.busyProcess('ASIA1')?.expire();
    expect((await underWay).value).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(isRunning(pid as number)).toBe(false);
  });
});

describe('environment', () => {
  it('holds the variables of the template and of Lambda, and nothing else of the host', async () => {
    process.env.HOST_SECRET = 'do not pass on';
    cleanups.push(() => {
      delete process.env.HOST_SECRET;
    });
    const { call, worker } = start(
      workerOf('export const handler = async () => process.env;', { environment: { ARTEFACT_BUCKET: 'artefacts' } }),
    );
    const { value } = await call();
    expect(value).toMatchObject({
      ARTEFACT_BUCKET: 'artefacts',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'ASIA1',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      AWS_CONFIG_FILE: '/dev/null',
      NODE_OPTIONS: '--max-old-space-size=256',
      LAMBDA_TASK_ROOT: worker.codeFolder,
    });
    const known = /^(AWS_|LAMBDA_TASK_ROOT$|_HANDLER$|NODE_OPTIONS$|PATH$|TZ$|ARTEFACT_BUCKET$|NODE_CHANNEL_)/;
    expect(Object.keys(value).filter((name) => !known.test(name))).toEqual([]);
  });

  it('sends what the bundle prints to the log and not to the standard output of the host', async () => {
    const { call, printed } = start(
      workerOf(`export const handler = async () => { console.log('to stdout'); console.error('to stderr'); };`),
    );
    await call();
    await expect.poll(printed).toContain('to stderr');
    expect(printed()).toContain('to stdout');
  });
});

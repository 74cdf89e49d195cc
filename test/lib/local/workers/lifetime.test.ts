import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning } from '../processes.ts';

const pool = join(import.meta.dirname, '../../../../lib/local/workers/pool.ts');
let codeFolder = '';

beforeAll(() => {
  codeFolder = mkdtempSync(join(tmpdir(), 'lifetime-'));
  writeFileSync(
    join(codeFolder, 'index.mjs'),
    `export const handler = ({ sleep }) => new Promise((resolve) => setTimeout(() => resolve(process.pid), sleep));`,
  );
});
afterAll(() => rmSync(codeFolder, { recursive: true }));

/** A host of one function that invokes it once, prints the pid of the worker, and then runs `after`. */
function startHost(after: string): ChildProcess {
  const script = `
    import { createWorkerPool } from ${JSON.stringify(pool)};
    const worker = { arn: 'arn:fn', name: 'fn', region: 'us-east-1', codeFolder: ${JSON.stringify(codeFolder)},
      handler: 'index.handler', runtime: 'nodejs24.x', timeoutSeconds: 60, memoryMiB: 128, environment: {},
      logGroupName: 'logs', roleArn: 'arn:role' };
    const issueCredentials = () => ({ accessKeyId: 'ASIA1', secretAccessKey: 's', sessionToken: 't' });
    const pool = createWorkerPool({ functions: [worker], endpoint: 'http://127.0.0.1:1', issueCredentials, log: () => {} });
    console.log((await pool.invoke('arn:fn', '{"sleep":0}')).payload);
    ${after}`;
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function workerOf(host: ChildProcess): Promise<number> {
  const [line] = (await once(host.stdout ?? host, 'data')) as [Buffer];
  return Number(line.toString());
}

describe('an idle worker', () => {
  it('does not keep its host alive and ends with it', async () => {
    const host = startHost('');
    const pid = await workerOf(host);
    expect(await once(host, 'exit')).toEqual([0, null]);
    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});

describe('a worker whose host is killed', () => {
  it('ends while it is idle', async () => {
    const host = startHost('setInterval(() => {}, 1000);');
    const pid = await workerOf(host);
    expect(isRunning(pid)).toBe(true);
    host.kill('SIGKILL');
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('ends in the middle of a request', async () => {
    const host = startHost(`await pool.invoke('arn:fn', '{"sleep":60000}');`);
    const pid = await workerOf(host);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isRunning(pid)).toBe(true);
    host.kill('SIGKILL');
    await expect.poll(() => isRunning(pid)).toBe(false);
  });
});

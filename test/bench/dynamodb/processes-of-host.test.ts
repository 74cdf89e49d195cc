import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cpuBetween, cpuNow } from '../../../bench/dynamodb/processes-of-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'promoter-bench-'));
let worker: ChildProcess;

beforeAll(async () => {
  mkdirSync(join(folder, 'workers'));
  const program = join(folder, 'workers/bootstrap.mjs');
  writeFileSync(
    program,
    `const end = Date.now() + 150; while (Date.now() < end) Math.random(); process.send('done'); process.on('message', () => process.exit(0));`,
  );
  worker = fork(program, { execArgv: [] });
  await once(worker, 'message');
});

afterAll(() => {
  worker.kill();
  rmSync(folder, { recursive: true, force: true });
});

it('counts what a worker used as that of workers, where the system tells', () => {
  const now = cpuNow();
  expect(now === null).toBe(process.platform !== 'linux');
  expect(now?.workers ?? 1).toBeGreaterThan(0.02);
  expect(now?.data ?? 0).toBe(0);
});

it('returns the difference of two moments', () => {
  const before = { host: 1, workers: 2, data: 3 };
  expect(cpuBetween(before, { host: 1.5, workers: 4, data: 3 })).toEqual({ host: 0.5, workers: 2, data: 0 });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createWorkerLogs } from '../../../lib/local/worker-logs.ts';

it('appends what each function prints to a file of its own, and drops what comes after close', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'logs-')), 'logs');
  const first = createWorkerLogs(folder);
  first.write('copy', Buffer.from('one\n'));
  first.write('plan', Buffer.from('other\n'));
  first.write('copy', Buffer.from('two\n'));
  await first.close();
  first.write('late', Buffer.from('lost\n'));
  const second = createWorkerLogs(folder);
  second.write('copy', Buffer.from('three\n'));
  await second.close();
  expect(readdirSync(folder).sort()).toEqual(['copy.log', 'plan.log']);
  expect(readFileSync(join(folder, 'copy.log'), 'utf8')).toBe('one\ntwo\nthree\n');
  rmSync(folder, { recursive: true });
});

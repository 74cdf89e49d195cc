import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Report, scoreTable } from './score.ts';

// Runs Stryker with these arguments at the lowest priority, and writes the table of docs/mutation.md from its report,
// which keeps what earlier runs found about files that this one leaves out.

const root = fileURLToPath(new URL('../..', import.meta.url));
const reportFile = join(root, '.local/mutation/report.json');
const documentFile = join(root, 'docs/mutation.md');
const begin = '<!-- written by npm run mutation -->';
const end = '<!-- end -->';

const began = Date.now();
const stryker = join(root, 'node_modules/.bin/stryker');
const { status } = spawnSync('nice', ['-n', '19', stryker, 'run', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
if (!existsSync(reportFile) || statSync(reportFile).mtimeMs < began) throw new Error('stryker wrote no report');

const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
const text = readFileSync(documentFile, 'utf8');
const [before, rest] = [text.indexOf(begin), text.indexOf(end)];
if (before === -1 || rest < before) throw new Error(`docs/mutation.md has no place for the table: ${begin} … ${end}`);
const day = new Date(began).toISOString().slice(0, 10);
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version.slice(1)}`;
const written = `${begin}\n${scoreTable(report)}\n\nLast run: ${day}, on ${machine}.\n`;
writeFileSync(documentFile, text.slice(0, before) + written + text.slice(rest));
process.exitCode = status ?? 1;

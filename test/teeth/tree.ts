import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { VitestReport } from './judge.ts';
import type { Mutation } from './mutation.ts';

/** A copy of the repository in which one mutation at a time is tried. */
export interface Tree {
  /** Changes the file, runs `work`, and puts the file back. */
  mutated<T>(mutation: Mutation, work: () => Promise<T>): Promise<T>;
  /** Runs the tests of these files whose full names hold one of the texts; null where vitest wrote no report. */
  vitest(files: readonly string[], tests: readonly string[]): Promise<VitestReport | null>;
  remove(): void;
}

/** The slowest test file takes a minute; a mutation that hangs must not hang the run. */
const patienceMilliseconds = 240_000;

/** Paths of all files of the work tree that are not ignored, new ones included. */
export function filesOf(root: string): string[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  return (
    list
      .toString()
      .split('\0')
      // A link to packages installed elsewhere is not ignored as the folder is.
      .filter((path) => path !== '' && path !== 'node_modules' && existsSync(join(root, path)))
  );
}

/** Copies the work tree as it is into a temporary folder, with the installed packages of the original. */
export function copyTree(root: string): Tree {
  const folder = mkdtempSync(join(tmpdir(), 'promoter-teeth-'));
  for (const path of filesOf(root)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return {
    async mutated(mutation, work) {
      const path = join(folder, mutation.file);
      const text = readFileSync(path, 'utf8');
      writeFileSync(
        path,
        text.replace(mutation.search, () => mutation.replace),
      );
      try {
        return await work();
      } finally {
        writeFileSync(path, text);
      }
    },
    vitest: (files, tests) => runVitest(folder, files, tests),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function runVitest(
  folder: string,
  files: readonly string[],
  tests: readonly string[],
): Promise<VitestReport | null> {
  const output = join(folder, 'teeth-report.json');
  rmSync(output, { force: true });
  const args = ['run', ...files, '-t', tests.map(escaped).join('|'), '--reporter=json', `--outputFile=${output}`];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, 'node_modules/vitest/vitest.mjs'), ...args, '--no-cache'], {
      cwd: folder,
      stdio: 'ignore',
      timeout: patienceMilliseconds,
    });
    child.on('error', reject);
    child.on('close', () => resolve());
  });
  return existsSync(output) ? (JSON.parse(readFileSync(output, 'utf8')) as VitestReport) : null;
}

const escaped = (text: string) => text.replace(/[\\^$.|?*+()[\]{}/]/g, '\\$&');

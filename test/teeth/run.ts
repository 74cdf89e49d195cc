import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outcomeOf, reasonOf } from './judge.ts';
import type { Mutation } from './mutation.ts';
import { mutations } from './mutations.ts';
import { readWish, selected } from './selection.ts';
import { tableProblems } from './table-check.ts';
import { copyTree, filesOf, type Tree } from './tree.ts';

// Takes one guard after another out of a copy of the program and expects the named test to turn red. A guard whose
// mutation survives has a test without teeth. `--only <name>`, `--tenth <n>`; in CI the tenth of the day.

const root = fileURLToPath(new URL('../..', import.meta.url));
const print = (line: string) => process.stdout.write(`${line}\n`);

interface Verdict {
  readonly caught: boolean;
  readonly word: string;
  readonly reason: string;
}

async function main(): Promise<number> {
  const wish = readWish(process.argv.slice(2), process.env, new Date());
  const chosen = selected(mutations, wish);
  const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined);
  const testFiles = filesOf(root).filter((path) => path.startsWith('test/') && path.endsWith('.test.ts'));
  const problems = tableProblems(mutations, testFiles, read);
  for (const problem of problems) print(problem);
  const caught = await tryAll(chosen);
  print(`${chosen.length} mutations, ${caught} caught`);
  return problems.length === 0 && caught === chosen.length ? 0 : 1;
}

/** Answers how many were caught. Each lane has a copy of its own. */
async function tryAll(chosen: readonly Mutation[]): Promise<number> {
  const width = Math.min(availableParallelism(), 4, chosen.length);
  const trees = Array.from({ length: width }, () => copyTree(root));
  // Also when the run is interrupted.
  process.once('exit', () => {
    for (const tree of trees) tree.remove();
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const queue = [...chosen];
  let caught = 0;
  const lane = async (tree: Tree) => {
    for (let mutation = queue.shift(); mutation; mutation = queue.shift()) {
      const began = Date.now();
      const verdict = await tried(tree, mutation);
      if (verdict.caught) caught += 1;
      const seconds = `${((Date.now() - began) / 1000).toFixed(1)} s`;
      const where = `${mutation.testFile}: ${mutation.test}`;
      print([verdict.word.padEnd(8), seconds.padStart(7), mutation.name.padEnd(40), where].join('  '));
      if (verdict.reason !== '') print(`          ${verdict.reason}`);
    }
  };
  await Promise.all(trees.map(lane));
  return caught;
}

/** A test that is red, or not there, without the mutation says nothing about it: it is run without it too. */
async function tried(tree: Tree, mutation: Mutation): Promise<Verdict> {
  const run = () => tree.vitest([mutation.testFile], [mutation.within ?? mutation.test]);
  const mutatedReport = await tree.mutated(mutation, run);
  const mutated = outcomeOf(mutatedReport, mutation.test);
  if (mutated === 'green') return { caught: false, word: 'SURVIVED', reason: `without "${mutation.search}"` };
  if (mutated === 'absent') return { caught: false, word: 'BROKEN', reason: reasonOf(mutatedReport) };
  const report = await run();
  if (outcomeOf(report, mutation.test) === 'green') return { caught: true, word: 'caught', reason: '' };
  return { caught: false, word: 'BROKEN', reason: `the test is not green without the mutation: ${reasonOf(report)}` };
}

process.exitCode = await main();

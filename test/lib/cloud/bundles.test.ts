import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildWorkers } from '../../../lib/cloud/bundles.ts';
import { environmentsWith, smallProgram, temporaryDirectory } from './fixture.ts';

const workers = smallProgram.workers.slice(0, 2);

/** A source tree of which the first worker uses an ES module package, the second one a CommonJS package. */
function sources() {
  const root = temporaryDirectory();
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  writeFileSync(
    join(root, 'lock.ts'),
    `import * as z from 'zod';
     class LockLost extends Error {}
     export const handler = async (event: unknown) => z.object({ id: z.string() }).parse(event).id + LockLost.name;`,
  );
  writeFileSync(join(root, 'legacy.cjs'), `const { basename } = require('path'); exports.base = (p) => basename(p);`);
  writeFileSync(
    join(root, 'plan.ts'),
    `import legacy from './legacy.cjs';
     export const handler = async () => legacy.base('/a/plan');`,
  );
  return root;
}

const build = async (root: string, outputDirectory = join(root, 'dist')) => {
  await buildWorkers({ root, outputDirectory, workers, environments: environmentsWith() });
  return outputDirectory;
};

/** Calls a bundle's handler in a Node process of its own, far from any node_modules. */
function call(bundles: string, id: string, event: unknown): string {
  const elsewhere = temporaryDirectory();
  cpSync(join(bundles, id), elsewhere, { recursive: true });
  const script = `import('./index.mjs').then(async (m) => process.stdout.write(await m.handler(${JSON.stringify(event)})))`;
  return execFileSync(process.execPath, ['-e', script], { cwd: elsewhere, encoding: 'utf8' });
}

const bytesOf = (directory: string) =>
  readdirSync(directory).map((file) => [file, readFileSync(join(directory, file), 'utf8')]);

describe('buildWorkers', () => {
  it('builds a file for each worker that runs without node_modules', async () => {
    const bundles = await build(sources());
    expect(readdirSync(bundles).sort()).toEqual(['DynamoDbPlan', 'PromotionLock']);
    expect(readdirSync(join(bundles, 'PromotionLock')).sort()).toEqual(['environments.json', 'index.mjs']);
    expect(call(bundles, 'PromotionLock', { id: 'x' })).toBe('xLockLost');
    expect(call(bundles, 'DynamoDbPlan', {})).toBe('plan');
  });

  it('lays the checked configuration beside each bundle', async () => {
    const bundles = await build(sources());
    const configuration = JSON.parse(readFileSync(join(bundles, 'DynamoDbPlan/environments.json'), 'utf8'));
    expect(configuration).toEqual(environmentsWith());
  });

  it('makes the same bytes from the same sources in another directory', async () => {
    const [first, second] = [await build(sources()), await build(sources())];
    for (const { id } of workers) {
      const [one, two] = [first, second].map((bundles) => readFileSync(join(bundles, id, 'index.mjs'), 'utf8'));
      expect(one).toBe(two);
    }
  });

  it('lays what a worker imports later beside it, whole, and out of what is loaded at its start', async () => {
    const root = sources();
    writeFileSync(
      join(root, 'seldom.ts'),
      "import { basename } from 'node:path'; export const name = basename('/a/b');",
    );
    writeFileSync(
      join(root, 'plan.ts'),
      `export const handler = async (event: { seldom: boolean }) =>
         event.seldom ? (await import('./seldom.ts')).name : 'usual';`,
    );
    const outputDirectory = join(root, 'dist');
    const loaded = await buildWorkers({ root, outputDirectory, workers, environments: environmentsWith() });
    expect(loaded.get('DynamoDbPlan')).toEqual(['plan.ts']);
    expect(loaded.get('PromotionLock')).toContain('lock.ts');
    expect(readdirSync(join(outputDirectory, 'DynamoDbPlan')).some((file) => /^seldom-\w+\.mjs$/.test(file))).toBe(
      true,
    );
    expect(call(outputDirectory, 'DynamoDbPlan', { seldom: false })).toBe('usual');
    expect(call(outputDirectory, 'DynamoDbPlan', { seldom: true })).toBe('b');
    const again = join(sources(), 'dist');
    await buildWorkers({ root, outputDirectory: again, workers, environments: environmentsWith() });
    expect(bytesOf(join(again, 'DynamoDbPlan'))).toEqual(bytesOf(join(outputDirectory, 'DynamoDbPlan')));
  });

  it('removes the bundles of an earlier build', async () => {
    const root = sources();
    mkdirSync(join(root, 'dist/Gone'), { recursive: true });
    await build(root);
    expect(existsSync(join(root, 'dist/Gone'))).toBe(false);
  });

  it('refuses a worker whose entry is missing, by its id', async () => {
    const build = buildWorkers({
      root: temporaryDirectory(),
      outputDirectory: join(temporaryDirectory(), 'dist'),
      workers,
      environments: environmentsWith(),
    });
    await expect(build).rejects.toThrow('worker PromotionLock: its entry lock.ts does not exist');
  });

  it('refuses a bundle that would load something at run time', async () => {
    const root = sources();
    writeFileSync(join(root, 'plan.ts'), "export { handler } from 'https://example.com/handler.mjs';");
    await expect(build(root)).rejects.toThrow(
      /DynamoDbPlan\/index\.mjs is not self-contained: it imports https:\/\/example\.com\/handler\.mjs at run time/,
    );
  });
});

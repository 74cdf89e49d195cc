import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fingerprint, SynthesisError, synthesize } from '../../../lib/local/synthesize.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/**
 * A repository whose `cdk` is a script: it notes each call in `calls`, runs `before`, and writes a manifest that tells
 * which call wrote it.
 */
function repository(before = '') {
  const root = mkdtempSync(join(tmpdir(), 'synthesize-'));
  roots.push(root);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const file of ['bin/cloud.ts', 'lib/cloud/stack.ts', 'lambdas/manifest.ts', 'statemachines/a.asl.json'])
    write(file, file);
  for (const file of ['lib/local/environments.json', 'cdk.json', 'package-lock.json', 'tsconfig.json'])
    write(file, '{}');
  write(
    'node_modules/.bin/cdk',
    `#!/bin/sh
echo "$@ validation=$CDK_VALIDATION" >> calls
${before}
for output; do :; done
echo $$ > "$output/manifest.json"
`,
  );
  chmodSync(join(root, 'node_modules/.bin/cdk'), 0o755);
  return {
    root,
    write,
    folder: join(root, '.local/assemblies'),
    calls: () => (existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8').trim().split('\n') : []),
    run: () => synthesize({ root, folder: join(root, '.local/assemblies'), log: () => {} }),
  };
}

describe('synthesize', () => {
  it('runs the CDK with the environments of the host and without its validation', async () => {
    const { run, calls } = repository();
    const assembly = await run();
    expect(existsSync(join(assembly, 'manifest.json'))).toBe(true);
    expect(calls()).toHaveLength(1);
    expect(calls()[0]).toContain(
      'synth --quiet --no-notices --context environments=lib/local/environments.json --output ',
    );
    expect(calls()[0]).toContain('validation=false');
  });

  it('is skipped while no source changes, and done again when one does', async () => {
    const { run, write, calls } = repository();
    const first = await run();
    expect(await run()).toBe(first);
    expect(calls()).toHaveLength(1);
    write('lambdas/dynamodb/new.ts', 'x');
    expect(await run()).not.toBe(first);
    expect(calls()).toHaveLength(2);
    rmSync(join(dirname(first), '..', '..', 'lambdas/dynamodb'), { recursive: true });
    expect(await run()).toBe(first);
    expect(calls()).toHaveLength(2);
  });

  it('gives hosts that start at the same time one whole assembly', async () => {
    const { run, folder } = repository('sleep 0.2');
    const found = await Promise.all([run(), run(), run()]);
    expect(new Set(found).size).toBe(1);
    expect(readdirSync(folder)).toEqual([found[0]?.split('/').at(-1)]);
    expect(readFileSync(join(found[0] ?? '', 'manifest.json'), 'utf8')).toMatch(/^\d+\n$/);
  });

  it('keeps nothing of a failed synthesis and passes on what the CDK said', async () => {
    const { run, folder } = repository('echo no such worker >&2; exit 3');
    await expect(run()).rejects.toThrow(SynthesisError);
    await expect(run()).rejects.toThrow(/exit status 3:\nno such worker/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('synthesizes again when a source changed meanwhile, and gives up when that goes on', async () => {
    const changedOnce = repository('echo changed > lambdas/manifest.ts');
    expect((await changedOnce.run()).split('/').at(-1)).toBe((await fingerprint(changedOnce.root)).slice(0, 16));
    expect(changedOnce.calls()).toHaveLength(2);
    const restless = repository('echo $$ > lambdas/manifest.ts');
    await expect(restless.run()).rejects.toThrow('the sources changed during three syntheses in a row');
    expect(readdirSync(restless.folder)).toEqual([]);
  });

  it('keeps the five assemblies used last', async () => {
    const { run, write, folder } = repository();
    const made: string[] = [];
    for (let version = 0; version < 7; version += 1) {
      write('cdk.json', String(version));
      made.push(await run());
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(readdirSync(folder).sort()).toEqual(
      made
        .slice(2)
        .map((path) => path.split('/').at(-1))
        .sort(),
    );
  });
});

describe('fingerprint', () => {
  it.each([
    'bin/cloud.ts',
    'lib/cloud/stack.ts',
    'lambdas/manifest.ts',
    'statemachines/a.asl.json',
    'package-lock.json',
  ])('depends on %s', async (file) => {
    const { root, write } = repository();
    const before = await fingerprint(root);
    write(file, 'changed');
    expect(await fingerprint(root)).not.toBe(before);
  });

  it('depends on the names of files and on nothing else', async () => {
    const { root, write } = repository();
    const before = await fingerprint(root);
    write('README.md', 'x');
    expect(await fingerprint(root)).toBe(before);
    write('lambdas/empty.ts', '');
    expect(await fingerprint(root)).not.toBe(before);
  });
});

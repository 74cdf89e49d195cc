import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kinds } from '../lambdas/core/contracts.ts';
import { workers } from '../lambdas/manifest.ts';
import { buildWorkers } from '../lib/cloud/bundles.ts';
import { environments } from './support/factories.ts';
import {
  exportsOf,
  filesUnder,
  importsOf,
  readSource,
  root,
  type SourceFile,
  withoutComments,
} from './support/sources.ts';

const program = filesUnder('lambdas', '.ts');
const hosts = filesUnder('lib', '.ts');
const source = [...program, ...hosts, ...filesUnder('bin', '.ts')];
const tests = [...filesUnder('test', '.ts'), ...filesUnder('bench', '.ts')];

/** Every import of these files that `forbidden` names, as `file imports target`. */
function offences(files: readonly SourceFile[], forbidden: (target: string, from: string) => boolean): string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter((target) => forbidden(target, file.path))
      .map((target) => `${file.path} imports ${target}`),
  );
}

/** Every line of these files, comments left out, that a pattern finds. */
function findings(files: readonly SourceFile[], pattern: RegExp): string[] {
  return files.flatMap(({ path, text }) =>
    [...withoutComments(text).matchAll(pattern)].map(([found]) => `${path}: ${found.replace(/\s+/g, ' ').trim()}`),
  );
}

const under = (folder: string) => source.filter(({ path }) => path.startsWith(`${folder}/`));

describe('imports go one way', () => {
  it('finds the imports that the rules below look at', () => {
    const all = source.flatMap(importsOf);
    expect(all).toContain('aws-cdk-lib');
    expect(all).toContain('lambdas/core/errors.ts');
    expect(source.length).toBeGreaterThan(100);
  });

  it('lib uses the manifest and what core says of environments, kinds and names, nothing else of the workers', () => {
    const open = ['manifest.ts', 'core/contracts.ts', 'core/environments.ts', 'core/names.ts'].map(
      (path) => `lambdas/${path}`,
    );
    expect(offences(hosts, (target) => target.startsWith('lambdas/') && !open.includes(target))).toEqual([]);
  });

  it('no worker knows a host, a test or the benchmarks', () => {
    expect(offences(program, (target) => /^(lib|bin|test|bench)\//.test(target))).toEqual([]);
  });

  it('core knows neither a kind nor the promotion', () => {
    expect(
      offences(under('lambdas/core'), (target) => target.startsWith('lambdas/') && !target.startsWith('lambdas/core/')),
    ).toEqual([]);
  });

  it.each(kinds)('%s knows core and itself alone', (kind) => {
    const foreign = (target: string) => target.startsWith('lambdas/') && !target.startsWith(`lambdas/${kind}/`);
    expect(
      offences(under(`lambdas/${kind}`), (target) => foreign(target) && !target.startsWith('lambdas/core/')),
    ).toEqual([]);
  });

  it('only lib/cloud and its entry know the CDK', () => {
    const cdk = ['aws-cdk-lib', 'constructs', 'cdk-nag'];
    const others = source.filter(({ path }) => !path.startsWith('lib/cloud/') && path !== 'bin/cloud.ts');
    expect(offences(others, (target) => cdk.includes(target))).toEqual([]);
  });

  it('neither host knows the other', () => {
    expect(offences(under('lib/cloud'), (target) => target.startsWith('lib/local/'))).toEqual([]);
    expect(offences(under('lib/local'), (target) => target.startsWith('lib/cloud/'))).toEqual([]);
  });

  it('only lib/local listens on a socket, and there on loopback alone', () => {
    const elsewhere = source.filter(({ path }) => !path.startsWith('lib/local/'));
    expect(findings(elsewhere, /\bcreateServer\b|\.listen\(/g)).toEqual([]);
    expect(findings(under('lib/local'), /\.listen\((?![^)]*'127\.0\.0\.1')[^)]*\)/g)).toEqual([]);
  });

  it('workers read the environment of their process in core/handler alone', () => {
    const others = program.filter(({ path }) => path !== 'lambdas/core/handler.ts');
    expect(findings(others, /\bprocess\s*\.\s*env\b|\benv\b.*from 'node:process'/g)).toEqual([]);
  });
});

describe('the SDK', () => {
  const sdk = /node_modules\/@(aws-sdk|smithy)\//;

  it('has no part in the calls to S3 and STS that every worker makes', () => {
    expect(offences(program, (target) => /^@aws-sdk\/client-(s3|sts)$/.test(target))).toEqual([]);
  });

  it('is not loaded when the workers start that copy and compare, of which there are thousands', async () => {
    const outputDirectory = mkdtempSync(join(tmpdir(), 'light-'));
    const light = workers.filter(({ entry }) => /\/(copy|compare)\.lambda\.ts$/.test(entry));
    const loaded = await buildWorkers({ root, outputDirectory, workers: light, environments });
    const later = light.map(({ id }) => readdirSync(join(outputDirectory, id)).filter((file) => /^sdk-/.test(file)));
    rmSync(outputDirectory, { recursive: true });
    expect(light).toHaveLength(2);
    for (const files of loaded.values()) {
      expect(files).toContain('lambdas/dynamodb/raw/table.ts');
      expect(files.filter((file) => sdk.test(file))).toEqual([]);
      // The construction of schemas takes longer than all else together: children read by core/guards.
      expect(files.filter((file) => /node_modules\/zod\//.test(file))).toEqual([]);
    }
    // The engine that the SDK drives is there for whoever asks for it.
    expect(later.map((files) => files.length)).toEqual([1, 1]);
  });
});

describe('the manifest', () => {
  it('lists every worker entry that there is, and no other', () => {
    const entries = filesUnder('lambdas', '.lambda.ts').map(({ path }) => path);
    expect(workers.map(({ entry }) => entry).sort()).toEqual(entries);
  });

  it('names each worker once, by its owner', () => {
    expect(new Set(workers.map(({ id }) => id)).size).toBe(workers.length);
    for (const { entry, owner } of workers) expect(entry).toContain(`lambdas/${owner}/`);
  });
});

describe('files', () => {
  it('have 400 lines at most', () => {
    const long = [...source, ...tests].filter(({ lines }) => lines > 400);
    expect(long.map(({ path, lines }) => `${path} has ${lines} lines`)).toEqual([]);
  });

  it('swallow no error', () => {
    // A catch without a statement, or one that answers nothing whatever the error was.
    expect(findings(source, /\bcatch\s*(\([^)]*\))?\s*\{\s*\}/g)).toEqual([]);
    expect(findings(source, /\.catch\(\s*(async )?\(\w*\)\s*=>\s*(\{\s*\}|undefined|null|void 0)\s*\)/g)).toEqual([]);
  });

  it('leave no test out', () => {
    expect(findings(tests, /\b(it|test|describe)\.(skip|only|todo|fails|skipIf|runIf)\b/g)).toEqual([]);
  });

  it('of core and the contracts document every export', () => {
    const contracts = program.filter(({ path }) => path.endsWith('/contracts.ts'));
    const bare = [...new Set([...under('lambdas/core'), ...contracts])].flatMap((file) =>
      exportsOf(file)
        .filter(({ documented }) => !documented)
        .map(({ name }) => `${file.path}: ${name}`),
    );
    expect(bare).toEqual([]);
  });
});

describe('documents', () => {
  const documents = [
    ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md']
      .filter((path) => existsSync(join(root, path)))
      .map(readSource),
    ...['docs', 'lib', 'lambdas', 'test', 'bench', 'statemachines', 'originals'].flatMap((folder) =>
      filesUnder(folder, '.md'),
    ),
  ];

  it('link only to files and headings that there are', () => {
    const broken = documents.flatMap(({ path, text }) =>
      [...text.replace(/```[\s\S]*?```/g, '').matchAll(/\[[^\]]*\]\(([^)\s]+)[^)]*\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(path, link))
        .map((link) => `${path} links to ${link}`),
    );
    expect(documents.length).toBeGreaterThan(0);
    expect(broken).toEqual([]);
  });

  it('that messages point to are there', () => {
    const named = source.flatMap(({ text }) =>
      [...withoutComments(text).matchAll(/\bdocs\/[\w/.-]+\.(?:md|json)\b/g)].map(([path]) => path),
    );
    expect(named.length).toBeGreaterThan(0);
    expect([...new Set(named)].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

function leadsSomewhere(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const path = file === '' ? from : join(dirname(from), decodeURI(file));
  if (!existsSync(join(root, path))) return false;
  return anchor === undefined || !path.endsWith('.md') || anchorsOf(readSource(path).text).includes(anchor);
}

/** Anchors as GitHub makes them from headings. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

it('prints how long, how documented and how tested the source is', () => {
  const lengths = source.map(({ lines }) => lines).sort((a, b) => a - b);
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
  const exported = source.flatMap(exportsOf);
  const documented = exported.filter((one) => one.documented).length / exported.length;
  const total = (files: readonly SourceFile[]) => files.reduce((sum, { lines }) => sum + lines, 0);
  const ratio = total(tests) / total(source);
  console.log(
    `source: median file ${median} lines, ${Math.round(documented * 100)} % of exports documented, tests to code ${ratio.toFixed(2)}`,
  );
  expect(median).toBeGreaterThan(0);
  expect(documented).toBeGreaterThan(0);
  expect(ratio).toBeGreaterThan(0);
});

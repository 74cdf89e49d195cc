import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import type { Environments } from '../../lambdas/core/environments.ts';
import type { Worker } from '../../lambdas/manifest.ts';

/** What {@link buildWorkers} builds and where. */
export interface BundleOptions {
  /** The directory that the workers' entry paths start from. */
  readonly root: string;
  /** Directory of the bundles; emptied first, so that no worker of an earlier build stays behind. */
  readonly outputDirectory: string;
  readonly workers: readonly Worker[];
  /** The checked configuration, laid beside each bundle as `environments.json`. */
  readonly environments: Environments;
}

/** Some dependencies are CommonJS and call `require` for Node's own modules, which an ES module does not have. */
const requireBanner =
  "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);";

const options = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // The ES modules of the AWS SDK can be shaken, their CommonJS twins cannot: 701 kB instead of 1006 for a copy worker.
  mainFields: ['module', 'main'],
  minify: true,
  // Error names and handler names appear in logs; minified ones would say nothing.
  keepNames: true,
  banner: { js: requireBanner },
  metafile: true,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/**
 * Builds every worker into `<outputDirectory>/<worker id>/index.mjs`, which needs nothing but Node 20 or later. What a
 * worker's own source imports later, by `import()`, lies beside it in files of its own, so that it costs nothing before.
 * Equal sources give equal bytes, so that an unchanged worker is not deployed again.
 * @returns for each worker's id the source files that are loaded at its start
 * @throws Error that names the worker when its entry is missing or its bundle would load a package at run time
 */
export async function buildWorkers({
  root,
  outputDirectory,
  workers,
  environments,
}: BundleOptions): Promise<ReadonlyMap<string, readonly string[]>> {
  for (const { id, entry } of workers) {
    if (!existsSync(join(root, entry))) throw new Error(`worker ${id}: its entry ${entry} does not exist`);
  }
  await rm(outputDirectory, { recursive: true, force: true });
  const { metafile } = await build({
    ...options,
    absWorkingDir: root,
    entryPoints: workers.map(({ id, entry }) => ({ in: entry, out: `${id}/index` })),
    outdir: outputDirectory,
  });
  refuseExternals(metafile);
  const configuration = `${JSON.stringify(environments, null, 2)}\n`;
  const loaded = new Map<string, readonly string[]>();
  for (const { id, entry } of workers) {
    const directory = join(outputDirectory, id);
    let files = loadedAtStart(metafile, entry);
    if (files.some((file) => importsLater(metafile, file))) {
      await rm(directory, { recursive: true });
      // On its own: chunks that several workers share would lie outside of their directories.
      const split = await build({
        ...options,
        absWorkingDir: root,
        entryPoints: [{ in: entry, out: 'index' }],
        outdir: directory,
        splitting: true,
      });
      refuseExternals(split.metafile);
      files = loadedAtStart(split.metafile, entry);
    }
    loaded.set(id, files);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'environments.json'), configuration);
  }
  return loaded;
}

/** The sources of which something is in the output of an entry, or in one that it imports at once. */
function loadedAtStart({ outputs }: Metafile, entry: string): string[] {
  const start = Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === entry);
  const reached = new Set(start);
  for (const path of reached) {
    for (const { path: imported, kind } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && imported in outputs) reached.add(imported);
    }
  }
  return [...reached].flatMap((path) =>
    Object.entries(outputs[path]?.inputs ?? {}).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? file : [])),
  );
}

/** Packages import much later that is not worth a file: only what our own source says counts. */
function importsLater({ inputs }: Metafile, file: string): boolean {
  if (file.includes('node_modules/')) return false;
  return inputs[file]?.imports.some(({ kind, external }) => kind === 'dynamic-import' && !external) ?? false;
}

function refuseExternals({ outputs }: Metafile): void {
  for (const [output, { imports }] of Object.entries(outputs)) {
    const foreign = imports.find(
      ({ path, external }) => external && !path.startsWith('node:') && !builtinModules.includes(path),
    );
    if (foreign) throw new Error(`${output} is not self-contained: it imports ${foreign.path} at run time`);
  }
}

import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
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

/**
 * Builds every worker into `<outputDirectory>/<worker id>/index.mjs`: one file that needs nothing but Node 20 or later.
 * Equal sources give equal bytes, so that an unchanged worker is not deployed again.
 * @throws Error that names the worker when its entry is missing or its bundle would load a package at run time
 */
export async function buildWorkers({ root, outputDirectory, workers, environments }: BundleOptions): Promise<void> {
  for (const { id, entry } of workers) {
    if (!existsSync(join(root, entry))) throw new Error(`worker ${id}: its entry ${entry} does not exist`);
  }
  await rm(outputDirectory, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: workers.map(({ id, entry }) => ({ in: entry, out: `${id}/index` })),
    outdir: outputDirectory,
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
  });
  refuseExternals(metafile);
  const configuration = `${JSON.stringify(environments, null, 2)}\n`;
  for (const { id } of workers) {
    const directory = join(outputDirectory, id);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'environments.json'), configuration);
  }
}

function refuseExternals({ outputs }: Metafile): void {
  for (const [output, { imports }] of Object.entries(outputs)) {
    const foreign = imports.find(
      ({ path, external }) => external && !path.startsWith('node:') && !builtinModules.includes(path),
    );
    if (foreign) throw new Error(`${output} is not self-contained: it imports ${foreign.path} at run time`);
  }
}

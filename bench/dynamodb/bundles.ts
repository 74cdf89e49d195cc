import { join } from 'node:path';
import { build } from 'esbuild';
import type { VariantName } from './variants/contract.ts';

/** Bundles of one file each, so that no loader of TypeScript is measured. */
export interface Bundles {
  readonly server: string;
  readonly copiers: Readonly<Record<VariantName, string>>;
}

/** Builds the canned server and a copying program for each of these variants. */
export async function buildPrograms<Name extends VariantName>(
  folder: string,
  names: readonly Name[],
): Promise<{ server: string; copiers: Record<Name, string> }> {
  const server = join(folder, 'server.mjs');
  await bundle(`import './server-process.ts';`, server);
  const copiers = {} as Record<Name, string>;
  for (const name of names) {
    copiers[name] = join(folder, `copier-${name}.mjs`);
    await bundle(
      `import { measure } from './copier.ts';
       import { openVariant } from './variants/${name}.ts';
       process.stdout.write(JSON.stringify(await measure(openVariant, JSON.parse(process.argv[2]))) + '\\n', () => process.exit(0));`,
      copiers[name],
    );
  }
  return { server, copiers };
}

async function bundle(contents: string, outfile: string): Promise<void> {
  await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
    },
    logLevel: 'silent',
  });
}

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the program is and where its cloud assemblies are kept. */
export interface SynthesisOptions {
  /** Root of the repository. */
  readonly root: string;
  /** Folder of assemblies, one below it for each fingerprint. */
  readonly folder: string;
  /** Takes progress. */
  readonly log: (text: string) => void;
  /** Ends the CDK. */
  readonly signal?: AbortSignal;
}

/** The CDK could not synthesize the app; the message holds what it said. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';
}

/**
 * The local host always deploys the example's accounts, whatever the developer's own `environments.json` says; tables of
 * `dev` may be exported there, which the example leaves off.
 */
export const localEnvironments = 'lib/local/environments.json';

/** Everything that a cloud assembly is made from. */
const sources = [
  'bin/cloud.ts',
  'lib/cloud',
  'lambdas',
  'statemachines',
  localEnvironments,
  'cdk.json',
  'package-lock.json',
  'tsconfig.json',
];

/** Assemblies kept beside the newest: those of hosts that are still running from before a change. */
const keptAssemblies = 4;

/**
 * Answers the folder of the cloud assembly of the program as it is now, synthesizing it first when there is none.
 * Folders are named by the fingerprint of their sources and never change once they are there, so that hosts started at
 * the same time, or before and after a change, do not disturb each other.
 * @throws SynthesisError when the CDK fails, or when the sources change faster than they can be synthesized
 */
export async function synthesize(options: SynthesisOptions): Promise<string> {
  const { root, folder } = options;
  await mkdir(folder, { recursive: true });
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const before = await fingerprint(root);
    const assembly = join(folder, before.slice(0, 16));
    if (existsSync(assembly) || (await build(options, before, assembly))) {
      const now = new Date();
      await utimes(assembly, now, now);
      await removeOld(folder);
      return assembly;
    }
  }
  throw new SynthesisError('the sources changed during three syntheses in a row');
}

/** False when the sources changed meanwhile: what was built then belongs to no fingerprint. */
async function build(
  { root, folder, log, signal }: SynthesisOptions,
  before: string,
  assembly: string,
): Promise<boolean> {
  log('synthesizing the app');
  const building = await mkdtemp(join(folder, 'building-'));
  try {
    await runCdk(root, building, signal);
    if ((await fingerprint(root)) !== before) return false;
    await publish(building, assembly);
    return true;
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

/** SHA-256 over paths and contents of all sources, hexadecimal. */
export async function fingerprint(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of await filesBelow(root, source)) {
      hash.update(`${file}\0`).update(await readFile(join(root, file)));
    }
  }
  return hash.digest('hex');
}

async function filesBelow(root: string, path: string): Promise<string[]> {
  const found = await stat(join(root, path));
  if (!found.isDirectory()) return [path];
  const entries = await readdir(join(root, path), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

function runCdk(root: string, folder: string, signal?: AbortSignal): Promise<void> {
  const cdk = join(root, 'node_modules/.bin/cdk');
  const context = `environments=${localEnvironments}`;
  const child = spawn(cdk, ['synth', '--quiet', '--no-notices', '--context', context, '--output', folder], {
    cwd: root,
    // `npm run synth` is the strict one; the validator costs more than the rest of the synthesis.
    env: { ...process.env, CDK_VALIDATION: 'false', CDK_DISABLE_CLI_TELEMETRY: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal && { signal }),
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new SynthesisError(`${cdk} cannot be started: ${error.message}`)));
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new SynthesisError(`cdk synth ended with exit status ${code}:\n${Buffer.concat(output).toString()}`));
    });
  });
}

/** Renaming is atomic; when another host was quicker, its folder has the same content and stays. */
async function publish(building: string, assembly: string): Promise<void> {
  try {
    await rename(building, assembly);
  } catch (error) {
    if (!existsSync(assembly)) throw error;
  }
}

/** Removes assemblies that have not been used for longest, and what killed hosts left half built. */
async function removeOld(folder: string): Promise<void> {
  const dated = await Promise.all((await readdir(folder)).map((name) => lastUse(join(folder, name))));
  const newestFirst = dated.sort((a, b) => b.used - a.used);
  const old = [
    ...newestFirst.filter(({ path }) => !path.includes('building-')).slice(1 + keptAssemblies),
    ...newestFirst.filter(({ path, used }) => path.includes('building-') && used < Date.now() - 3_600_000),
  ];
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })));
}

/** A folder that another host removes at this moment counts as used just now. */
async function lastUse(path: string): Promise<{ path: string; used: number }> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return { path, used: found?.mtimeMs ?? Date.now() };
}

import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Environments } from '../../lambdas/core/environments.ts';
import { type Worker, workers } from '../../lambdas/manifest.ts';
import { buildWorkers } from '../../lib/cloud/bundles.ts';
import { type Spread, spreadOf } from '../statistics.ts';

/** Bundles whose start is measured, with a title for a person. */
export const coldPrograms = {
  worker: 'the copying worker as deployed: items, checkpoints in S3, sessions from STS',
  engine: 'the raw engine alone: items only',
  sdk: 'the SDK, items only: Scan and BatchWriteItem',
  sdkJob: 'the SDK, all that the worker does: items, checkpoints in S3, sessions from STS',
} as const;
/** One of {@link coldPrograms}. */
export type ColdProgram = keyof typeof coldPrograms;

const names = Object.keys(coldPrograms) as ColdProgram[];

/** Milliseconds of CPU until a bundle is loaded in a fresh process, and its size. */
export interface ColdStart {
  readonly milliseconds: Spread;
  readonly bytes: number;
}

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** Node's own start is the same for all and left out: only the import of the bundle counts. */
const loader = `
const before = process.cpuUsage();
await import(process.argv[1]);
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / 1000), () => process.exit(0));
`;

/** Builds each program as workers are built, and loads them turn by turn, each time in a fresh process. */
export async function measureColdStarts(folder: string, times: number): Promise<Record<ColdProgram, ColdStart>> {
  const copy = workers.find(({ id }) => id === 'DynamoDbCopy') as Worker;
  const entries: Record<ColdProgram, string> = {
    worker: copy.entry,
    engine: 'lambdas/dynamodb/raw/table.ts',
    sdk: 'bench/dynamodb/variants/sdk.ts',
    sdkJob: 'bench/dynamodb/cold-sdk-job.ts',
  };
  await buildWorkers({
    root,
    outputDirectory: folder,
    workers: names.map((id) => ({ ...copy, id, entry: entries[id] })),
    // Only read when a worker is called.
    environments: {} as Environments,
  });
  const file = (program: ColdProgram) => join(folder, program, 'index.mjs');
  const measured: Record<ColdProgram, number[]> = { worker: [], engine: [], sdk: [], sdkJob: [] };
  for (let time = 0; time < times; time++) {
    for (const program of names) measured[program].push(await load(file(program)));
  }
  const result = async (program: ColdProgram) => ({
    milliseconds: spreadOf(measured[program]),
    bytes: (await stat(file(program))).size,
  });
  const results = await Promise.all(names.map(async (name) => [name, await result(name)] as const));
  return Object.fromEntries(results) as Record<ColdProgram, ColdStart>;
}

async function load(file: string): Promise<number> {
  const env = { PATH: process.env.PATH ?? '', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', loader, file], { env });
  return Number(stdout);
}

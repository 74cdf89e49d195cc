import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spreadOf } from '../statistics.ts';
import { makeCertificate } from './certificate.ts';
import type { CopierMeasure, CopierTask } from './copier.ts';
import { datasets } from './dataset.ts';
import { cpuMeasurements, type Measurement, type Plan } from './plan.ts';
import { runCopier, type ServerProcess, startServerProcess } from './processes.ts';
import type { CpuResult, ThroughputResult } from './results.ts';
import type { ServerOptions } from './server.ts';
import { type VariantName, variantNames } from './variants/contract.ts';

/** Built programs, a folder to work in, and where lines for a person go. */
export interface Bench {
  readonly plan: Plan;
  readonly folder: string;
  readonly server: string;
  readonly copiers: Readonly<Record<VariantName, string>>;
  print(line: string): void;
}

/** CPU is measured of one segment with 16 batches under way; items a second of four with 64 (what a worker has). */
const lanes = { cpu: { segments: 1, inFlight: 16 }, throughput: { segments: 4, inFlight: 64 } } as const;
/** Milliseconds that a Scan and a BatchWriteItem take of the service, about. */
const delays = { scanDelay: 60, writeDelay: 12 } as const;

/**
 * Has every variant copy a little, and the server compare each item that comes with the one that it served.
 * @throws Error that names the variant which lost, doubled or changed an item
 */
export async function checkIdentity(bench: Bench): Promise<void> {
  await withServer(bench, { verify: true, pagesPerSegment: 3 }, async (server) => {
    for (const variant of variantNames.filter((name) => name !== 'null')) {
      for (const dataset of datasets) {
        await server.tally?.();
        const measure = await copy(
          bench,
          server,
          { variant, dataset },
          { ...lanes.cpu, warmSeconds: 0, seconds: null },
        );
        const tally = await server.tally?.();
        if (tally?.wrong !== 0 || tally.items !== measure.itemsInAll) {
          throw new Error(`${variant} copied ${dataset} items wrongly: ${JSON.stringify(tally)}`);
        }
        bench.print(`identity    ${variant.padEnd(8)} ${dataset}: ${tally.items} items, each as it was served`);
      }
    }
  });
}

/** Measures CPU for an item: every variant and shape of items, by http and https. */
export async function measureCpu(bench: Bench): Promise<CpuResult[]> {
  const { warmSeconds, seconds } = bench.plan;
  const measured: (Measurement & { perItem: number; rate: number })[] = [];
  const authority = join(bench.folder, 'authority.pem');
  const certificate = makeCertificate();
  await writeFile(authority, certificate.cert);
  await withServer(bench, {}, (plain) =>
    withServer(bench, { certificate }, async (secured) => {
      for (const one of cpuMeasurements(bench.plan)) {
        const server = one.secure ? secured : plain;
        const task = { ...lanes.cpu, warmSeconds, seconds };
        const measure = await copy(bench, server, one, task, one.secure ? authority : undefined);
        const perItem = (measure.user + measure.system) / measure.items;
        const rate = measure.items / measure.seconds;
        measured.push({ ...one, perItem, rate });
        bench.print(`cpu         ${describe(one)} ${perItem.toFixed(2)} µs/item, ${Math.round(rate)} items/s`);
      }
    }),
  );
  const distinct = measured.filter((one, index) => measured.findIndex((other) => isSame(one, other)) === index);
  return distinct.map((one) => {
    const all = measured.filter((other) => isSame(one, other));
    const { variant, dataset, secure } = one;
    return {
      ...{ variant, dataset, secure },
      perItem: spreadOf(all.map(({ perItem }) => perItem)),
      itemsPerSecond: spreadOf(all.map(({ rate }) => rate)),
    };
  });
}

/** Measures items a second and peak memory against a server that takes as long as the service does. */
export async function measureThroughput(bench: Bench): Promise<ThroughputResult[]> {
  const { rounds, warmSeconds, throughputSeconds } = bench.plan;
  const measured: { variant: VariantName; rate: number; rssMiB: number }[] = [];
  await withServer(bench, delays, async (server) => {
    for (let round = 0; round < rounds; round++) {
      for (const variant of variantNames) {
        const task = { ...lanes.throughput, warmSeconds, seconds: throughputSeconds };
        const measure = await copy(bench, server, { variant, dataset: 'mixed' }, task);
        const rate = measure.items / measure.seconds;
        measured.push({ variant, rate, rssMiB: measure.rssMiB });
        bench.print(`throughput  ${variant.padEnd(8)} ${Math.round(rate)} items/s, ${Math.round(measure.rssMiB)} MiB`);
      }
    }
  });
  return variantNames.map((variant) => {
    const all = measured.filter((one) => one.variant === variant);
    return {
      variant,
      itemsPerSecond: spreadOf(all.map(({ rate }) => rate)),
      rssMiB: spreadOf(all.map(({ rssMiB }) => rssMiB)),
    };
  });
}

/** A server of ours can be asked what came; another one cannot. */
type Server = Pick<ServerProcess, 'endpoint'> & Partial<Pick<ServerProcess, 'tally'>>;

async function withServer<T>(bench: Bench, options: ServerOptions, use: (server: Server) => Promise<T>): Promise<T> {
  if (bench.plan.endpoint !== null) return await use({ endpoint: bench.plan.endpoint });
  const server = await startServerProcess(bench.server, options);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

async function copy(
  bench: Bench,
  server: Server,
  { variant, dataset }: Pick<Measurement, 'variant' | 'dataset'>,
  task: Omit<CopierTask, 'endpoint' | 'table' | 'copy'>,
  authority?: string,
): Promise<CopierMeasure> {
  const whole = { ...task, endpoint: server.endpoint, table: dataset, copy: `${dataset}-copy` };
  return await runCopier(bench.copiers[variant], whole, authority);
}

function isSame(one: Measurement, other: Measurement): boolean {
  return one.variant === other.variant && one.dataset === other.dataset && one.secure === other.secure;
}

function describe({ variant, dataset, secure }: Measurement): string {
  return `${variant.padEnd(8)} ${dataset.padEnd(5)} ${secure ? 'https' : 'http '}`;
}

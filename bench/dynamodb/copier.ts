import { keys } from '../../lambdas/core/keys.ts';
import { noItems } from '../../lambdas/dynamodb/checkpoint.ts';
import { type PageResult, walk } from '../../lambdas/dynamodb/walk.ts';
import type { Place, Variant, VariantOptions, Written } from './variants/contract.ts';

/** What a copying process is told, as JSON in its first argument. */
export interface CopierTask extends VariantOptions {
  /** Copies for so long before the measure begins, until compilers and caches have settled. */
  readonly warmSeconds: number;
  /** Null copies the table once, however long it takes. */
  readonly seconds: number | null;
}

/** What a copying process measured of itself; it prints this as one line of JSON. */
export interface CopierMeasure {
  readonly items: number;
  readonly seconds: number;
  /** Microseconds of CPU while it measured, of all threads, garbage collection included. */
  readonly user: number;
  readonly system: number;
  /** Highest resident memory of the process since its start. */
  readonly rssMiB: number;
  /** Items since the start of the process, those before the measure too. */
  readonly itemsInAll: number;
}

const environment = 'bench';
const promotionExecution = 'bench';
const lock = { promotionId: 'bench', execution: promotionExecution, children: [], takenAt: new Date().toISOString() };

/** Copies until the time is over, again and again where the table ends before; answers the items that were acknowledged. */
async function copyFor(page: Variant, segments: number, seconds: number | null): Promise<number> {
  if (seconds === null) return await copyUntil(Number.POSITIVE_INFINITY, page, segments);
  const end = performance.now() + seconds * 1000;
  let items = 0;
  while (performance.now() < end) items += await copyUntil(end, page, segments);
  return items;
}

async function copyUntil(end: number, page: Variant, segments: number): Promise<number> {
  const numbers = Array.from({ length: segments }, (_, segment) => segment);
  const table = { table: 'bench', as: 'bench', total: segments };
  const checkpoint = { ...table, done: false, segments: {}, items: { ...noItems }, examples: [], samples: [] };
  const pointer = { bucket: 'bench', key: 'bench', sha256: '', etag: '' };
  const lockKey = keys.destinationLock('dynamodb', environment);
  // The walk of the workers; only its artefacts lie in memory, because S3 is not what is measured.
  const artefacts = {
    read: async (key: string) => (key === lockKey ? { text: JSON.stringify(lock), pointer, etag: '' } : null),
    bytes: async () => null,
    write: async () => pointer,
    list: async () => [],
    listed: async () => [],
  };
  await walk(
    checkpoint,
    { ...table, tableId: 'bench', segments: numbers } as Parameters<typeof walk>[1],
    {
      async page(segment, after) {
        const { next, written } = await page(segment, after);
        return { ahead: next, result: countOf(next, written) };
      },
    },
    {
      artefacts,
      key: 'checkpoint',
      holder: { kind: 'dynamodb', destination: environment, promotionExecution },
      remaining: () => end - performance.now(),
      isStopped: async () => false,
    },
  );
  return checkpoint.items.written;
}

async function countOf(next: Place | null, written: Promise<Written>): Promise<PageResult> {
  const { items, ...rest } = await written;
  return { next, items: { read: items, written: items }, ...rest };
}

/** Measures one variant in this process. */
export async function measure(
  openVariant: (options: VariantOptions) => Promise<Variant>,
  task: CopierTask,
): Promise<CopierMeasure> {
  const page = await openVariant(task);
  const before = await copyFor(page, task.segments, task.warmSeconds);
  const began = performance.now();
  const cpu = process.cpuUsage();
  const items = await copyFor(page, task.segments, task.seconds);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1000;
  const rssMiB = process.resourceUsage().maxRSS / 1024;
  return { items, seconds, user, system, rssMiB, itemsInAll: before + items };
}

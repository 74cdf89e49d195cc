import { setFlagsFromString } from 'node:v8';
import { PromotionError } from '../../core/errors.ts';
import type { EngineOptions, Rejected, TableEngine } from '../engine.ts';
import { asJson } from './bodies.ts';
import { type ConnectionTarget, openConnection } from './connection.ts';
import { openGate } from './gate.ts';
import { distinctKeys } from './keys.ts';
import type { TableParts } from './parts.ts';
import { createKeyReader, createPageReader } from './read.ts';
import type { Wait } from './repeat.ts';
import { countThrottles } from './throttles.ts';
import { createBatchWriter } from './write.ts';
import { createAbsentWriter } from './write-absent.ts';

/**
 * Items lie outside the heap of V8, which stays at some megabytes; but each page that comes and goes has it marked again
 * beside the work, for a fifth of the processor's time (measured on Node 20 by `bench -- dynamodb --only cpu`). Marked in
 * one go, it stands still for some milliseconds now and then. Of so small a heap threads that help cost more than they
 * take off the one that works: a twentieth.
 */
for (const flag of ['--no-incremental-marking', '--no-parallel-scavenge', '--no-concurrent-sweeping']) {
  setFlagsFromString(flag);
}

/** Bodies under way: eight of the largest ones, or 800 of 25 items of 1.5 KB. */
const bytesInFlight = 32 * 1024 * 1024;

/** Pages and reads by key that are under way beside the batches. */
const readSockets = 16;

/** The raw implementation of {@link TableEngine}. */
export interface RawTable extends TableEngine {
  /** How often the service held calls back, by its reason; `Unprocessed` where it gave none. */
  readonly throttled: ReadonlyMap<string, number>;
}

/** What a table is opened with: a test takes its own wait. */
export type RawOptions = EngineOptions & { readonly wait?: Wait };

/** Opens a table at a known endpoint, without the SDK. */
export function openTable(target: Omit<ConnectionTarget, 'sockets'>, options: RawOptions): RawTable {
  const { table, batchesInFlight } = options;
  const connection = openConnection({ ...target, sockets: batchesInFlight + readSockets });
  const throttles = countThrottles();
  const parts: TableParts = {
    connection,
    table,
    gate: openGate(batchesInFlight, bytesInFlight),
    throttles,
    batchesInFlight,
    readLimiter: options.readLimiter,
    writeLimiter: options.writeLimiter,
    mayWrite: options.mayWrite ?? (() => undefined),
    remaining: () => options.remaining(),
    ...(options.wait ? { wait: options.wait } : {}),
  };
  const deleteKeys = createBatchWriter(parts, 'DeleteRequest');

  return {
    page: createPageReader(parts),
    write: createBatchWriter(parts, 'PutRequest'),
    writeAbsent: createAbsentWriter(parts),
    async remove(keys) {
      const [refused] = await deleteKeys(distinctKeys(keys).map(asJson));
      if (refused) throw notDeleted(table, refused);
    },
    read: createKeyReader(parts),
    throttled: throttles.counts,
    close: connection.close,
  };
}

/** A key cannot be a bad item: what is refused here was asked for wrongly. */
function notDeleted(table: string, { item, code, message }: Rejected) {
  return new PromotionError('Promotion.Data', {
    code,
    message: `deleting items of ${table}: ${code}: ${message} (key ${item.toString('utf8', 0, 200)})`,
  });
}

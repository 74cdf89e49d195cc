import {
  capacityDollars,
  exportDollars,
  importDollars,
  loadCapacity,
  readDollars as onDemandReadDollars,
  scanUnits,
  unitsOfItem,
  workerDollars,
  writeDollars,
} from './costs.ts';
import { type Capacity, limitOf, shareLimits, unitsOf } from './limits.ts';
import type { ExportFormat, Prices } from './prices.ts';
import { segmentCount, segmentsPerChild } from './segments.ts';
import type { CopiedTable, CopyRequest } from './ways.ts';

/** Items a second that one worker moves with four segments and some 16 batches under way (bench). */
const itemsPerWorker = 30_000;
/** Minutes to make a table and start the workers. */
const startMinutes = 1;
/** An export takes minutes for a small table and over an hour for terabytes (developer guide, migrating between accounts). */
const exportPace = { minutes: 5, bytesPerMinute: 16e9 };
/** Nobody says how long imports take; an assumption, on the slow side. */
const importPace = { minutes: 5, bytesPerMinute: 1e9 };

/** Size of a table whose size is known. */
export interface Size {
  readonly bytes: number;
  readonly averageItem: number;
  /** Write units of one item in the table, and in each global index if the item is in it. */
  readonly units: number;
  readonly indexUnits: readonly number[];
  readonly items: number;
}

/** What a way takes. */
export interface Estimate {
  readonly minutes: number | null;
  /** By the prices of the source's and the destination's region. */
  dollars(here: Prices, there: Prices): number | null;
}

/** The size of a table and of its items' entries; null where the service does not know the size: a price of $0 would be wrong. */
export function sizeOf({ items, bytes, destination }: CopiedTable): Size | null {
  if (!(items > 0 && bytes > 0)) return null;
  const averageItem = bytes / items;
  const own = unitsOfItem(averageItem);
  const entry = ({ Projection }: { Projection: { ProjectionType: string } }) =>
    Projection.ProjectionType === 'KEYS_ONLY' ? 1 : own;
  // What local indexes take is taken from the table's own capacity.
  const local = (destination.LocalSecondaryIndexes ?? []).reduce((sum, index) => sum + entry(index), 0);
  return {
    items,
    bytes,
    averageItem,
    units: own + local,
    indexUnits: (destination.GlobalSecondaryIndexes ?? []).map(entry),
  };
}

const allUnits = ({ units, indexUnits }: Size) => indexUnits.reduce((sum, one) => sum + one, units);

/** A provisioned table is paid for by the hour, whether it is read or written or not. */
const isOnDemand = ({ BillingMode }: Capacity) => BillingMode === 'PAY_PER_REQUEST';

function readDollars(of: Capacity, prices: Prices, units: number): number {
  return isOnDemand(of) ? onDemandReadDollars(prices, units) : 0;
}

/** Children and how many of their workers run at once, as if this were the only table. */
function workersOf(table: CopiedTable, { segments, concurrency, limits }: CopyRequest, { bytes }: Size) {
  const children = Math.ceil(segmentCount(segments, bytes, concurrency) / segmentsPerChild);
  const limited = { as: '', groups: children, source: table.source, destination: table.destination };
  const { concurrency: workers } = shareLimits(limits, [limited], { concurrency, readsDestination: false });
  return { children, workers };
}

/** Reads both tables, or a part of them, strongly consistent. */
function verification(table: CopiedTable, request: CopyRequest, size: Size) {
  const units = table.verified * scanUnits(size.bytes, true);
  const wanted = request.limits?.readUnits;
  const rate = (of: Capacity) => Math.min(unitsOf(of, 'read'), limitOf(wanted, unitsOf(of, 'read')) / 2);
  const minutes = units / Math.min(rate(table.source), rate(table.destination)) / 60;
  return {
    minutes,
    dollars: (here: Prices, there: Prices) =>
      readDollars(table.source, here, units) +
      readDollars(table.destination, there, units) +
      (table.verified > 0 ? workerDollars(there, { ...workersOf(table, request, size), minutes }) : 0),
  };
}

/** What any copy by scans takes but for the writes: at a rate that the destination takes, and the limits allow. */
function scanned(table: CopiedTable, request: CopyRequest, size: Size, itemsPerSecond: number) {
  const { limits } = request;
  const work = workersOf(table, request, size);
  const has = { read: unitsOf(table.source, 'read'), write: unitsOf(table.destination, 'write') };
  const units = scanUnits(size.bytes, true);
  const seconds = Math.max(
    units / Math.min(has.read, limitOf(limits?.readUnits, has.read)),
    size.items / itemsPerSecond,
    (size.items * allUnits(size)) / limitOf(limits?.writeUnits, has.write),
    size.items / (work.workers * itemsPerWorker),
  );
  const verifying = verification(table, request, size);
  const minutes = seconds / 60;
  return {
    copyMinutes: minutes,
    minutes: startMinutes + minutes + verifying.minutes,
    dollars: (here: Prices, there: Prices) =>
      readDollars(table.source, here, units) +
      workerDollars(there, { ...work, minutes }) +
      verifying.dollars(here, there),
  };
}

/** Scans, and writes into the table as it will be. */
export function scanAndWrite(table: CopiedTable, request: CopyRequest, size: Size): Estimate {
  // Each index must take its share of every item; what it has bounds the table with it.
  const perItem = Math.max(size.units, ...size.indexUnits);
  const copy = scanned(table, request, size, unitsOf(table.destination, 'write') / perItem);
  const writes = size.items * allUnits(size) * (1 + table.replicas);
  return {
    minutes: copy.minutes,
    dollars: (here, there) =>
      copy.dollars(here, there) + (isOnDemand(table.destination) ? writeDollars(there, writes) : 0),
  };
}

/** Scans, and writes into a table that is provisioned for the load and switched to on-demand after it. */
export function provisionedLoad(table: CopiedTable, request: CopyRequest, size: Size): Estimate {
  const { unitsPerSecond, unitsUsed } = loadCapacity(size.items * size.units);
  const copy = scanned(table, request, size, unitsUsed / size.units);
  return {
    minutes: copy.minutes,
    dollars: (here, there) =>
      copy.dollars(here, there) +
      capacityDollars(there, (unitsPerSecond * allUnits(size)) / size.units, copy.copyMinutes),
  };
}

/** Exports the table to S3 and imports it from there, without any capacity. */
export function transfer(table: CopiedTable, request: CopyRequest, size: Size, format: ExportFormat): Estimate {
  const verifying = verification(table, request, size);
  const moved = [exportPace, importPace].reduce(
    (sum, part) => sum + part.minutes + size.bytes / part.bytesPerMinute,
    0,
  );
  return {
    minutes: moved + verifying.minutes,
    dollars: (here, there) =>
      exportDollars(here, size.bytes) +
      importDollars(there, size.bytes, size.averageItem, format) +
      verifying.dollars(here, there),
  };
}

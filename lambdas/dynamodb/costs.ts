import { type ExportFormat, exportFactor, type Prices } from './prices.ts';

/** A gigabyte as it is billed. */
const gigabyte = 1e9;
/** Units that a table gets without asking for more (quotas, throughput default quotas: table). */
const tableQuota = 40_000;
/** Part of provisioned capacity that a load uses on the average; the rest goes to partitions that fill unevenly. */
const usedPart = 0.9;
/** A copying worker's memory, 1,769 MiB, in gigabytes as Lambda counts them. */
const workerGigabytes = 1769 / 1024;
/** A child of the Distributed Map: its start, the first state and the end; each call of its worker two more. */
const childTransitions = 3;
const callTransitions = 2;
/** A worker is called again after this many minutes. */
const callMinutes = 14;

/** Write units that one item takes in the table itself: 1 KB each, begun ones whole. */
export function unitsOfItem(averageItem: number): number {
  return Math.max(1, Math.ceil(averageItem / 1024));
}

/** Read units of a whole scan: 4 KB each, half of that where reads are eventually consistent. */
export function scanUnits(bytes: number, consistent: boolean): number {
  return bytes / 4096 / (consistent ? 1 : 2);
}

/** What on-demand read units cost. */
export function readDollars(prices: Prices, units: number): number {
  return (units / 1e6) * prices.millionReadRequestUnits;
}

/** What on-demand write units cost. */
export function writeDollars(prices: Prices, units: number): number {
  return (units / 1e6) * prices.millionWriteRequestUnits;
}

/** What provisioned write capacity costs; it is billed by the begun hour. */
export function capacityDollars(prices: Prices, unitsPerSecond: number, minutes: number): number {
  // A load that is made to fill an hour must not begin the next one by a rounding.
  const hours = Math.max(1, Math.ceil(minutes / 60 - 1e-9));
  return unitsPerSecond * hours * prices.writeCapacityUnitHour;
}

/** What an export of a table costs. */
export function exportDollars(prices: Prices, bytes: number): number {
  return (bytes / gigabyte) * prices.exportedGigabyte;
}

/** What an import of such an export costs: billed are its uncompressed bytes, and no capacity, of indexes neither. */
export function importDollars(prices: Prices, bytes: number, averageItem: number, format: ExportFormat): number {
  return (bytes / gigabyte) * exportFactor(averageItem, format) * prices.importedGigabyte;
}

/** What workers that run all the time and their children of the Distributed Map cost. */
export function workerDollars(prices: Prices, work: { workers: number; children: number; minutes: number }): number {
  const seconds = work.workers * work.minutes * 60;
  const calls = work.children + (work.workers * work.minutes) / callMinutes;
  const transitions = work.children * childTransitions + calls * callTransitions;
  return seconds * workerGigabytes * prices.lambdaGigabyteSecond + (transitions / 1e6) * prices.millionStateTransitions;
}

/** Capacity to load a table with. */
export interface LoadCapacity {
  readonly unitsPerSecond: number;
  /** Units a second that the load uses of it on the average. */
  readonly unitsUsed: number;
}

/**
 * The write capacity that loads this many units cheapest: hours are billed whole, so as little as uses one hour up, and
 * more hours where a table's quota does not suffice for that.
 */
export function loadCapacity(units: number): LoadCapacity {
  const unitsPerSecond = Math.max(1, Math.ceil(Math.min(units / (3600 * usedPart), tableQuota)));
  return { unitsPerSecond, unitsUsed: unitsPerSecond * usedPart };
}

/** Writes in an hour from which on a provisioned unit is cheaper than on-demand units. */
export function breakEvenWrites(prices: Prices): number {
  return prices.writeCapacityUnitHour / (prices.millionWriteRequestUnits / 1e6);
}

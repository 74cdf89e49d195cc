import type { DynamodbRequest, SegmentGroup } from './contracts.ts';
import type { TableMembers } from './definition.ts';

/** Which units are meant: of reads, 4 KB strongly consistent each, or of writes, 1 KB each. */
export type Direction = 'read' | 'write';

/** The members of a table that say how many units a second it has. */
export type Capacity = Pick<TableMembers, 'BillingMode' | 'ProvisionedThroughput' | 'OnDemandThroughput'> & {
  readonly WarmThroughput?: { readonly ReadUnitsPerSecond?: number; readonly WriteUnitsPerSecond?: number } | undefined;
  readonly GlobalSecondaryIndexes?: readonly Omit<Capacity, 'BillingMode' | 'GlobalSecondaryIndexes'>[] | undefined;
};

/** A table of a run, as far as limits are concerned. */
export interface LimitedTable {
  readonly as: string;
  /** Groups of segments, each the work of one child. */
  readonly groups: number;
  readonly source: Capacity;
  readonly destination: Capacity;
}

/** What one worker may spend a second of each of its two tables; absent: as much as it gets. */
export type WorkerLimits = SegmentGroup['limits'];

/** How the limits of a run are shared. */
export interface Shares {
  /** Children of the Distributed Map at once. */
  readonly concurrency: number;
  /** By the name of the destination table. */
  readonly tables: ReadonlyMap<string, WorkerLimits>;
}

/** A new on-demand table gives this much at once (developer guide, on-demand capacity: initial throughput). */
const newOnDemand: Record<Direction, number> = { read: 12_000, write: 4_000 };

/** Units a second that one worker uses easily, so that a limit up to here needs only one. */
const unitsPerWorker = 2_000;

/**
 * Shares a run's limits over workers that do not know of each other: so many of them run at once that a part of the
 * limit still keeps one busy, and each gets that part. A number is for the whole run, indexes included. A percentage is
 * of what each table has, for writes of the least that it or one of its indexes has; all workers may be at one table at
 * a time, so each gets the part of a table that keeps the limit even then. Where the destination is read too, a number
 * is for the reads of both sides, and a percentage is of the smaller of the two tables.
 */
export function shareLimits(
  limits: DynamodbRequest['limits'],
  tables: readonly LimitedTable[],
  { concurrency, readsDestination }: { concurrency: number; readsDestination: boolean },
): Shares {
  const groups = tables.reduce((sum, table) => sum + table.groups, 0);
  const { readUnits, writeUnits } = limits ?? {};
  const readable = ({ source, destination }: LimitedTable) =>
    Math.min(unitsOf(source, 'read'), readsDestination ? unitsOf(destination, 'read') : Number.POSITIVE_INFINITY);
  const writable = ({ destination }: LimitedTable) => unitsOf(destination, 'write');
  const workers = Math.max(
    1,
    Math.min(
      concurrency,
      groups,
      usefulWorkers(readUnits, tables, readable),
      usefulWorkers(writeUnits, tables, writable),
    ),
  );
  const sides = readsDestination ? 2 : 1;
  const shares = tables.map((table): [string, WorkerLimits] => {
    const read = shareOf(readUnits, readable(table), table.groups, workers);
    const write = shareOf(writeUnits, writable(table), table.groups, workers);
    const { GlobalSecondaryIndexes: indexes = [] } = table.destination;
    return [
      table.as,
      {
        ...(read === null ? {} : { readUnits: typeof readUnits === 'number' ? read / sides : read }),
        ...(write === null ? {} : { writeUnits: write }),
        ...(write !== null && indexes.length > 0 ? { indexes: indexes.length } : {}),
      },
    ];
  });
  return { concurrency: workers, tables: new Map(shares) };
}

/**
 * Units a second that a table has, for writes the least of the table's and its global indexes': what is provisioned;
 * on demand the maximum that was set, else what it is warm for, else what a new table gives.
 */
export function unitsOf(table: Capacity, direction: Direction): number {
  const own = (of: Omit<Capacity, 'BillingMode'>): number => {
    const [provisioned, maximum, warm] =
      direction === 'read'
        ? [
            of.ProvisionedThroughput?.ReadCapacityUnits,
            of.OnDemandThroughput?.MaxReadRequestUnits,
            of.WarmThroughput?.ReadUnitsPerSecond,
          ]
        : [
            of.ProvisionedThroughput?.WriteCapacityUnits,
            of.OnDemandThroughput?.MaxWriteRequestUnits,
            of.WarmThroughput?.WriteUnitsPerSecond,
          ];
    // On-demand tables may be described with 0 provisioned units, and -1 stands for no maximum.
    const known = table.BillingMode === 'PROVISIONED' ? [provisioned] : [maximum, warm];
    return known.find((units) => units !== undefined && units > 0) ?? newOnDemand[direction];
  };
  const indexes = direction === 'write' ? (table.GlobalSecondaryIndexes ?? []) : [];
  return Math.min(own(table), ...indexes.map(own));
}

type Wanted = number | string | undefined;

/** Units a second that a limit comes to for a table that has so many; no limit is infinite. */
export function limitOf(wanted: Wanted, has: number): number {
  if (wanted === undefined) return Number.POSITIVE_INFINITY;
  return typeof wanted === 'number' ? wanted : part(wanted) * has;
}

function usefulWorkers(wanted: Wanted, tables: readonly LimitedTable[], has: (table: LimitedTable) => number): number {
  if (wanted === undefined) return Number.POSITIVE_INFINITY;
  if (typeof wanted === 'number') return Math.ceil(wanted / unitsPerWorker);
  const useful = (table: LimitedTable) => Math.ceil(limitOf(wanted, has(table)) / unitsPerWorker);
  return tables.reduce((sum, table) => sum + Math.min(table.groups, useful(table)), 0);
}

function shareOf(wanted: Wanted, has: number, groups: number, workers: number): number | null {
  if (wanted === undefined) return null;
  return limitOf(wanted, has) / (typeof wanted === 'number' ? workers : Math.max(1, Math.min(workers, groups)));
}

/** `"50%"` as 0.5. */
function part(percentage: string): number {
  return Number.parseInt(percentage, 10) / 100;
}

import type { DynamodbRequest } from './contracts.ts';
import type { TableMembers } from './definition.ts';
import { type Estimate, provisionedLoad, type Size, scanAndWrite, sizeOf, transfer } from './estimates.ts';
import type { Capacity } from './limits.ts';
import { largestImport, pricesOf } from './prices.ts';

/** Ways to bring a table's items over; the last two are shown, never gone. */
export const wayNames = ['scanWrite', 'provisionedLoad', 'exportImport', 'exportImportJson', 'bulkPut'] as const;
/** One of {@link wayNames}. */
export type WayName = (typeof wayNames)[number];

/** One way for one table, as the plan shows it. */
export interface Way {
  readonly name: WayName;
  /** Verification, workers and state transitions included; null: not known. */
  readonly dollars: number | null;
  readonly minutes: number | null;
  readonly possible: boolean;
  /** Why it is not possible, or what it needs. */
  readonly why: string;
}

/** What is known of a table that is to be copied. */
export interface CopiedTable {
  /** The source's size; 0 stands for unknown, because the service refreshes it about every six hours. */
  readonly items: number;
  readonly bytes: number;
  readonly source: Capacity;
  /** As it will be. */
  readonly destination: TableMembers & Pick<Capacity, 'WarmThroughput'>;
  /** True when the destination has a table of that name. */
  readonly exists: boolean;
  /** Other regions that the destination table is replicated to: its writes are billed there too. */
  readonly replicas: number;
  /** True when the source has point-in-time recovery on, which an export needs. */
  readonly recoverable: boolean;
  readonly sourceRegion: string;
  readonly destinationRegion: string;
  /** Part of both tables that verification reads, 0 to 1. */
  readonly verified: number;
  /** Further reasons why nothing can be exported from there, such as a role that is not deployed. */
  readonly hindrances?: readonly string[];
}

/** The parts of a request that say how tables are copied. */
export type CopyRequest = Pick<
  DynamodbRequest,
  'engine' | 'segments' | 'concurrency' | 'limits' | 'filter' | 'projection' | 'transform' | 'skipExpired'
>;

/** Every way for a table with its price and duration, possible or not. */
export function waysOf(table: CopiedTable, request: CopyRequest): Way[] {
  const size = sizeOf(table);
  const [here, there] = [pricesOf(table.sourceRegion), pricesOf(table.destinationRegion)];
  const [reads, writes] = here && there ? [here, there] : [null, null];
  const way = (name: WayName, obstacles: readonly string[], needs: string, estimate: (size: Size) => Estimate): Way => {
    const { minutes, dollars } = size ? estimate(size) : { minutes: null, dollars: () => null };
    return {
      name,
      dollars: reads && writes && dollars ? dollars(reads, writes) : null,
      minutes,
      possible: obstacles.length === 0,
      why: obstacles.length === 0 ? needs : obstacles.join('; '),
    };
  };
  const noImport = importObstacles(table, request, size);
  return [
    way('scanWrite', [], 'nothing', (known) => scanAndWrite(table, request, known)),
    way('provisionedLoad', loadObstacles(table), '', (known) => provisionedLoad(table, request, known)),
    way('exportImport', noImport, 'the source-change role, a bucket for the export', (known) =>
      transfer(table, request, known, 'ion'),
    ),
    way('exportImportJson', [...noImport, 'the same as Ion costs less'], '', (known) =>
      transfer(table, request, known, 'json'),
    ),
    way('bulkPut', ['not offered: its price is not published'], '', () => ({ minutes: null, dollars: () => null })),
  ];
}

function loadObstacles({ exists, destination }: CopiedTable): string[] {
  if (exists) return ['the table exists'];
  if (destination.BillingMode === 'PROVISIONED') return ['the table is to be provisioned anyway'];
  return [
    'never done by itself, because a table may be switched four times in 24 hours: create it provisioned, promote with existing "adopt", switch it to on-demand',
  ];
}

function importObstacles(table: CopiedTable, request: CopyRequest, size: Size | null): string[] {
  const { filter, projection, transform, skipExpired } = request;
  const changes = Object.entries({ filter, projection, transform, skipExpired }).filter(([, value]) => value);
  const local = table.destination.LocalSecondaryIndexes ?? [];
  const largest = largestImport(table.destinationRegion);
  return [
    ...(table.exists ? ['the table exists, and an import only makes new ones'] : []),
    ...(local.length > 0 ? [`an import makes no local secondary index (${local[0]?.IndexName})`] : []),
    ...(changes.length > 0
      ? [`an export takes all items as they are: ${changes.map(([name]) => name).join(', ')}`]
      : []),
    ...(table.recoverable ? [] : ['the source has point-in-time recovery off']),
    ...(size && size.bytes > largest ? [`an import takes ${largest / 1e12} TB at most`] : []),
    ...(table.hindrances ?? []),
  ];
}

import { assume } from '../core/accounts.ts';
import type { Surroundings } from '../core/handler.ts';
import type { EngineOptions, TableEngine } from './engine.ts';
import { createLimiter, unitsPerCall } from './limiter.ts';
import { openTable } from './raw/table.ts';
import type { Run } from './run.ts';
import type { ChildRun, SegmentGroup } from './segment-contracts.ts';
import { tableArn } from './table-arn.ts';

const reading = ['dynamodb:Scan', 'dynamodb:BatchGetItem'];
const writing = ['dynamodb:BatchWriteItem', 'dynamodb:PutItem'];
const undoing = ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem'];

/** Batches of one table under way at once: 16 for each of the four segments that a worker copies (measured). */
const batchesInFlight = 64;

/** The table may be under a customer managed key, which DynamoDB uses in the name of whoever reads or writes items. */
const tableKeys = {
  Effect: 'Allow',
  Action: 'kms:Decrypt',
  Resource: '*',
  Condition: { StringLike: { 'kms:ViaService': 'dynamodb.*.amazonaws.com' } },
};

/** The two tables of a group of segments, opened. */
export interface OpenTables {
  readonly source: TableEngine;
  readonly destination: TableEngine;
}

/**
 * Opens the tables of one group of segments. The sessions are narrowed to these two tables, and to reading where
 * nothing is written (`mayWrite` null), so that a mistake in a child cannot reach any other table.
 */
export async function openTables(
  surroundings: Surroundings,
  run: ChildRun,
  group: SegmentGroup,
  mayWrite: EngineOptions['mayWrite'] | null,
): Promise<OpenTables> {
  const { limits, sourceEndpoint, destinationEndpoint } = group;
  const open = (side: Side, table: string, endpoint: string, actions: readonly string[]) =>
    openSide(surroundings, run, { side, table, endpoint, limits, mayWrite: mayWrite ?? undefined }, actions);
  const [source, destination] = await Promise.all([
    open('source', group.table, sourceEndpoint, reading),
    open('destination', group.as, destinationEndpoint, mayWrite ? [...reading, ...writing] : reading),
  ]);
  return { source, destination };
}

/** Opens a table of the destination to put its items back by key: the session can do nothing else, and only there. */
export async function openUndo(surroundings: Surroundings, run: Run, at: Omit<Place, 'side'>): Promise<TableEngine> {
  const engine = run.request.engine === 'sdk' ? 'sdk' : 'raw';
  return await openSide(surroundings, { ...run, engine }, { side: 'destination', ...at }, undoing);
}

type Side = 'source' | 'destination';

interface Place {
  readonly side: Side;
  readonly table: string;
  readonly endpoint: string;
  readonly limits: SegmentGroup['limits'];
  readonly mayWrite: EngineOptions['mayWrite'];
}

async function openSide(
  surroundings: Surroundings,
  run: Pick<ChildRun, Side | 'promotionId' | 'engine'>,
  { side, table, endpoint, limits: { readUnits, writeUnits }, mayWrite }: Place,
  actions: readonly string[],
): Promise<TableEngine> {
  const resource = tableArn(surroundings.environments, run[side], table);
  const target = await assume(surroundings, {
    environment: run[side],
    kind: 'dynamodb',
    side,
    promotionId: run.promotionId,
    readOnly: actions === reading,
    sessionPolicy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }, tableKeys],
    },
  });
  const limiter = (unitsPerSecond: number) => ({
    ...createLimiter({ unitsPerSecond, remaining: surroundings.remaining }),
    unitsPerCall: unitsPerCall(unitsPerSecond),
  });
  const options: EngineOptions = {
    table,
    remaining: surroundings.remaining,
    batchesInFlight,
    ...(mayWrite ? { mayWrite } : {}),
    ...(readUnits ? { readLimiter: limiter(readUnits) } : {}),
    ...(writeUnits ? { writeLimiter: limiter(writeUnits) } : {}),
  };
  if (run.engine !== 'sdk') return openTable({ endpoint: new URL(endpoint), ...target }, options);
  const { openSdkTableAs } = await import('./sdk-engine-open.ts');
  return openSdkTableAs(target, options);
}

/** Ends the connections to both tables. */
export function closeTables({ source, destination }: OpenTables): void {
  source.close();
  destination.close();
}

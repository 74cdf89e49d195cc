import { unknownEnvironment } from '../core/accounts.ts';
import type { PlanAction } from '../core/contracts.ts';
import type { Surroundings } from '../core/handler.ts';
import type { BundledTable } from './bundle.ts';
import { changedTable } from './change-definition.ts';
import { keyNames, type TableDefinition } from './definition.ts';
import { endpointOf } from './raw/endpoint.ts';
import type { SegmentedTable } from './rounds.ts';
import { isRepair, type Run } from './run.ts';
import type { ItemChange, SegmentGroup } from './segment-contracts.ts';

/** A table that is there, and what is known of it. */
export interface PresentTable {
  readonly table: BundledTable;
  readonly wanted: TableDefinition;
  readonly tableId: string;
  readonly bytes: number;
  readonly action: PlanAction;
}

/**
 * Everything that a child must know of its tables, so that it need not ask: keys, capacities, and the URLs of the
 * service, which only the SDK knows how to make of a region, an account and the settings of the environment.
 */
export async function segmentedTables(
  surroundings: Surroundings,
  run: Run,
  tables: readonly PresentTable[],
): Promise<SegmentedTable[]> {
  const [first] = tables;
  if (!first) return [];
  const endpoint = async (environment: string, table: string) => {
    const found = surroundings.environments.environments[environment];
    if (!found) throw unknownEnvironment(surroundings.environments, environment, '');
    return (await endpointOf(found.region, table)).href;
  };
  const [sourceEndpoint, destinationEndpoint] = await Promise.all([
    endpoint(run.source, first.table.table),
    endpoint(run.destination, first.table.as),
  ]);
  const childRun = childRunOf(run);
  const change = changeOf(run);
  return tables.map(({ table, wanted, tableId, bytes, action }) => ({
    table: table.table,
    as: table.as,
    tableId,
    bytes,
    sourceEndpoint,
    destinationEndpoint,
    ...changedTable(table.file.content),
    destinationKey: keyNames(wanted.table),
    action: (action === 'unchanged' ? 'update' : action) as SegmentGroup['action'],
    run: childRun,
    change,
    source: table.file.content.table,
    destination: wanted.table,
  }));
}

/** What children must know of the request; their guard takes no other members. */
function childRunOf(run: Run): SegmentGroup['run'] {
  const { engine, verify, onlyIfAbsent } = run.request;
  return {
    source: run.source,
    destination: run.destination,
    engine: engine === 'sdk' ? 'sdk' : 'raw',
    verify,
    onlyIfAbsent,
    repairs: isRepair(run),
  };
}

function changeOf({ request: { filter, projection, transform, skipExpired } }: Run): ItemChange {
  return {
    ...(filter ? { filter } : {}),
    ...(projection ? { projection } : {}),
    ...(transform ? { transform } : {}),
    skipExpired,
  };
}

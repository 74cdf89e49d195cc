import type { CopiedTable, CopyRequest, Way, WayName } from '../../../lambdas/dynamodb/ways.ts';
import { waysOf } from '../../../lambdas/dynamodb/ways.ts';
import { makeDefinition, makeTables } from '../../support/factories.ts';

/** Ten million items of 879 bytes in us-east-1 that nothing keeps from being exported, with members of its own. */
export function copiedTable(overrides: Partial<CopiedTable> = {}): CopiedTable {
  return {
    items: 1e7,
    bytes: 8.79e9,
    source: makeDefinition().table,
    destination: makeDefinition().table,
    exists: false,
    replicas: 0,
    recoverable: true,
    sourceRegion: 'us-east-1',
    destinationRegion: 'us-east-1',
    verified: 0,
    ...overrides,
  };
}

/** The ways of such a table by name. */
export function waysByName(table: Partial<CopiedTable> = {}, request: Partial<CopyRequest> = {}) {
  const ways = waysOf(copiedTable(table), makeTables(request));
  return Object.fromEntries(ways.map((way) => [way.name, way])) as Record<WayName, Way>;
}

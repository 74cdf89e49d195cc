import type { SettingName } from './contracts.ts';
import type { TableDefinition } from './definition.ts';

type Members = TableDefinition['table'];

/** A definition as it is where a setting was never touched, by setting. */
const untouched: Readonly<Record<SettingName, (definition: TableDefinition) => TableDefinition>> = {
  autoscaling: (definition) => ({ ...definition, autoscaling: [] }),
  contributorInsights: (definition) => ({ ...definition, contributorInsights: [] }),
  deletionProtection: ofTable((table) => ({ ...table, DeletionProtectionEnabled: false })),
  encryption: ofTable(({ SSESpecification: _, ...table }) => table),
  kinesisStreaming: (definition) => ({ ...definition, kinesisStreaming: [] }),
  onDemandThroughput: ofTable(({ OnDemandThroughput: _, ...table }) => ofIndexes(table, 'OnDemandThroughput')),
  pointInTimeRecovery: (definition) => ({ ...definition, pointInTimeRecovery: null }),
  resourcePolicy: (definition) => ({ ...definition, resourcePolicy: null }),
  streams: ofTable(({ StreamSpecification: _, ...table }) => table),
  tableClass: ofTable((table) => ({ ...table, TableClass: 'STANDARD' })),
  tags: (definition) => ({ ...definition, tags: [] }),
  timeToLive: (definition) => ({ ...definition, timeToLive: null }),
  warmThroughput: ofTable(({ WarmThroughput: _, ...table }) => ofIndexes(table, 'WarmThroughput')),
};

/** A definition without these settings: each is what it is in a table of which nobody said anything about it. */
export function withoutSettings(definition: TableDefinition, settings: readonly SettingName[]): TableDefinition {
  return settings.reduce((left, setting) => untouched[setting](left), definition);
}

function ofTable(change: (table: Members) => Members) {
  return (definition: TableDefinition): TableDefinition => ({ ...definition, table: change(definition.table) });
}

function ofIndexes(table: Members, member: 'OnDemandThroughput' | 'WarmThroughput'): Members {
  if (!table.GlobalSecondaryIndexes) return table;
  const indexes = table.GlobalSecondaryIndexes.map((index) => {
    const { [member]: _, ...rest } = index;
    return rest;
  });
  return { ...table, GlobalSecondaryIndexes: indexes };
}

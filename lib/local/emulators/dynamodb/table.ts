import type { Insights } from './contributor-insights.ts';
import type { IndexDefinition, KeyElement, TableDefinition } from './engine/dynalite.ts';
import type { Measures } from './engine/tables.ts';
import type { StreamingDestination } from './kinesis-streaming.ts';
import type { TablePolicy } from './resource-policy.ts';

export type BillingMode = 'PROVISIONED' | 'PAY_PER_REQUEST';

export interface AttributeDefinition {
  readonly AttributeName: string;
  readonly AttributeType: string;
}

/** Units per second: provisioned capacity, or warm throughput. */
export interface Units {
  readonly read: number;
  readonly write: number;
}

/** Provisioned capacity with the history that limits its decreases; zero units when billed on demand. */
export interface Capacity extends Units {
  /** Seconds since the epoch, like all dates of a table. */
  readonly increasedAt?: number;
  readonly decreases: readonly number[];
}

/** What a table and a global index have in common. */
export interface Throughput {
  capacity: Capacity;
  /** Highest on-demand rates; -1 is unlimited, null was never set. */
  onDemand: Units | null;
  warm: Units;
  warmStatus: 'ACTIVE' | 'UPDATING';
}

export interface GlobalIndex extends Throughput {
  readonly definition: IndexDefinition;
  status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';
  backfilling: boolean;
}

/** A table as the front knows it; the items lie in the engine. */
export interface Table extends Throughput {
  readonly name: string;
  readonly arn: string;
  readonly id: string;
  readonly createdAt: number;
  readonly keySchema: readonly KeyElement[];
  readonly localIndexes: readonly IndexDefinition[];
  status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';
  attributes: readonly AttributeDefinition[];
  globalIndexes: GlobalIndex[];
  billing: BillingMode;
  /** Absent for tables that were never on demand; `onDemandSince` is set once the switch is complete. */
  billingSummary: { onDemandSince?: number } | null;
  onDemandSwitches: readonly number[];
  stream: { viewType: string; enabled: boolean; label: string } | null;
  encryption: { status: 'ENABLING' | 'ENABLED' | 'UPDATING' | 'DISABLING'; keyArn: string } | null;
  tableClass: { name: string; changes: readonly number[] } | null;
  deletionProtection: boolean;
  readonly tags: Map<string, string>;
  timeToLive: {
    status: 'ENABLING' | 'ENABLED' | 'DISABLING' | 'DISABLED';
    attribute: string | null;
    changedAt: number | null;
  };
  backups: { available: boolean; recoveryDays: number | null; enabledAt: number | null };
  readonly policy: TablePolicy;
  /** By index name, empty for the table itself. */
  readonly insights: Map<string, Insights>;
  readonly streaming: StreamingDestination[];
  /** Names of the other regions of a global table. */
  readonly replicas: string[];
  /** Where its items come from, if it was restored; `at` is the moment of the backup. */
  restored?: { readonly backupArn: string; readonly tableArn: string; readonly at: number; inProgress: boolean };
  /** As of the last statistics, which the service refreshes about every six hours. */
  measures: Measures;
}

/** What the engine is told of a table. */
export function definitionOf(table: Table): TableDefinition {
  const indexes = table.globalIndexes.filter((index) => index.status !== 'DELETING');
  return {
    TableName: table.name,
    TableStatus: 'ACTIVE',
    KeySchema: table.keySchema,
    AttributeDefinitions: table.attributes,
    ...(table.localIndexes.length > 0 ? { LocalSecondaryIndexes: table.localIndexes } : {}),
    ...(indexes.length > 0
      ? { GlobalSecondaryIndexes: indexes.map((index) => ({ ...index.definition, IndexStatus: index.status })) }
      : {}),
  };
}

import { type Caller, ServiceError } from '../../service.ts';
import type { Place } from './names.ts';
import type { Region } from './region.ts';
import type { Units } from './table.ts';
import { updateTable } from './update-table.ts';

/** One capacity of a table or of one of its global indexes. */
export interface ScaledCapacity {
  readonly place: Place;
  readonly table: string;
  /** Null for the table itself. */
  readonly index: string | null;
  readonly unit: 'read' | 'write';
}

/** What Application Auto Scaling does with tables. */
export interface ScaledTables {
  exists(capacity: ScaledCapacity): boolean;
  /**
   * Brings a provisioned capacity into bounds, in the name of the role with that ARN. Resolves to false where nothing
   * was changed: the capacity is in bounds, the table is on demand or not active, or it refuses the change.
   */
  keepWithin(
    capacity: ScaledCapacity,
    bounds: { readonly min: number; readonly max: number },
    role: string,
  ): Promise<boolean>;
}

export function createScaledTables(regionAt: (place: Place) => Region | undefined): ScaledTables {
  function find({ place, table: name, index: indexName }: ScaledCapacity) {
    const region = regionAt(place);
    const table = region?.tables.get(name);
    if (!region || !table || table.status === 'DELETING') return null;
    if (indexName === null) return { region, table, capacity: table.capacity };
    const index = table.globalIndexes.find(({ definition }) => definition.IndexName === indexName);
    return index ? { region, table, capacity: index.capacity } : null;
  }

  return {
    exists: (capacity) => find(capacity) !== null,
    async keepWithin(scaled, { min, max }, role) {
      const found = find(scaled);
      if (found?.table.billing !== 'PROVISIONED') return false;
      const { region, table, capacity } = found;
      const wanted = Math.min(Math.max(capacity[scaled.unit], min), max);
      if (wanted === capacity[scaled.unit]) return false;
      const units: Units = { read: capacity.read, write: capacity.write, [scaled.unit]: wanted };
      const throughput = { ReadCapacityUnits: units.read, WriteCapacityUnits: units.write };
      const change =
        scaled.index === null
          ? { ProvisionedThroughput: throughput }
          : {
              GlobalSecondaryIndexUpdates: [{ Update: { IndexName: scaled.index, ProvisionedThroughput: throughput } }],
            };
      try {
        await updateTable(
          { region, operation: 'UpdateTable', caller: role, session: sessionOf(role, scaled.place) },
          { TableName: table.name, ...change },
        );
        return true;
      } catch (error) {
        // A failed scaling activity is no failure of the call that set it off.
        if (error instanceof ServiceError) return false;
        throw error;
      }
    },
  };
}

/** The session in which Application Auto Scaling uses its role. */
const sessionOf = (arn: string, { account, region }: Place): Caller => ({
  ...{ account, region, arn },
  role: arn.slice(arn.lastIndexOf('/') + 1),
  accessKeyId: '',
  sessionName: 'AutoScaling-UpdateTable',
  sourceIdentity: null,
  sessionPolicy: null,
});

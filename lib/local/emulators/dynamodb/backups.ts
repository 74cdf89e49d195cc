import { ServiceError } from '../../service.ts';
import { invalidParameter, resolveTable } from './names.ts';
import type { Asked } from './region.ts';
import type { Table } from './table.ts';

const DEFAULT_RECOVERY_DAYS = 35;
const DAY = 24 * 60 * 60;
/** The latest restorable moment is about five minutes ago. */
const LAG = 5 * 60;

interface UpdateContinuousBackupsInput {
  readonly TableName: string;
  readonly PointInTimeRecoverySpecification: {
    readonly PointInTimeRecoveryEnabled: boolean;
    readonly RecoveryPeriodInDays?: number;
  };
}

/** These two operations have their own code for a missing table: TableNotFoundException. */
function find({ region, operation, caller }: Asked, given: string): Table {
  const name = resolveTable(given, region.place, operation, caller);
  const table = region.tables.get(name);
  if (!table || table.status === 'DELETING') {
    throw new ServiceError('TableNotFoundException', `Table not found: ${name}`);
  }
  return table;
}

/** DescribeContinuousBackups: continuous backups are always on, point-in-time recovery by choice. */
export function describeContinuousBackups(
  asked: Asked,
  input: { readonly TableName: string },
): Record<string, unknown> {
  return describe(find(asked, input.TableName), asked.region.clock.now() / 1000);
}

/** UpdateContinuousBackups: unavailable until shortly after the table became active. */
export function updateContinuousBackups(asked: Asked, input: UpdateContinuousBackupsInput): Record<string, unknown> {
  const table = find(asked, input.TableName);
  const { PointInTimeRecoveryEnabled: enabled, RecoveryPeriodInDays: days } = input.PointInTimeRecoverySpecification;
  if (!table.backups.available) {
    throw new ServiceError(
      'ContinuousBackupsUnavailableException',
      `Backups are being enabled for the table: ${table.name}. Please retry later`,
    );
  }
  if (!enabled && days !== undefined) {
    throw invalidParameter('RecoveryPeriodInDays can only be specified when PointInTimeRecoveryEnabled is true');
  }
  const now = asked.region.clock.now() / 1000;
  const { recoveryDays, enabledAt } = table.backups;
  table.backups = enabled
    ? { available: true, recoveryDays: days ?? recoveryDays ?? DEFAULT_RECOVERY_DAYS, enabledAt: enabledAt ?? now }
    : { available: true, recoveryDays: null, enabledAt: null };
  return describe(table, now);
}

function describe({ backups }: Table, now: number): Record<string, unknown> {
  const { recoveryDays, enabledAt } = backups;
  const recovery =
    recoveryDays === null || enabledAt === null
      ? { PointInTimeRecoveryStatus: 'DISABLED' }
      : {
          PointInTimeRecoveryStatus: 'ENABLED',
          RecoveryPeriodInDays: recoveryDays,
          EarliestRestorableDateTime: Math.max(enabledAt, now - recoveryDays * DAY),
          LatestRestorableDateTime: Math.max(enabledAt, now - LAG),
        };
  return {
    ContinuousBackupsDescription: { ContinuousBackupsStatus: 'ENABLED', PointInTimeRecoveryDescription: recovery },
  };
}

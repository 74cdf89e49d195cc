import { ServiceError } from '../../../service.ts';
import { itemSize } from '../engine/sizes.ts';
import { resolveTable } from '../names.ts';
import type { Asked } from '../region.ts';
import type { Table } from '../table.ts';
import { type BackupDescription, type BackupSource, describeSource, sourceOf } from './backup-source.ts';
import { type Item, readItems } from './items.ts';
import { findJob, jobArn, pageOf, TRANSFER_DURATIONS } from './jobs.ts';

/** Page of ListBackups without a Limit; a small one makes callers follow pages. */
const PAGE = 10;

/** An on-demand backup of one table. */
export interface Backup {
  readonly arn: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly source: BackupSource;
  items: readonly Item[];
  status: 'CREATING' | 'AVAILABLE' | 'DELETED';
  /** Restores under way. */
  restoring: number;
}

/** CreateBackup: the items as they are at the moment of the call, AVAILABLE after a while; one at a time a table. */
export async function createBackup(
  asked: Asked,
  input: { readonly TableName: string; readonly BackupName: string },
): Promise<Record<string, unknown>> {
  const { region } = asked;
  const { backups } = region.transfers;
  const table = findBackedUp(asked, input.TableName);
  const createdAt = region.clock.now();
  const backup: Backup = {
    arn: jobArn(table.arn, 'backup', createdAt),
    name: input.BackupName,
    createdAt,
    source: sourceOf(table),
    items: [],
    status: 'CREATING',
    restoring: 0,
  };
  backups.set(backup.arn, backup);
  try {
    backup.items = await readItems(region, table.name);
  } catch (error) {
    backups.delete(backup.arn);
    throw error;
  }
  region.after(TRANSFER_DURATIONS.backup, () => {
    backup.status = 'AVAILABLE';
  });
  return { BackupDetails: describeDetails(backup) };
}

function findBackedUp({ region, operation, caller }: Asked, given: string): Table {
  const name = resolveTable(given, region.place, operation, caller);
  const table = region.tables.get(name);
  if (!table) throw new ServiceError('TableNotFoundException', `Table not found: ${name}`);
  if (table.status === 'CREATING' || table.status === 'DELETING') {
    throw new ServiceError('TableInUseException', `Table is in state ${table.status}: ${name}`);
  }
  if (!table.backups.available) {
    const message = `Backups are being enabled for the table: ${name}. Please retry later`;
    throw new ServiceError('ContinuousBackupsUnavailableException', message);
  }
  const other = [...region.transfers.backups.values()].find(
    ({ source, status }) => source.id === table.id && status === 'CREATING',
  );
  if (other) throw inUse(`the backup ${other.arn} is being created`);
  return table;
}

/** An error of the model: another operation on backups of the table is under way. */
export const inUse = (reason: string): ServiceError =>
  new ServiceError(
    'BackupInUseException',
    `There is another ongoing conflicting backup control plane operation on the table: ${reason}`,
  );

/** DescribeBackup. */
export function describeBackup(asked: Asked, input: { readonly BackupArn: string }): Record<string, unknown> {
  return { BackupDescription: describe(findJob(asked, asked.region.transfers.backups, 'backup', input.BackupArn)) };
}

/** DeleteBackup: gone at once; refused while it is made or restored from. */
export function deleteBackup(asked: Asked, input: { readonly BackupArn: string }): Record<string, unknown> {
  const { backups } = asked.region.transfers;
  const backup = findJob(asked, backups, 'backup', input.BackupArn);
  if (backup.status === 'CREATING') throw inUse(`the backup ${backup.arn} is being created`);
  if (backup.restoring > 0) throw inUse(`a table is being restored from ${backup.arn}`);
  backup.status = 'DELETED';
  backups.delete(backup.arn);
  return { BackupDescription: describe(backup) };
}

interface ListBackupsInput {
  readonly TableName?: string;
  readonly Limit?: number;
  readonly TimeRangeLowerBound?: number;
  readonly TimeRangeUpperBound?: number;
  readonly ExclusiveStartBackupArn?: string;
  readonly BackupType?: string;
}

/** ListBackups: the oldest first; all are of type USER. */
export function listBackups({ region, operation, caller }: Asked, input: ListBackupsInput): Record<string, unknown> {
  const { TableName: given, TimeRangeLowerBound: from = 0, TimeRangeUpperBound: to = Number.POSITIVE_INFINITY } = input;
  const name = given === undefined ? null : resolveTable(given, region.place, operation, caller);
  const isAsked = input.BackupType === undefined || ['USER', 'ALL'].includes(input.BackupType);
  const backups = [...region.transfers.backups.values()].filter(
    ({ source, createdAt }) =>
      isAsked && (name === null || source.name === name) && createdAt >= from * 1000 && createdAt < to * 1000,
  );
  const { page, next } = pageOf(backups, ({ arn }) => arn, {
    after: input.ExclusiveStartBackupArn,
    limit: input.Limit ?? PAGE,
  });
  return {
    BackupSummaries: page.map((backup) => ({
      TableName: backup.source.name,
      TableId: backup.source.id,
      TableArn: backup.source.arn,
      ...describeDetails(backup),
    })),
    ...(next !== null && { LastEvaluatedBackupArn: next }),
  };
}

function describeDetails(backup: Backup): Record<string, unknown> {
  return {
    BackupArn: backup.arn,
    BackupName: backup.name,
    BackupSizeBytes: backup.items.reduce((sum, item) => sum + itemSize(item), 0),
    BackupStatus: backup.status,
    BackupType: 'USER',
    BackupCreationDateTime: backup.createdAt / 1000,
  };
}

function describe(backup: Backup): { readonly BackupDetails: Record<string, unknown> } & BackupDescription {
  return { BackupDetails: describeDetails(backup), ...describeSource(backup.source, backup.items.length) };
}

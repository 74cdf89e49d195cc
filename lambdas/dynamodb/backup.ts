import {
  CreateBackupCommand,
  DescribeBackupCommand,
  type DynamoDBClient,
  ListBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { allPages } from '../core/paging.ts';
import { attempt, errorCode, named } from '../core/retry.ts';
import { scopeOf } from './segment-worker.ts';

/** Longest name of a backup (API reference, CreateBackup). */
const longestName = 255;

/** Somebody else's backup is being made, recovery is being switched on, or the account is busy: asked again later. */
const busyCodes = [
  'BackupInUseException',
  'ContinuousBackupsUnavailableException',
  'LimitExceededException',
  'TableInUseException',
];

/**
 * What a run calls its backup of a table. Each run makes its own: between two runs the table may have been written to,
 * and an older backup would lose that.
 */
export function backupName(promotionId: string, promotionExecution: string, table: string): string {
  return `${promotionId}-${scopeOf(promotionExecution).slice(0, -1)}-${table}`.slice(0, longestName);
}

/**
 * The ARN of the backup of this name, which is begun where there is none yet: an answer that was lost is settled by
 * looking. Null while the service is too busy to begin one.
 */
export async function beginBackup(
  client: DynamoDBClient,
  table: { readonly name: string; readonly id: string },
  BackupName: string,
): Promise<string | null> {
  try {
    const summaries = await allPages(`listing backups of ${table.name}`, async (ExclusiveStartBackupArn) => {
      const page = await attempt(
        () => client.send(new ListBackupsCommand({ TableName: table.name, ExclusiveStartBackupArn })),
        { check: (answer) => (answer.BackupSummaries ? null : `dynamodb answered no backups of ${table.name}`) },
      );
      return { items: page.BackupSummaries ?? [], next: page.LastEvaluatedBackupArn ?? null };
    });
    const known = summaries.find((one) => one.BackupName === BackupName && one.TableId === table.id);
    if (known?.BackupArn) return known.BackupArn;
    const { BackupDetails } = await attempt(
      () => client.send(new CreateBackupCommand({ TableName: table.name, BackupName })),
      { check: (answer) => (answer.BackupDetails?.BackupArn ? null : `dynamodb answered no backup of ${table.name}`) },
    );
    return BackupDetails?.BackupArn ?? null;
  } catch (error) {
    if (busyCodes.includes(errorCode(error))) return null;
    throw named(error, `backing up table ${table.name}`);
  }
}

/** How far a backup is; `gone` where there is no such backup, or no longer. */
export async function backupStatus(
  client: DynamoDBClient,
  BackupArn: string,
): Promise<'making' | 'available' | 'gone'> {
  try {
    const { BackupDescription } = await attempt(() => client.send(new DescribeBackupCommand({ BackupArn })), {
      check: (answer) =>
        answer.BackupDescription?.BackupDetails ? null : `dynamodb answered no description of ${BackupArn}`,
    });
    const status = BackupDescription?.BackupDetails?.BackupStatus;
    if (status === 'AVAILABLE') return 'available';
    return status === 'DELETED' ? 'gone' : 'making';
  } catch (error) {
    if (errorCode(error) === 'BackupNotFoundException') return 'gone';
    throw named(error, `describing backup ${BackupArn}`);
  }
}

import { DescribeBackupCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { attempt, errorCode, named } from '../core/retry.ts';
import { describeTable } from './read-table.ts';

/** Which table a restored one was: its id, or none where the backup that would tell is not there any more. */
export interface Origin {
  readonly backupArn: string;
  readonly id: string | null;
}

/**
 * What a table was restored from, which is how the table of one promotion comes back when another that had replaced it
 * is rolled back: under a new id. The service tells of the table its backup, and of the backup its table; null for a
 * table that was not restored from a backup.
 */
export async function originOf(client: DynamoDBClient, table: string): Promise<Origin | null> {
  const backupArn = (await describeTable(client, table))?.RestoreSummary?.SourceBackupArn;
  if (backupArn === undefined) return null;
  try {
    const { BackupDescription } = await attempt(
      () => client.send(new DescribeBackupCommand({ BackupArn: backupArn })),
      {
        check: (answer) =>
          answer.BackupDescription?.SourceTableDetails?.TableId ? null : `dynamodb answered no table of ${backupArn}`,
      },
    );
    return { backupArn, id: BackupDescription?.SourceTableDetails?.TableId ?? null };
  } catch (error) {
    if (errorCode(error) === 'BackupNotFoundException') return { backupArn, id: null };
    throw named(error, `describing backup ${backupArn}`);
  }
}

/** Why the table of a name is not that of this id, brought back or not; null where it is. */
export async function strangeness(
  client: DynamoDBClient,
  found: { readonly name: string; readonly id: string },
  id: string,
): Promise<string | null> {
  if (found.id === id) return null;
  const origin = await originOf(client, found.name);
  if (origin?.id === id && id !== '') return null;
  return origin && origin.id === null
    ? `somebody made it anew since, or another rollback restored it from backup ${origin.backupArn}, which is not there any more`
    : 'somebody made it anew since';
}

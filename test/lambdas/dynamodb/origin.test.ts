import { CreateBackupCommand, DeleteBackupCommand, RestoreTableFromBackupCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { backupStatus } from '../../../lambdas/dynamodb/backup.ts';
import { originOf, strangeness } from '../../../lambdas/dynamodb/origin.ts';
import { activeTable, makeActiveTable, pause } from '../../support/active-table.ts';
import { type SettingsWorld, startSettingsWorld } from '../../support/settings-world.ts';

let world: SettingsWorld;
let first: string;
let restored: string;
let backupArn: string;

beforeAll(async () => {
  world = await startSettingsWorld();
  const { dynamodb } = world.prod;
  first = await makeActiveTable(dynamodb, 'made');
  for (;;) {
    const begun = await dynamodb
      .send(new CreateBackupCommand({ TableName: 'made', BackupName: 'backup' }))
      .catch((error: Error) => {
        if (error.name !== 'ContinuousBackupsUnavailableException') throw error;
        return null;
      });
    backupArn = begun?.BackupDetails?.BackupArn ?? '';
    if (begun) break;
    await pause();
  }
  while ((await backupStatus(dynamodb, backupArn)) === 'making') await pause();
  await dynamodb.send(new RestoreTableFromBackupCommand({ TargetTableName: 'restored', BackupArn: backupArn }));
  restored = await activeTable(dynamodb, 'restored');
});
afterAll(() => world.close());

const strange = (name: string, id: string, wanted: string) => strangeness(world.prod.dynamodb, { name, id }, wanted);

it('knows of a restored table which one was backed up, and of any other nothing', async () => {
  expect(restored).not.toBe(first);
  expect(await originOf(world.prod.dynamodb, 'restored')).toEqual({ backupArn, id: first });
  expect(await originOf(world.prod.dynamodb, 'made')).toBeNull();
  expect(await originOf(world.prod.dynamodb, 'absent')).toBeNull();
});

it('takes a table for one of an id by its own, or by that of the table that it was restored from', async () => {
  expect(await strange('made', first, first)).toBeNull();
  expect(await strange('restored', restored, first)).toBeNull();
  expect(await strange('made', first, restored)).toBe('somebody made it anew since');
  expect(await strange('restored', restored, 'another')).toBe('somebody made it anew since');
  expect(await strange('restored', restored, '')).toBe('somebody made it anew since');
});

it('says which backup is lacking where it has gone', async () => {
  while (!(await deleted())) await pause();
  expect(await originOf(world.prod.dynamodb, 'restored')).toEqual({ backupArn, id: null });
  expect(await strange('restored', restored, first)).toContain(`restored it from backup ${backupArn}, which is not`);
  expect(await strange('restored', restored, restored)).toBeNull();
});

/** A backup that is being restored from cannot be deleted. */
async function deleted(): Promise<boolean> {
  try {
    await world.prod.dynamodb.send(new DeleteBackupCommand({ BackupArn: backupArn }));
    return true;
  } catch (error) {
    if ((error as Error).name === 'BackupInUseException') return false;
    throw error;
  }
}

import { RestoreTableFromBackupCommand } from '@aws-sdk/client-dynamodb';
import type { JournalEntry } from '../core/journal.ts';
import { attempt, errorCode, named } from '../core/retry.ts';
import { backupStatus } from './backup.ts';
import { differences, type TableDefinition } from './definition.ts';
import { lastOf } from './ownership.ts';
import { describeTable, readTable, readWholeTable, type TableState } from './read-table.ts';
import { closeRemoval, notMadeBy, removalOf, removeMade } from './remove-made.ts';
import { deletedBy, replacedTable } from './replacement.ts';
import { pendingAfterRestore } from './restored-settings.ts';
import { applySetting, type Setting } from './settings.ts';
import { noteRefused, refusable } from './undo-apart.ts';
import { notRolledBack, type Undoing, type Undone } from './undone.ts';

/** A name or a backup that is in use, and an account with 50 restores under way: asked again later. */
const busyCodes = [
  'BackupInUseException',
  'LimitExceededException',
  'TableAlreadyExistsException',
  'TableInUseException',
];

/**
 * Does the next step towards a table as it was before the promotion replaced it: removes ours, restores the backup under
 * the same name, and sets again what a restore does not bring. Ours stays where there is no backup to go back to.
 */
export async function restoreReplaced(undoing: Undoing, asset: string, deletion: JournalEntry): Promise<Undone> {
  const { clients, journal, holder } = undoing;
  const entries = journal.of(asset);
  const later = entries.slice(entries.indexOf(deletion));
  const { id, backupArn } = deletedBy(deletion);
  const replaced = lastOf(later, ['replace']);
  const restore = lastOf(later, ['restore']);
  const found = await readTable(clients.dynamodb, asset);
  if (!found) {
    await closeRemoval(undoing, asset, removalOf(entries, replaced));
    // Each run notes its own: what it changed is told by its own entries.
    const isNoted = restore?.execution === holder.promotionExecution;
    return await beginRestore(undoing, asset, backupArn, isNoted);
  }
  if (restore && (await isRestoredFrom(undoing, asset, backupArn))) {
    const { definition } = replacedTable(entries, deletion);
    const restored = await settle(undoing, asset, definition);
    if (!restored) return { asset, outcome: 'busy', reason: 'it is being restored' };
    const left = differences(definition, restored.definition).map(({ path }) => path);
    await journal.append({ asset, step: 'restore', phase: 'result', after: { id: restored.id, backupArn, left } });
    return restoredBy(journal.of(asset), holder.promotionExecution, asset);
  }
  if (found.id === id) {
    return found.status === 'DELETING'
      ? { asset, outcome: 'busy', reason: 'it is DELETING' }
      : { asset, outcome: 'gone', reason: 'it was backed up and is the one that it was' };
  }
  const isOurs = replaced && (await notMadeBy(undoing, asset, replaced, found)) === null;
  if (isOurs && !removalOf(entries, replaced)) {
    const status = await backupStatus(clients.dynamodb, backupArn);
    if (status !== 'available')
      return { asset, outcome: 'left', reason: `its backup ${backupArn} is not there any more` };
  }
  return await removeMade(undoing, asset, replaced, found);
}

/** What a restore that is through came to, for the run that did it and for those after it. */
export function restoredBy(entries: readonly JournalEntry[], execution: string, asset: string): Undone {
  const restore = entries.findLast(({ step, phase }) => step === 'restore' && phase === 'result');
  if (restore?.execution !== execution) return { asset, outcome: 'gone', reason: 'it was restored before' };
  const { left } = restore.after as { left: readonly string[] };
  const message = `${asset} is restored from its backup, but not in all: ${left.slice(0, 10).join(', ')}`;
  return {
    asset,
    outcome: 'restored',
    reason: 'the promotion had replaced it',
    ...(left.length > 0 ? { findings: [notRolledBack(asset, message)] } : {}),
  };
}

async function beginRestore(undoing: Undoing, asset: string, backupArn: string, isNoted: boolean): Promise<Undone> {
  const { journal } = undoing;
  if (!isNoted) await journal.append({ asset, step: 'restore', phase: 'intent', before: null, after: { backupArn } });
  if ((await refusable(undoing, asset, 'restore', () => restoreBackup(undoing, asset, backupArn))) === 'begun') {
    return { asset, outcome: 'busy', reason: 'it is being restored' };
  }
  const left = { outcome: 'left', reason: `it is gone, and so is its backup ${backupArn}` } as const;
  await noteRefused(journal, asset, 'restore', left);
  return { asset, ...left };
}

async function restoreBackup({ clients }: Undoing, asset: string, BackupArn: string): Promise<'begun' | 'no backup'> {
  try {
    const input = { TargetTableName: asset, BackupArn };
    await attempt(() => clients.dynamodb.send(new RestoreTableFromBackupCommand(input)));
  } catch (error) {
    if (errorCode(error) === 'BackupNotFoundException') return 'no backup';
    if (!busyCodes.includes(errorCode(error))) throw named(error, `restoring table ${asset} from ${BackupArn}`);
  }
  return 'begun';
}

/** The service says of a restored table from which backup it is: so the answer of a restore may be lost. */
async function isRestoredFrom({ clients }: Undoing, asset: string, backupArn: string): Promise<boolean> {
  return (await describeTable(clients.dynamodb, asset))?.RestoreSummary?.SourceBackupArn === backupArn;
}

/** Sets what the restore did not bring, as far as that goes without waiting; null when something is left. */
async function settle({ clients }: Undoing, asset: string, before: TableDefinition): Promise<TableState | null> {
  // Targets of an on-demand table do nothing, and Application Auto Scaling may refuse to register them.
  const wanted = before.table.BillingMode === 'PAY_PER_REQUEST' ? { ...before, autoscaling: [] } : before;
  const applied = new Set<string>();
  for (;;) {
    const state = await readWholeTable(clients, asset);
    if (!state?.active) return null;
    const pending: Setting[] = pendingAfterRestore(wanted, state.definition);
    if (pending.length === 0) return state;
    for (const setting of pending) {
      // Applied before and not to be seen yet: some reads follow the writes by seconds.
      if (applied.has(setting.step)) return null;
      if ((await applySetting(clients, state, setting, wanted)) === 'busy') return null;
      applied.add(setting.step);
      if (setting.occupies) break;
    }
  }
}

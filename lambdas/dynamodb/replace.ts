import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { isRetried, PromotionError } from '../core/errors.ts';
import type { Journal, JournalEntry } from '../core/journal.ts';
import { attempt, errorCode, named } from '../core/retry.ts';
import { removeAutoscaling } from './autoscaling.ts';
import { backupName, backupStatus, beginBackup } from './backup.ts';
import { changedSincePlan } from './destination-changed.ts';
import { lastOf } from './ownership.ts';
import type { PlanAsset } from './plan-file.ts';
import { readWholeTable, type TableState } from './read-table.ts';
import { deletedBy, deletionOf, replacedTable, sinceRestore } from './replacement.ts';
import type { TableClients } from './table-clients.ts';

/** What a replacement works with. */
export interface Replacing {
  readonly clients: TableClients;
  readonly journal: Journal;
  readonly promotionId: string;
  /** ARN of the promotion's execution. */
  readonly promotionExecution: string;
}

/** The table of the destination's name as it is now; null where there is none. */
type Found = Pick<TableState, 'id' | 'status' | 'active' | 'replicas' | 'definition'> | null;

/**
 * Makes the name of a planned replacement free: backs the table up, and only when the backup can be restored from
 * deletes it. Does one step a call and answers true when the name is free. The journal has the whole table before the
 * first step, each intent before its call; a worker that dies anywhere is gone on with by the next.
 *
 * Refuses with `Promotion.Conflict` a table that is not the planned one, one that somebody has protected against
 * deletion or made global since, and a name whose rollback is not through.
 */
export async function clearName(context: Replacing, planned: PlanAsset, found: Found): Promise<boolean> {
  const { journal } = context;
  const as = planned.destination;
  const entries = sinceRestore(journal.of(as));
  if (lastOf(entries, ['delete', 'restore'])?.step === 'restore') throw rollbackUnfinished(as);
  const deletion = deletionOf(entries);
  if (!found) {
    if (!deletion) throw changedSincePlan(as, 'is gone');
    if (deletion.phase === 'intent') await closeDeletion(context, as, entries, deletion);
    return true;
  }

  const isBegun = deletion?.phase === 'intent' && deletedBy(deletion).id === found.id;
  if (!isBegun && found.id !== planned.tableId) throw changedSincePlan(as, 'was deleted and made anew');
  if (found.status === 'DELETING') {
    if (isBegun) return false;
    throw changedSincePlan(as, 'is being deleted by somebody');
  }
  if (!found.active) return false;
  if (found.replicas.length > 0) throw changedSincePlan(as, 'has become a global table');
  if (found.definition.table.DeletionProtectionEnabled) throw deletionProtected(as);

  const backupArn = await ensureBackup(context, as, found.id);
  if (backupArn === null) return false;
  if (!isBegun || deletedBy(deletion).backupArn !== backupArn) {
    await journal.append({ asset: as, step: 'delete', phase: 'intent', before: { id: found.id, backupArn } });
  }
  await deleteTable(context, as);
  return false;
}

/** The ARN of this run's backup once it can be restored from; null as long as it cannot. */
async function ensureBackup(context: Replacing, as: string, id: string): Promise<string | null> {
  const { clients, journal, promotionId, promotionExecution } = context;
  const entry = { asset: as, step: 'backup' } as const;
  const own = () =>
    journal.of(as).findLast(({ step, execution }) => step === 'backup' && execution === promotionExecution);
  const last = own();
  if (!last || last.phase === 'refused') {
    const state = await readWholeTable(clients, as);
    if (state?.id !== id) return null;
    await journal.append({ ...entry, phase: 'intent', before: { id, definition: state.definition } });
  }
  let backupArn = arnOf(own());
  if (last?.phase === 'result') return backupArn;
  if (backupArn === null) {
    const name = backupName(promotionId, promotionExecution, as);
    backupArn = await beginBackup(clients.dynamodb, { name: as, id }, name).catch(async (error: unknown) => {
      if (error instanceof PromotionError && !isRetried(error)) {
        await journal.append({ ...entry, phase: 'refused', after: { code: error.detail.code } });
      }
      throw error;
    });
    if (backupArn === null) return null;
    await journal.append({ ...entry, phase: 'intent', after: { backupArn } });
  }
  const status = await backupStatus(clients.dynamodb, backupArn);
  if (status === 'making') return null;
  await journal.append({ ...entry, phase: status === 'gone' ? 'refused' : 'result', after: { backupArn } });
  return status === 'gone' ? null : backupArn;
}

function arnOf(entry: JournalEntry | undefined): string | null {
  return (entry?.after as { backupArn?: string } | undefined)?.backupArn ?? null;
}

/**
 * A table that is being changed, and an account that is busy, are asked again; whether it has gone is seen by looking.
 * Of any other error but a protection it is not known what became of the table, so the intent stands.
 */
async function deleteTable({ clients, journal }: Replacing, as: string): Promise<void> {
  try {
    await attempt(() => clients.dynamodb.send(new DeleteTableCommand({ TableName: as })));
  } catch (error) {
    const again = ['ResourceNotFoundException', 'ResourceInUseException', 'LimitExceededException'];
    if (again.includes(errorCode(error))) return;
    if (!/deletion protection|protected against deletion/i.test(String(error))) {
      throw named(error, `deleting table ${as}`);
    }
    await journal.append({ asset: as, step: 'delete', phase: 'refused', after: { code: 'DeletionProtected' } });
    throw deletionProtected(as);
  }
}

/** Targets outlive their table, and would scale the next one of its name: they are in the journal, and go with it. */
async function closeDeletion(
  { clients, journal }: Replacing,
  as: string,
  entries: readonly JournalEntry[],
  deletion: JournalEntry,
): Promise<void> {
  const { autoscaling, table } = replacedTable(entries, deletion).definition;
  if (autoscaling.length > 0) {
    const indexes = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
    await removeAutoscaling(clients.autoscaling, as, indexes);
  }
  await journal.append({ asset: as, step: 'delete', phase: 'result', before: deletedBy(deletion) });
}

function deletionProtected(as: string): PromotionError {
  return new PromotionError('Promotion.Conflict', {
    code: 'DeletionProtected',
    message: `table ${as} is protected against deletion, so it cannot be replaced`,
    resolution: 'take the protection off, or choose existing merge, then start again',
  });
}

function rollbackUnfinished(as: string): PromotionError {
  return new PromotionError('Promotion.Conflict', {
    code: 'RollbackUnfinished',
    message: `table ${as} is being restored by a rollback of this promotion that is not through`,
    resolution: 'run mode rollback again until it succeeds, then start again',
  });
}

import { DeleteTableCommand, type DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import type { JournalEntry } from '../core/journal.ts';
import { attempt, errorCode, named } from '../core/retry.ts';
import { removeAutoscaling } from './autoscaling.ts';
import { ownershipTag } from './definition.ts';
import { idOf, lastOf } from './ownership.ts';
import type { TableState } from './read-table.ts';
import type { Undoing, Undone } from './undone.ts';

/** True for the table that the promotion made: by its id, or where the answer of the create was lost by our tag. */
export function isMadeBy(begun: JournalEntry | undefined, found: TableState): boolean {
  if (begun?.phase === 'result') return idOf(begun) === found.id;
  return begun?.phase === 'intent' && found.definition.tags.some(({ Key }) => Key === ownershipTag);
}

/** The removal that was begun after the table was made, if there is one. */
export function removalOf(entries: readonly JournalEntry[], begun: JournalEntry | undefined): JournalEntry | undefined {
  const removal = lastOf(entries, ['remove']);
  return removal && begun && entries.indexOf(removal) > entries.indexOf(begun) ? removal : undefined;
}

/** Does the next step towards the removal of a table that the promotion made; `busy` until it is gone. */
export async function removeMade(
  { clients, journal }: Undoing,
  asset: string,
  begun: JournalEntry | undefined,
  found: TableState,
): Promise<Undone> {
  const entries = journal.of(asset);
  if (!isMadeBy(begun, found)) return { asset, outcome: 'left', reason: 'somebody made it anew since' };
  if (!found.active) return { asset, outcome: 'busy', reason: `it is ${found.status}` };
  const isProtected = found.definition.table.DeletionProtectionEnabled;
  if (isProtected && !protectedByUs(entries)) {
    return { asset, outcome: 'left', reason: 'somebody has put deletion protection on it since' };
  }
  if (!removalOf(entries, begun)) {
    await journal.append({ asset, step: 'remove', phase: 'intent', before: found.definition });
  }
  if (lastOf(entries, ['autoscaling'])) {
    // Targets outlive their table, and would scale the next one of its name.
    const indexes = (found.definition.table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
    await removeAutoscaling(clients.autoscaling, asset, indexes);
  }
  await remove(clients.dynamodb, asset, isProtected);
  return { asset, outcome: 'busy', reason: 'it is being removed' };
}

/** Notes a removal as done once the table is gone. */
export async function closeRemoval(
  { journal }: Undoing,
  asset: string,
  removal: JournalEntry | undefined,
): Promise<void> {
  if (removal?.phase === 'intent') await journal.append({ asset, step: 'remove', phase: 'result', after: null });
}

/** Protection that the promotion did not carry over itself is somebody's wish to keep the table. */
function protectedByUs(entries: readonly JournalEntry[]): boolean {
  return lastOf(entries, ['deletionProtection'])?.after === true;
}

/** Protection that the promotion itself carried over is taken off first. */
async function remove(client: DynamoDBClient, TableName: string, isProtected: boolean): Promise<void> {
  try {
    if (isProtected) {
      await attempt(() => client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false })));
    } else {
      await attempt(() => client.send(new DeleteTableCommand({ TableName })));
    }
  } catch (error) {
    if (errorCode(error) === 'ResourceNotFoundException' || errorCode(error) === 'ResourceInUseException') return;
    throw named(error, `removing table ${TableName}`);
  }
}

import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import type { JournalEntry } from '../core/journal.ts';
import { attempt, errorCode, named } from '../core/retry.ts';
import { ownershipTag } from './definition.ts';
import { strangeness } from './origin.ts';
import { idOf, lastOf } from './ownership.ts';
import type { TableState } from './read-table.ts';
import { type Held, heldByPolicy, releaseMade } from './release-made.ts';
import { noteRefused, refusable } from './undo-apart.ts';
import type { Undoing, Undone } from './undone.ts';

/**
 * Why a table is not the one that the promotion made; null where it is: by its id, also where another rollback has
 * brought it back from a backup, or by our tag where the answer of the create was lost.
 */
export async function notMadeBy(
  { clients }: Pick<Undoing, 'clients'>,
  asset: string,
  begun: JournalEntry,
  found: TableState,
): Promise<string | null> {
  if (begun.phase === 'result') return await strangeness(clients.dynamodb, { name: asset, id: found.id }, idOf(begun));
  const isOurs = begun.phase === 'intent' && found.definition.tags.some(({ Key }) => Key === ownershipTag);
  return isOurs ? null : 'somebody made it anew since';
}

/** The removal that was begun after the table was made, if there is one; one that was refused is none. */
export function removalOf(entries: readonly JournalEntry[], begun: JournalEntry | undefined): JournalEntry | undefined {
  const removal = lastOf(entries, ['remove']);
  if (!removal || !begun || removal.phase === 'refused') return undefined;
  return entries.indexOf(removal) > entries.indexOf(begun) ? removal : undefined;
}

/** Does the next step towards the removal of a table that the promotion made; `busy` until it is gone. */
export async function removeMade(
  undoing: Undoing,
  asset: string,
  begun: JournalEntry | undefined,
  found: TableState,
): Promise<Undone> {
  const { journal, holder } = undoing;
  if (!begun) return { asset, outcome: 'left', reason: 'somebody made it anew since' };
  const strange = await notMadeBy(undoing, asset, begun, found);
  if (strange !== null) return { asset, outcome: 'left', reason: strange };
  if (!found.active) return { asset, outcome: 'busy', reason: `it is ${found.status}` };
  const held: Held = { undoing, asset, begun, found };
  const released = await releaseMade(held);
  if (released !== 'released') return released;
  // Each run notes its own: what it changed is told by its own entries.
  if (removalOf(journal.of(asset), begun)?.execution !== holder.promotionExecution) {
    await journal.append({ asset, step: 'remove', phase: 'intent', before: found.definition });
  }
  const ended = await refusable(undoing, asset, 'remove', () => deleteTable(held));
  if (ended.outcome === 'left') await noteRefused(journal, asset, 'remove', ended);
  return { asset, ...ended };
}

/** Notes a removal as done once the table is gone. */
export async function closeRemoval(
  { journal }: Undoing,
  asset: string,
  removal: JournalEntry | undefined,
): Promise<void> {
  if (removal?.phase === 'intent') await journal.append({ asset, step: 'remove', phase: 'result', after: null });
}

/** A table that is being changed, one that has just gone, and an account that is busy: looked at again. */
const busyCodes = ['ResourceNotFoundException', 'ResourceInUseException', 'LimitExceededException'];

async function deleteTable(held: Held): Promise<Pick<Undone, 'outcome' | 'reason'>> {
  const { undoing, asset: TableName } = held;
  try {
    await attempt(() => undoing.clients.dynamodb.send(new DeleteTableCommand({ TableName })));
  } catch (error) {
    if (!busyCodes.includes(errorCode(error))) {
      const refusal = named(error, `removing table ${TableName}`);
      const ended = refusal.name === 'Promotion.Permission' ? await heldByPolicy(held) : null;
      if (!ended) throw refusal;
      return ended;
    }
  }
  return { outcome: 'busy', reason: 'it is being removed' };
}

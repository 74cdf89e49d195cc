import { DeleteTableCommand, type DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { eachOf } from '../core/artefacts.ts';
import type { Finding } from '../core/contracts.ts';
import type { Surroundings } from '../core/handler.ts';
import { type Journal, type JournalEntry, openJournal } from '../core/journal.ts';
import { keys } from '../core/keys.ts';
import { assertLock, joinLock } from '../core/lock.ts';
import { attempt, errorCode, named } from '../core/retry.ts';
import type { Progress, WorkerInput } from './contracts.ts';
import { ownershipTag } from './definition.ts';
import { idOf, lastOf } from './ownership.ts';
import { readTable } from './read-table.ts';
import { holderOf, readRun, tableClient } from './run.ts';

const waitSeconds = 5;

/** What became of one table of the journal. */
interface Undone {
  readonly asset: string;
  readonly outcome: 'removed' | 'gone' | 'left' | 'busy';
  readonly reason: string;
}

/**
 * Removes the tables that the journal says this promotion created and nothing else: a table that has another id now is
 * somebody else's, and items merged into a table that was there before stay in it.
 */
export async function rollback(input: WorkerInput, surroundings: Surroundings): Promise<Progress> {
  const run = await readRun(surroundings, input.request);
  const { artefacts } = surroundings;
  const holder = holderOf(run, input.promotionExecution);
  await joinLock(artefacts, holder, input.execution);
  const owner = { promotionId: run.bundle, kind: 'dynamodb', execution: input.promotionExecution } as const;
  const [journal, client] = await Promise.all([
    openJournal(artefacts, owner),
    tableClient(surroundings, run, 'destination'),
  ]);
  await assertLock(artefacts, holder);

  const undone = await eachOf(journal.assets, 8, (asset) => undo(client, journal, asset, input.promotionExecution));
  if (undone.some(({ outcome }) => outcome === 'busy')) return { more: true, waitSeconds };
  const findings: Finding[] = undone
    .filter(({ outcome }) => outcome === 'left')
    .map(({ asset, reason }) => ({ code: 'NotRolledBack', asset, message: `${asset} was left: ${reason}` }));
  const result = { assets: undone, findings };
  await artefacts.write(keys.work(run.promotionId, 'dynamodb', 'rollback', 'result.json'), result);
  return { more: false, waitSeconds: 0 };
}

async function undo(client: DynamoDBClient, journal: Journal, asset: string, execution: string): Promise<Undone> {
  const entries = journal.of(asset);
  const begun = lastOf(entries, ['create', 'adopt', 'update']);
  if (begun?.step !== 'create') return { asset, outcome: 'left', reason: 'it was there before the promotion' };
  const found = await readTable(client, asset);
  const removal = entries.findLast(({ step }) => step === 'remove');
  const removing = removal !== undefined && entries.indexOf(removal) > entries.indexOf(begun);
  if (!found) {
    if (removing && removal.phase === 'intent')
      await journal.append({ asset, step: 'remove', phase: 'result', after: null });
    return removing && removal.execution === execution
      ? { asset, outcome: 'removed', reason: 'the promotion had created it' }
      : { asset, outcome: 'gone', reason: 'it is not there any more' };
  }
  const tagged = found.definition.tags.some(({ Key }) => Key === ownershipTag);
  const ours = begun.phase === 'result' ? idOf(begun) === found.id : begun.phase === 'intent' && tagged;
  if (!ours) return { asset, outcome: 'left', reason: 'somebody made it anew since' };
  if (!found.active) return { asset, outcome: 'busy', reason: `it is ${found.status}` };

  const isProtected = found.definition.table.DeletionProtectionEnabled;
  if (isProtected && !protectedByUs(entries)) {
    return { asset, outcome: 'left', reason: 'somebody has put deletion protection on it since' };
  }
  if (!removing) await journal.append({ asset, step: 'remove', phase: 'intent', before: found.definition });
  await remove(client, asset, isProtected);
  return { asset, outcome: 'busy', reason: 'it is being removed' };
}

/** Protection that the promotion did not carry over itself is somebody's wish to keep the table. */
function protectedByUs(entries: readonly JournalEntry[]): boolean {
  return lastOf(entries, ['deletionProtection'])?.after === true;
}

/** Protection that the promotion itself carried over is taken off first. */
async function remove(client: DynamoDBClient, TableName: string, protectedTable: boolean): Promise<void> {
  try {
    if (protectedTable) {
      await attempt(() => client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false })));
    } else {
      await attempt(() => client.send(new DeleteTableCommand({ TableName })));
    }
  } catch (error) {
    if (errorCode(error) === 'ResourceNotFoundException' || errorCode(error) === 'ResourceInUseException') return;
    throw named(error, `removing table ${TableName}`);
  }
}

import type { Finding } from '../core/contracts.ts';
import { eachOf } from '../core/each-of.ts';
import { PromotionError } from '../core/errors.ts';
import type { Surroundings } from '../core/handler.ts';
import { type Journal, openJournal } from '../core/journal.ts';
import { keys } from '../core/keys.ts';
import { joinLock } from '../core/lock.ts';
import type { Progress, WorkerInput } from './contracts.ts';
import { beginnings, lastOf } from './ownership.ts';
import { readTable } from './read-table.ts';
import { closeRemoval, removalOf, removeMade } from './remove-made.ts';
import { deletionOf, sinceRestore } from './replacement.ts';
import { restoredBy, restoreReplaced } from './restore.ts';
import { holderOf, readRun } from './run.ts';
import { tableClients } from './table-clients.ts';
import { apart } from './undo-apart.ts';
import { undoItems } from './undo-items.ts';
import { selectedAssets } from './undo-selection.ts';
import { notRolledBack, type Undoing, type Undone } from './undone.ts';

/** A restore takes minutes to hours: 5 s for five minutes, then 30 s. 2,940 polls of some 8 events stay under 25,000. */
const shortWaits = { polls: 60, seconds: 5 };
const longWaits = { polls: 2_880, seconds: 30 };

/**
 * Takes back what the journal says this promotion did, and nothing else: tables that it made are removed, tables that it
 * replaced are restored from their backups, items that it wrote into tables that were there are put back. What somebody
 * else has made or changed since is left, and told; so is a table for which a call was refused, and the others go on.
 */
export async function rollback(input: WorkerInput, surroundings: Surroundings): Promise<Progress> {
  const run = await readRun(surroundings, input.request);
  const { artefacts } = surroundings;
  const holder = holderOf(run, input.promotionExecution);
  const owner = { promotionId: run.bundle, kind: 'dynamodb', execution: input.promotionExecution } as const;
  const [journal, clients] = await Promise.all([
    openJournal(artefacts, owner),
    tableClients(surroundings, run, 'destination'),
  ]);
  const assets = await selectedAssets(surroundings, run, journal.assets);
  await joinLock(artefacts, holder, input.execution);

  const undoing: Undoing = { surroundings, run, clients, journal, holder };
  const filled = assets.filter((asset) => isFilled(journal, asset));
  const made = assets.filter((asset) => !filled.includes(asset));
  const undone = await eachOf(made, 8, (asset) => apart(undoing, asset, () => undoTable(undoing, asset)));
  // One table after the other, so that each may use the whole of what `limits` allows.
  for (const asset of filled) undone.push(await apart(undoing, asset, () => undoItems(undoing, asset)));
  const busy = undone.filter(({ outcome }) => outcome === 'busy');
  if (busy.length > 0) return waitFor(busy, input.polls);
  const findings = undone.flatMap((one) => findingsOf(one));
  const ended = undone.map(({ asset, outcome, reason }) => ({ asset, outcome, reason }));
  await artefacts.write(keys.work(run.promotionId, 'dynamodb', 'rollback', 'result.json'), { assets: ended, findings });
  return { more: false, waitSeconds: 0 };
}

function findingsOf({ asset, outcome, reason, findings = [] }: Undone): readonly Finding[] {
  if (outcome === 'left') return [notRolledBack(asset, `${asset} was left: ${reason}`), ...findings];
  if (outcome === 'failed') return [notRolledBack(asset, `${asset} could not be rolled back: ${reason}`), ...findings];
  return findings;
}

/** True for a table that was there before and got items of this promotion. */
function isFilled(journal: Journal, asset: string): boolean {
  const entries = sinceRestore(journal.of(asset));
  if (deletionOf(entries)) return false;
  const begun = lastOf(entries, beginnings);
  return begun ? begun.step === 'adopt' || begun.step === 'update' : lastOf(entries, ['repair']) !== undefined;
}

async function undoTable(undoing: Undoing, asset: string): Promise<Undone> {
  const { journal, clients, holder } = undoing;
  const entries = journal.of(asset);
  const deletion = deletionOf(entries);
  if (deletion) return await restoreReplaced(undoing, asset, deletion);
  const begun = lastOf(sinceRestore(entries), beginnings);
  if (!begun) {
    return lastOf(entries, ['restore'])
      ? restoredBy(entries, holder.promotionExecution, asset)
      : { asset, outcome: 'gone', reason: 'nothing of it was changed' };
  }
  const found = await readTable(clients.dynamodb, asset);
  if (found) return await removeMade(undoing, asset, begun, found);
  await closeRemoval(undoing, asset, removalOf(entries, begun));
  return removalOf(journal.of(asset), begun)?.execution === holder.promotionExecution
    ? { asset, outcome: 'removed', reason: 'the promotion had created it' }
    : { asset, outcome: 'gone', reason: 'it is not there any more' };
}

function waitFor(busy: readonly Undone[], polls: number): Progress {
  if (polls < shortWaits.polls) return { more: true, waitSeconds: shortWaits.seconds };
  if (polls < shortWaits.polls + longWaits.polls) return { more: true, waitSeconds: longWaits.seconds };
  const list = busy.slice(0, 5).map(({ asset, reason }) => `${asset} (${reason})`);
  throw new PromotionError('Promotion.Transient', {
    code: 'TableNotActive',
    message: `${busy.length} tables are not rolled back after a day: ${list.join(', ')}`,
    resolution: 'look at the tables in the destination account, then start the rollback again',
  });
}

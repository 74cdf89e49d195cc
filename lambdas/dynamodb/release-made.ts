import { DeleteResourcePolicyCommand, type DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import type { JournalEntry } from '../core/journal.ts';
import { sameJson } from '../core/json.ts';
import { attempt, errorCode, named } from '../core/retry.ts';
import { removeAutoscaling } from './autoscaling.ts';
import type { ResourcePolicy } from './definition.ts';
import { lastOf } from './ownership.ts';
import { policyText } from './policy-text.ts';
import type { TableState } from './read-table.ts';
import { readResourcePolicy } from './resource-policy.ts';
import { refusable } from './undo-apart.ts';
import type { Undoing, Undone } from './undone.ts';

/** What a promotion itself has put on its table and what would stand in the way of its removal, or outlive it. */
type Hold = 'autoscaling' | 'deletionProtection' | 'resourcePolicy';

/** For so long a call may still be refused by a policy that was taken off: policies come into force with a delay. */
const policyMilliseconds = 60_000;

/** A table whose removal has to be made possible. */
export interface Held {
  readonly undoing: Undoing;
  readonly asset: string;
  /** The entry by which the promotion made it. */
  readonly begun: JournalEntry;
  readonly found: TableState;
}

/**
 * Takes off what the promotion itself has put on a table that it made, so that it can be removed: one step a call, and
 * `released` when nothing is left to take off. Protection that somebody else has put on is a wish to keep the table; a
 * policy that somebody else has changed is left, and the removal is tried under it.
 */
export async function releaseMade(held: Held): Promise<Undone | 'released'> {
  const { undoing, asset, found } = held;
  const { dynamodb, autoscaling } = undoing.clients;
  const entries = entriesOf(held);
  const { table } = found.definition;
  if (table.DeletionProtectionEnabled && !protectedByUs(entries)) {
    return { asset, outcome: 'left', reason: 'somebody has put deletion protection on it since' };
  }
  if (lastOf(entries, ['autoscaling'])) {
    // Targets outlive their table, and would scale the next one of its name.
    const indexes = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
    await release(held, 'autoscaling', async () => {
      await removeAutoscaling(autoscaling, asset, indexes);
      return 'done';
    });
  }
  if (lastOf(entries, ['resourcePolicy'])) {
    const policy = await policyOf(dynamodb, found);
    if (policy && isPutByUs(entries, policy)) {
      const command = new DeleteResourcePolicyCommand({ ResourceArn: found.arn });
      await release(held, 'resourcePolicy', () => unlessBusy(asset, () => dynamodb.send(command)));
      return { asset, outcome: 'busy', reason: 'its resource policy is being taken off' };
    }
  }
  if (table.DeletionProtectionEnabled) {
    const command = new UpdateTableCommand({ TableName: asset, DeletionProtectionEnabled: false });
    await release(held, 'deletionProtection', () => unlessBusy(asset, () => dynamodb.send(command)));
    return { asset, outcome: 'busy', reason: 'its protection is being taken off' };
  }
  return 'released';
}

/**
 * What a refused removal comes to because of a resource policy: `busy` as long as our own, taken off, may still have
 * its effect, `left` under one that somebody else has put on; null where no policy can be the cause.
 */
export async function heldByPolicy(held: Held): Promise<Pick<Undone, 'outcome' | 'reason'> | null> {
  const { undoing, found } = held;
  const released = ownReleases(held).findLast((one) => holdOf(one) === 'resourcePolicy');
  if (released && Date.now() - Date.parse(released.at) < policyMilliseconds) {
    return { outcome: 'busy', reason: 'its resource policy has been taken off, and still denies its removal' };
  }
  if (!(await policyOf(undoing.clients.dynamodb, found))) return null;
  return {
    outcome: 'left',
    reason: 'somebody has put another resource policy on it since, and its removal is denied',
  };
}

/** Makes a call between an intent and a result of its own, which each run notes once. */
async function release(held: Held, hold: Hold, call: () => Promise<'done' | 'busy'>): Promise<void> {
  const { undoing, asset } = held;
  const { journal } = undoing;
  const entry = { asset, step: 'release', before: { hold } } as const;
  const isNoted = (phase: JournalEntry['phase']) =>
    ownReleases(held).some((one) => one.phase === phase && holdOf(one) === hold);
  if (!isNoted('intent')) await journal.append({ ...entry, phase: 'intent' });
  const ended = await refusable(undoing, asset, entry.step, call);
  if (ended === 'done' && !isNoted('result')) await journal.append({ ...entry, phase: 'result', after: null });
}

function entriesOf({ undoing, asset, begun }: Held): readonly JournalEntry[] {
  const entries = undoing.journal.of(asset);
  return entries.slice(entries.indexOf(begun));
}

/** What this run has noted of what it took off. */
function ownReleases(held: Held): readonly JournalEntry[] {
  const { promotionExecution } = held.undoing.holder;
  return entriesOf(held).filter(({ step, execution }) => step === 'release' && execution === promotionExecution);
}

function holdOf({ before }: JournalEntry): Hold | undefined {
  return (before as { hold?: Hold } | undefined)?.hold;
}

/** A table that is just being changed, or has just gone, is looked at again. */
async function unlessBusy(asset: string, call: () => Promise<unknown>): Promise<'done' | 'busy'> {
  try {
    await attempt(call);
    return 'done';
  } catch (error) {
    const busyCodes = ['ResourceNotFoundException', 'ResourceInUseException', 'LimitExceededException'];
    if (busyCodes.includes(errorCode(error))) return 'busy';
    throw named(error, `taking off what is in the way of removing table ${asset}`);
  }
}

async function policyOf(client: DynamoDBClient, { arn }: TableState): Promise<ResourcePolicy | null> {
  try {
    return await readResourcePolicy(client, arn);
  } catch (error) {
    if (errorCode(error) === 'ResourceNotFoundException') return null;
    throw named(error, `reading the resource policy of ${arn}`);
  }
}

/** True for the very policy that the promotion put on; of one whose answer was lost the intent has the text. */
function isPutByUs(entries: readonly JournalEntry[], policy: ResourcePolicy): boolean {
  return sameJson(lastOf(entries, ['resourcePolicy'])?.after ?? null, [policyText(policy)]);
}

/** Protection that the promotion did not carry over itself is somebody's wish to keep the table. */
function protectedByUs(entries: readonly JournalEntry[]): boolean {
  const last = lastOf(entries, ['deletionProtection']);
  return last?.phase === 'result' && last.after === true;
}

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { eachOf } from '../core/artefacts.ts';
import { type ErrorName, errorNames, PromotionError } from '../core/errors.ts';
import type { Surroundings } from '../core/handler.ts';
import { type Journal, openJournal } from '../core/journal.ts';
import { keys } from '../core/keys.ts';
import { assertLock, joinLock } from '../core/lock.ts';
import { readBundle } from './bundle.ts';
import { type Checkpoint, sumItems } from './checkpoint.ts';
import type { Progress, WorkerInput } from './contracts.ts';
import type { TableDefinition } from './definition.ts';
import { type PlanAsset, readPlan } from './plan-file.ts';
import { readTable } from './read-table.ts';
import { readProgress } from './rounds.ts';
import { holderOf, readRun, tableClient } from './run.ts';
import { applySetting, nextSetting } from './settings.ts';
import { throughput } from './throughput.ts';

const waitSeconds = 5;
/** 720 · 5 s = one hour. */
const pollsUntilStuck = 720;

const outcomes = { create: 'created', adopt: 'adopted', update: 'updated' } as const;

/**
 * Gives every wholly copied table its last settings and notes it as complete. Tables whose copy failed are left as they
 * are, to be gone on with; their error is raised after the others are complete.
 */
export async function finalize(input: WorkerInput, surroundings: Surroundings): Promise<Progress> {
  const run = await readRun(surroundings, input.request);
  const { artefacts } = surroundings;
  const holder = holderOf(run, input.promotionExecution);
  await joinLock(artefacts, holder, input.execution);
  const [document, bundle, journal, progress, client] = await Promise.all([
    readPlan(artefacts, run.promotionId),
    readBundle(surroundings, run),
    openJournal(artefacts, { ...run, kind: 'dynamodb', execution: input.promotionExecution }),
    readProgress(artefacts, run.promotionId, 'import', ''),
    tableClient(surroundings, run, 'destination'),
  ]);
  await assertLock(artefacts, holder);

  const due = document.assets.filter(({ action }) => action in outcomes);
  const copied = due.filter(({ destination }) => isCopied(progress.get(destination)));
  const settled = await eachOf(copied, 8, async (planned) => {
    const wanted = bundle.tables.find(({ as }) => as === planned.destination)?.file.content;
    const items = sumItems(progress.get(planned.destination) ?? []);
    return await settle(client, journal, planned, wanted, items);
  });
  if (settled.includes(false)) {
    if (input.polls < pollsUntilStuck) return { more: true, waitSeconds };
    throw new PromotionError('Promotion.Transient', {
      code: 'TableNotActive',
      message: `settings of ${settled.filter((done) => !done).length} tables were not taken within an hour`,
      resolution: 'look at the tables in the destination account, then start again',
    });
  }
  if (due.length > 0) {
    const samples = throughput([...progress.values()].flat());
    await artefacts.write(keys.work(run.promotionId, 'dynamodb', 'import', 'throughput.json'), samples);
  }
  const unfinished = due.filter((planned) => !copied.includes(planned));
  if (unfinished.length > 0) throw copyFailed(unfinished, progress);
  return { more: false, waitSeconds: 0 };
}

/** One step towards the final table; true when there is none left and the journal says so. */
async function settle(
  client: DynamoDBClient,
  journal: Journal,
  planned: PlanAsset,
  wanted: TableDefinition | undefined,
  items: object,
): Promise<boolean> {
  const as = planned.destination;
  const state = await readTable(client, as);
  if (!state || !wanted) {
    throw new PromotionError('Promotion.Conflict', {
      code: 'DestinationChanged',
      message: `table ${as} has gone while it was being filled`,
      resolution: 'start again, so that a new plan is made',
    });
  }
  if (!state.active) return false;
  // A table that was there before keeps its own settings.
  const setting = planned.action === 'create' ? nextSetting(wanted, state.definition) : null;
  if (setting) {
    const entry = { asset: as, step: setting.step };
    await journal.append({ ...entry, phase: 'intent', before: setting.read(state.definition) });
    if ((await applySetting(client, as, setting, wanted)) === 'applied') {
      await journal.append({ ...entry, phase: 'result', after: setting.read(wanted) });
    }
    return false;
  }
  if (!isComplete(journal, planned, state.id)) {
    const outcome = outcomes[planned.action as keyof typeof outcomes];
    const after = { bundleSha256: planned.bundleSha256, id: state.id, outcome, items };
    await journal.append({ asset: as, step: 'complete', phase: 'result', after });
  }
  return true;
}

function isComplete(journal: Journal, planned: PlanAsset, id: string): boolean {
  return journal
    .of(planned.destination)
    .some(({ step, after }) => step === 'complete' && (after as { id?: string }).id === id);
}

function isCopied(checkpoints: readonly Checkpoint[] | undefined): boolean {
  return checkpoints !== undefined && checkpoints.length > 0 && checkpoints.every(({ done }) => done);
}

function copyFailed(unfinished: readonly PlanAsset[], progress: Map<string, Checkpoint[]>): PromotionError {
  const open = unfinished.flatMap(({ destination }) => (progress.get(destination) ?? []).filter(({ done }) => !done));
  const failure = open.find((checkpoint) => checkpoint.failure)?.failure;
  const name = (errorNames as readonly string[]).includes(failure?.error ?? '')
    ? (failure?.error as ErrorName)
    : 'Promotion.Transient';
  const tables = unfinished.slice(0, 5).map(({ destination }) => destination);
  return new PromotionError(name, {
    code: 'CopyIncomplete',
    message: `${unfinished.length} tables are not wholly copied (${tables.join(', ')}), ${open.length} groups of segments are open; the first says ${failure?.error ?? 'nothing'}: ${failure?.cause ?? ''}`,
    count: unfinished.length,
    resolution: 'remove the cause, then start the promotion again; it goes on where it stands',
  });
}

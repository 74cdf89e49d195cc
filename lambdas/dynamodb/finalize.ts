import { eachOf } from '../core/each-of.ts';
import { type ErrorName, errorNames, PromotionError } from '../core/errors.ts';
import type { Surroundings } from '../core/handler.ts';
import { type Journal, openJournal } from '../core/journal.ts';
import { keys } from '../core/keys.ts';
import { joinLock } from '../core/lock.ts';
import { readBundle } from './bundle.ts';
import { type Checkpoint, sumItems } from './checkpoint.ts';
import type { Progress, WorkerInput } from './contracts.ts';
import type { TableDefinition } from './definition.ts';
import { type PlanAsset, readPlan } from './plan-file.ts';
import { readWholeTable } from './read-table.ts';
import { readProgress } from './rounds.ts';
import { holderOf, readRun } from './run.ts';
import { applySetting, pendingSettings, type Setting } from './settings.ts';
import { type TableClients, tableClients } from './table-clients.ts';
import { throughput } from './throughput.ts';
import { isTransferred } from './transfer/pace.ts';
import { exportedAt, importedItems } from './transfer/stage.ts';
import { wantedTable } from './wanted.ts';

const waitSeconds = 5;
/** 720 · 5 s = one hour. */
const pollsUntilStuck = 720;

const outcomes = { create: 'created', adopt: 'adopted', update: 'updated', replace: 'replaced' } as const;

/**
 * Gives every wholly copied table its last settings and notes it as complete. Tables whose copy failed are left as they
 * are, to be gone on with; their error is raised after the others are complete.
 */
export async function finalize(input: WorkerInput, surroundings: Surroundings): Promise<Progress> {
  const run = await readRun(surroundings, input.request);
  const { artefacts } = surroundings;
  const holder = holderOf(run, input.promotionExecution);
  const [document, bundle, journal, progress, settingClients] = await Promise.all([
    readPlan(artefacts, run.promotionId),
    readBundle(surroundings, run),
    openJournal(artefacts, { ...run, kind: 'dynamodb', execution: input.promotionExecution }),
    readProgress(artefacts, run.promotionId, 'import', ''),
    tableClients(surroundings, run, 'destination'),
  ]);
  await joinLock(artefacts, holder, input.execution);

  const due = document.assets.filter(({ action }) => action in outcomes);
  const items = new Map(due.map((planned) => [planned, copiedItems(planned, journal, progress)]));
  const copied = due.filter((planned) => items.get(planned));
  const settled = await eachOf(copied, 8, async (planned) => {
    const table = bundle.tables.find(({ as }) => as === planned.destination);
    const wanted = table && wantedTable(surroundings, run, table).definition;
    return await settle(settingClients, journal, planned, wanted, items.get(planned) ?? {});
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

/** Goes towards the final table as far as it can without waiting; true when nothing is left and the journal says so. */
async function settle(
  clients: TableClients,
  journal: Journal,
  planned: PlanAsset,
  wanted: TableDefinition | undefined,
  items: object,
): Promise<boolean> {
  const asset = planned.destination;
  const applied = new Set<Setting>();
  for (;;) {
    const state = await readWholeTable(clients, asset);
    if (!state || !wanted) throw hasGone(asset);
    if (!state.active) return false;
    // A table that was there before keeps its own settings.
    const made = planned.action === 'create' || planned.action === 'replace';
    const pending = made ? pendingSettings(wanted, state.definition) : [];
    if (pending.length === 0) {
      if (!isComplete(journal, planned, state.id)) {
        const outcome = outcomes[planned.action as keyof typeof outcomes];
        const exported = exportedAt(journal.of(asset));
        const source = exported === null ? {} : { exportedAt: exported };
        const after = { bundleSha256: planned.bundleSha256, id: state.id, outcome, items, ...source };
        await journal.append({ asset, step: 'complete', phase: 'result', after });
      }
      return true;
    }
    for (const setting of pending) {
      // Applied before and not to be seen yet: some reads follow the writes by seconds.
      if (applied.has(setting)) return false;
      // The intent has what is wanted too: a rollback knows what we put even where the answer was lost.
      const entry = { asset, step: setting.step, after: setting.read(wanted) };
      await journal.append({ ...entry, phase: 'intent', before: setting.read(state.definition) });
      if ((await applySetting(clients, state, setting, wanted)) === 'busy') return false;
      await journal.append({ ...entry, phase: 'result' });
      applied.add(setting);
      if (setting.occupies) break;
    }
  }
}

function hasGone(table: string): PromotionError {
  return new PromotionError('Promotion.Conflict', {
    code: 'DestinationChanged',
    message: `table ${table} has gone while it was being filled`,
    resolution: 'start again, so that a new plan is made',
  });
}

function isComplete(journal: Journal, planned: PlanAsset, id: string): boolean {
  return journal
    .of(planned.destination)
    .some(({ step, after }) => step === 'complete' && (after as { id?: string }).id === id);
}

/** Counts of a table that has all its items; null for one that has not. */
function copiedItems(planned: PlanAsset, journal: Journal, progress: Map<string, Checkpoint[]>): object | null {
  const { destination } = planned;
  if (isTransferred(planned)) return importedItems(journal.of(destination));
  const checkpoints = progress.get(destination) ?? [];
  return checkpoints.length > 0 && checkpoints.every(({ done }) => done) ? sumItems(checkpoints) : null;
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

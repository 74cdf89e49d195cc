import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { eachOf } from '../core/each-of.ts';
import { isRetried, PromotionError } from '../core/errors.ts';
import type { Surroundings } from '../core/handler.ts';
import { isComplete, type Journal, openJournal } from '../core/journal.ts';
import { joinLock } from '../core/lock.ts';
import { type BundledTable, readBundle } from './bundle.ts';
import type { Progress, Round, WorkerInput } from './contracts.ts';
import { createTable } from './create-table.ts';
import type { TableDefinition } from './definition.ts';
import { changedSincePlan } from './destination-changed.ts';
import { beginnings, idOf, lastOf, ownership } from './ownership.ts';
import { type PlanAsset, readPlan } from './plan-file.ts';
import { describeTable, isActive, readTable, type TableState } from './read-table.ts';
import { clearName, type Replacing } from './replace.ts';
import { freezeSegments, writeFirstRound } from './rounds.ts';
import { holderOf, readRun } from './run.ts';
import { segmentedTables } from './segmented-tables.ts';
import { tableArn } from './table-arn.ts';
import { tableClients } from './table-clients.ts';
import { isTransferred, type Pace, paceOf } from './transfer/pace.ts';
import { transferTable } from './transfer/transfer-table.ts';
import { wantedTable } from './wanted.ts';

/** What a table to be filled is, once it is there. */
interface Prepared {
  readonly planned: PlanAsset;
  readonly table: BundledTable;
  readonly wanted: TableDefinition;
  readonly state: Made | null;
}

type Made = Pick<TableState, 'id' | 'status' | 'active'>;

/**
 * Makes the planned tables and waits until they and all their indexes can be written, then lists the segments to copy.
 * Intent before the call, result after it: a create whose answer was lost is settled by looking.
 */
export async function prepare(input: WorkerInput, surroundings: Surroundings): Promise<Progress & Round> {
  const run = await readRun(surroundings, input.request);
  const { artefacts } = surroundings;
  const holder = holderOf(run, input.promotionExecution);
  const [document, bundle, journal, clients] = await Promise.all([
    readPlan(artefacts, run.promotionId),
    readBundle(surroundings, run),
    openJournal(artefacts, { ...run, kind: 'dynamodb', execution: input.promotionExecution }),
    tableClients(surroundings, run, 'destination'),
  ]);
  await joinLock(artefacts, holder, input.execution);

  const replacing: Replacing = {
    clients,
    journal,
    promotionId: run.promotionId,
    promotionExecution: input.promotionExecution,
  };
  const due = document.assets.filter(({ action }) => (beginnings as readonly string[]).includes(action));
  const prepared = await eachOf(due, 8, async (planned): Promise<Prepared> => {
    const table = bundle.tables.find(({ as }) => as === planned.destination);
    if (!table || table.file.sha256 !== planned.bundleSha256) throw planOutdated(planned);
    const wanted = wantedTable(surroundings, run, table).definition;
    if (isTransferred(planned)) {
      const state = await transferTable({ surroundings, run, journal, destination: clients.dynamodb, planned, wanted });
      return { planned, table, wanted, state };
    }
    const sourceArn = tableArn(surroundings.environments, run.source, planned.asset);
    return { planned, table, wanted, state: await ensureTable(replacing, planned, wanted, sourceArn) };
  });

  const waiting = prepared.filter(({ state }) => !state?.active);
  if (waiting.length > 0) {
    const pace = paceOf(waiting.map(({ planned }) => planned));
    if (input.polls >= pace.polls) throw stuck(waiting, pace);
    return { more: true, waitSeconds: pace.waitSeconds, segments: null, concurrency: 1, round: 0 };
  }
  const copied = prepared.filter(({ planned }) => !isTransferred(planned));
  const segmented = await segmentedTables(
    surroundings,
    run,
    copied.map(({ planned, table, wanted, state }) => ({
      table,
      wanted,
      tableId: state?.id ?? '',
      bytes: planned.bytes,
      action: planned.action,
    })),
  );
  const list = await freezeSegments(artefacts, run, segmented, { readsDestination: false });
  return { more: false, waitSeconds: 0, ...(await writeFirstRound(artefacts, run.promotionId, 'import', '', list)) };
}

/** Brings one table into being, or notes that it is taken as it is; null while the account is too busy to create it. */
async function ensureTable(
  context: Replacing,
  planned: PlanAsset,
  wanted: TableDefinition,
  sourceArn: string,
): Promise<Made | null> {
  const { journal } = context;
  const client = context.clients.dynamodb;
  const as = planned.destination;
  const step = planned.action;
  const made = await findMade(client, journal, as, step);
  if (made) return made;
  const found = await readTable(client, as);
  const own = found && ownership(journal, as, found, wanted);
  const isInTheWay = step === 'replace' && own?.state !== 'begun';
  if (isInTheWay && !(await clearName(context, planned, found))) return null;
  if (!found) {
    if (step !== 'create' && step !== 'replace') throw changedSincePlan(as, 'is gone');
    const last = lastOf(journal.of(as), [step, 'delete']);
    if (last?.step !== step || last.phase !== 'intent') {
      await journal.append({ asset: as, step, phase: 'intent', before: null });
    }
    const created = await createTable(client, as, wanted, sourceArn).catch(async (error: unknown) => {
      if (error instanceof PromotionError && !isRetried(error)) {
        await journal.append({ asset: as, step, phase: 'refused', after: { code: error.detail.code } });
      }
      throw error;
    });
    if (created.outcome === 'created') {
      await journal.append({ asset: as, step, phase: 'result', after: { id: created.id, arn: created.arn } });
    }
    // Not active yet, or made by a call of ours whose answer was lost: the next poll looks at it.
    return null;
  }
  if (own?.state === 'begun') {
    const begun = lastOf(journal.of(as), [step]);
    if (begun?.phase === 'intent') await journal.append(resultOf(as, step, found));
    return found;
  }
  if (step === 'create' || own?.state === 'complete') throw changedSincePlan(as, 'has appeared');
  await journal.append({ ...resultOf(as, step, found), before: found.definition });
  return found;
}

/** A table whose making the journal has with its id needs no more than its description, however often it is looked at. */
async function findMade(client: DynamoDBClient, journal: Journal, as: string, step: string): Promise<Made | null> {
  const entries = journal.of(as);
  const begun = lastOf(entries, beginnings);
  if (begun?.step !== step || begun.phase !== 'result') return null;
  if (entries.slice(entries.indexOf(begun)).some(isComplete)) return null;
  const description = await describeTable(client, as);
  if (description?.TableId !== idOf(begun)) return null;
  return { id: idOf(begun), status: description.TableStatus ?? '', active: isActive(description) };
}

function resultOf(asset: string, step: string, state: TableState) {
  return { asset, step, phase: 'result' as const, after: { id: state.id, arn: state.arn } };
}

function planOutdated(planned: PlanAsset): PromotionError {
  return new PromotionError('Promotion.Conflict', {
    code: 'PlanOutdated',
    message: `the bundle's file of ${planned.asset} is not the one that the plan was made from`,
    resolution: 'start again, so that a new plan is made',
  });
}

function stuck(waiting: readonly Prepared[], { within }: Pace): PromotionError {
  const list = waiting
    .slice(0, 5)
    .map(({ planned, state }) => `${planned.destination} (${state?.status ?? 'not created'})`);
  return new PromotionError('Promotion.Transient', {
    code: 'TableNotActive',
    message: `${waiting.length} tables did not become active within ${within}: ${list.join(', ')}`,
    resolution: 'look at the tables in the destination account, then start again',
  });
}

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { eachOf } from '../core/artefacts.ts';
import { isRetried, PromotionError } from '../core/errors.ts';
import type { Surroundings } from '../core/handler.ts';
import { type Journal, openJournal } from '../core/journal.ts';
import { assertLock, joinLock } from '../core/lock.ts';
import { type BundledTable, readBundle } from './bundle.ts';
import type { Progress, Round, WorkerInput } from './contracts.ts';
import { createTable } from './create-table.ts';
import { lastOf, ownership } from './ownership.ts';
import { type PlanAsset, readPlan } from './plan-file.ts';
import { readTable, type TableState } from './read-table.ts';
import { freezeSegments, writeRound } from './rounds.ts';
import { holderOf, readRun, tableClient } from './run.ts';
import { tableArn } from './table-arn.ts';

/** Seconds between two looks at tables that are being made; a table takes 5 to 30 seconds, an index rather more. */
const waitSeconds = 5;
/** 720 · 5 s = one hour until a table that is not active counts as stuck. */
const pollsUntilStuck = 720;

/** What a table to be filled is, once it is there. */
interface Prepared {
  readonly planned: PlanAsset;
  readonly table: BundledTable;
  readonly state: TableState | null;
}

/**
 * Makes the planned tables and waits until they and all their indexes can be written, then lists the segments to copy.
 * Intent before the call, result after it: a create whose answer was lost is settled by looking.
 */
export async function prepare(input: WorkerInput, surroundings: Surroundings): Promise<Progress & Round> {
  const run = await readRun(surroundings, input.request);
  const { artefacts } = surroundings;
  const holder = holderOf(run, input.promotionExecution);
  await joinLock(artefacts, holder, input.execution);
  const [document, bundle, journal, client] = await Promise.all([
    readPlan(artefacts, run.promotionId),
    readBundle(surroundings, run),
    openJournal(artefacts, { ...run, kind: 'dynamodb', execution: input.promotionExecution }),
    tableClient(surroundings, run, 'destination'),
  ]);
  await assertLock(artefacts, holder);

  const due = document.assets.filter(({ action }) => action === 'create' || action === 'adopt' || action === 'update');
  const prepared = await eachOf(due, 8, async (planned): Promise<Prepared> => {
    const table = bundle.tables.find(({ as }) => as === planned.destination);
    if (!table || table.file.sha256 !== planned.bundleSha256) throw planOutdated(planned);
    const sourceArn = tableArn(surroundings.environments, run.source, planned.asset);
    return { planned, table, state: await ensureTable(client, journal, planned, table, sourceArn) };
  });

  const waiting = prepared.filter(({ state }) => !state?.active);
  if (waiting.length > 0) {
    if (input.polls >= pollsUntilStuck) throw stuck(waiting);
    return { more: true, waitSeconds, segments: null, concurrency: 1, round: 0 };
  }
  const groups = await freezeSegments(
    artefacts,
    run,
    prepared.map(({ planned, state }) => ({
      table: planned.asset,
      as: planned.destination,
      tableId: state?.id ?? '',
      bytes: planned.bytes,
    })),
  );
  return { more: false, waitSeconds: 0, ...(await writeRound(artefacts, run.promotionId, 'import', '', groups, 0)) };
}

/** Brings one table into being, or notes that it is taken as it is; null while the account is too busy to create it. */
async function ensureTable(
  client: DynamoDBClient,
  journal: Journal,
  planned: PlanAsset,
  table: BundledTable,
  sourceArn: string,
): Promise<TableState | null> {
  const as = planned.destination;
  const step = planned.action;
  const found = await readTable(client, as);
  if (!found) {
    if (step !== 'create') throw changedSincePlan(as, 'is gone');
    if (lastOf(journal.of(as), ['create'])?.phase !== 'intent') {
      await journal.append({ asset: as, step, phase: 'intent', before: null });
    }
    const created = await createTable(client, as, table.file.content, sourceArn).catch(async (error: unknown) => {
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
  const own = ownership(journal, as, found, table.file.content);
  if (own.state === 'begun') {
    const begun = lastOf(journal.of(as), [step]);
    if (begun?.phase === 'intent') await journal.append(resultOf(as, step, found));
    return found;
  }
  if (step === 'create' || own.state === 'complete') throw changedSincePlan(as, 'has appeared');
  await journal.append({ ...resultOf(as, step, found), before: found.definition });
  return found;
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

function changedSincePlan(as: string, what: string): PromotionError {
  return new PromotionError('Promotion.Conflict', {
    code: 'DestinationChanged',
    message: `table ${as} ${what} since the plan was made`,
    resolution: 'start again, so that a new plan is made',
  });
}

function stuck(waiting: readonly Prepared[]): PromotionError {
  const list = waiting
    .slice(0, 5)
    .map(({ planned, state }) => `${planned.destination} (${state?.status ?? 'not created'})`);
  return new PromotionError('Promotion.Transient', {
    code: 'TableNotActive',
    message: `${waiting.length} tables did not become active within an hour: ${list.join(', ')}`,
    resolution: 'look at the tables in the destination account, then start again',
  });
}

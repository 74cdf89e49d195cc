import type * as z from 'zod';
import type { Artefacts } from '../core/artefacts.ts';
import { eachOf } from '../core/each-of.ts';
import { type ErrorName, PromotionError } from '../core/errors.ts';
import type { Surroundings } from '../core/handler.ts';
import { isComplete, type Journal, openJournal } from '../core/journal.ts';
import { keys } from '../core/keys.ts';
import { joinLock } from '../core/lock.ts';
import { readBundle } from './bundle.ts';
import { type Checkpoint, isFinal, sumItems } from './checkpoint.ts';
import type { Progress, Round, verifyInput, WorkerInput } from './contracts.ts';
import { lastOf } from './ownership.ts';
import { describeTable, readWholeTable } from './read-table.ts';
import { mayHaveRepaired } from './repair-note.ts';
import { describeRequest } from './request-words.ts';
import { collectRound, freezeSegments, writeFirstRound } from './rounds.ts';
import { holderOf, isRepair, type Run, readRun } from './run.ts';
import { scopeOf } from './segment-worker.ts';
import { segmentedTables } from './segmented-tables.ts';
import { tableClients } from './table-clients.ts';
import { verdict } from './verdict.ts';
import { verifyFindings } from './verify-findings.ts';
import { wantedTable } from './wanted.ts';

/** Begins a comparison, or goes on after a round of it. */
export async function verify(
  { round, concurrency, ...input }: z.infer<typeof verifyInput>,
  surroundings: Surroundings,
): Promise<Progress & Round> {
  return round === undefined || concurrency === undefined
    ? await startVerification(input, surroundings)
    : await collectVerification(input, { round, concurrency }, surroundings);
}

/** Before the comparison of the items: lists the segments of every table that is there. */
async function startVerification(input: WorkerInput, surroundings: Surroundings): Promise<Progress & Round> {
  const { run, tables, clients } = await open(input, surroundings);
  const { artefacts } = surroundings;
  const ids = await eachOf(tables, 8, async ({ as }) => (await describeTable(clients.dynamodb, as))?.TableId);
  const present = tables.flatMap((table, index) => {
    const tableId = ids[index];
    if (tableId === undefined || run.request.verify === 'none') return [];
    const wanted = wantedTable(surroundings, run, table).definition;
    return [{ table, wanted, tableId, bytes: table.file.statistics.bytes ?? 0, action: 'unchanged' as const }];
  });
  if (isRepair(run)) {
    const journal = await openJournal(artefacts, ownerOf(run, input));
    for (const { table } of present) {
      await journal.append({ asset: table.as, step: 'repair', phase: 'intent', before: null });
    }
  }
  const segmented = await segmentedTables(surroundings, run, present);
  const list = await freezeSegments(artefacts, run, segmented, { readsDestination: true });
  const round = await writeFirstRound(artefacts, run.promotionId, 'verify', scopeOf(input.promotionExecution), list);
  return { more: false, waitSeconds: 0, ...round };
}

/** After a round of comparisons: another round for what is open, else the verdict on every table in `verify/result.json`. */
async function collectVerification(
  input: WorkerInput,
  last: { round: number; concurrency: number },
  surroundings: Surroundings,
): Promise<Progress & Round> {
  const { artefacts } = surroundings;
  const scope = scopeOf(input.promotionExecution);
  const { round, progress } = await collectRound(artefacts, input.promotionId, 'verify', scope, last);
  if (round.segments) return { more: false, waitSeconds: 0, ...round };

  const { run, tables, clients } = await open(input, surroundings);
  const repairs = isRepair(run);
  const journal = await openJournal(artefacts, ownerOf(run, input), repairs ? undefined : isComplete);
  const judged = await eachOf(tables, 8, async (table) => {
    const state = await readWholeTable(clients, table.as);
    const wanted = wantedTable(surroundings, run, table).definition;
    const checkpoints = progress.get(table.as) ?? [];
    const compared = verdict({ run, table, wanted, state, made: isMade(journal, table.as), checkpoints });
    if (repairs && state) await noteRepair(artefacts, journal, { run, scope, as: table.as, id: state.id, checkpoints });
    const { exportedAt = null } = completed(journal, table.as) ?? {};
    const comparison = { run, scope, tableId: state?.id ?? null, compared: checkpoints, exportedAt };
    return { asset: compared, findings: await verifyFindings(artefacts, compared, comparison) };
  });
  await artefacts.write(keys.work(run.promotionId, 'dynamodb', 'verify', 'result.json'), {
    execution: input.promotionExecution,
    changes: describeRequest(run.request),
    assets: judged.map(({ asset }) => asset),
    findings: judged.flatMap(({ findings }) => findings),
  });
  raiseFailure(progress);
  return { more: false, waitSeconds: 0, ...round };
}

/** Closes the intent of a repair; where no worker got as far as to write, nothing was done. */
async function noteRepair(
  artefacts: Artefacts,
  journal: Journal,
  repair: { run: Run; scope: string; as: string; id: string; checkpoints: readonly Checkpoint[] },
): Promise<void> {
  const { run, scope, as, id, checkpoints } = repair;
  const entry = { asset: as, step: 'repair' } as const;
  if (await mayHaveRepaired(artefacts, run.promotionId, scope, as)) {
    await journal.append({ ...entry, phase: 'result', after: { id, items: sumItems(checkpoints).written } });
  } else await journal.append({ ...entry, phase: 'refused', after: { code: 'NothingToRepair' } });
}

/**
 * Raises what ended the comparison of a table for good, under its own name, after all verdicts are written. What another
 * run may do better (throttling) is no more than a table that was not wholly compared.
 */
function raiseFailure(progress: ReadonlyMap<string, readonly Checkpoint[]>): void {
  const failed = [...progress].flatMap(([as, checkpoints]) => {
    const failure = checkpoints.find((checkpoint) => !checkpoint.done && isFinal(checkpoint.failure))?.failure;
    return failure ? [{ as, failure }] : [];
  });
  const [first] = failed;
  if (!first) return;
  const tables = failed.slice(0, 5).map(({ as }) => as);
  throw new PromotionError(first.failure.error as ErrorName, {
    code: 'ComparisonIncomplete',
    message: `${failed.length} tables could not be compared (${tables.join(', ')}); the first says ${first.failure.error}: ${first.failure.cause}`,
    count: failed.length,
    resolution: 'remove the cause, then start mode verify; the report has the verdicts on the other tables',
  });
}

function ownerOf(run: Run, { promotionExecution }: WorkerInput) {
  return { promotionId: run.promotionId, kind: 'dynamodb', execution: promotionExecution } as const;
}

async function open(input: WorkerInput, surroundings: Surroundings) {
  const run = await readRun(surroundings, input.request);
  await joinLock(surroundings.artefacts, holderOf(run, input.promotionExecution), input.execution);
  const [{ tables }, clients] = await Promise.all([
    readBundle(surroundings, run),
    tableClients(surroundings, run, 'destination'),
  ]);
  return { run, tables, clients };
}

/** True unless the promotion found the table there and left its settings as they were, so that they are not compared. */
function isMade(journal: Journal, as: string): boolean {
  const complete = completed(journal, as);
  if (complete) return ['created', 'replaced'].includes(complete.outcome ?? '');
  const begun = lastOf(journal.of(as), ['create', 'adopt', 'update', 'replace']);
  return begun === undefined || begun.step === 'create' || begun.step === 'replace';
}

/** What the journal says of a table that was finished; undefined for one that was not. */
function completed(journal: Journal, as: string): { outcome?: string; exportedAt?: string } | undefined {
  return journal.of(as).findLast(isComplete)?.after as { outcome?: string; exportedAt?: string } | undefined;
}

import { eachOf } from '../core/each-of.ts';
import { PromotionError } from '../core/errors.ts';
import type { Surroundings } from '../core/handler.ts';
import { openJournal } from '../core/journal.ts';
import { keys } from '../core/keys.ts';
import { joinLock } from '../core/lock.ts';
import { readBundle } from './bundle.ts';
import { compileChange } from './change.ts';
import { assertChange, changedTable } from './change-definition.ts';
import type { Progress, WorkerInput } from './contracts.ts';
import { decide } from './decide.ts';
import { type Plan, planMarkdown } from './plan-file.ts';
import { pricesAsOf } from './prices.ts';
import { readWholeTable } from './read-table.ts';
import { describeRequest } from './request-words.ts';
import { holderOf, readRun } from './run.ts';
import { assertScannable } from './scannable.ts';
import { assertSourceKeys } from './source-keys.ts';
import { tableClient, tableClients } from './table-clients.ts';
import { wantedTable } from './wanted.ts';

/** Decides for every table what an import would do, and writes that down; a conflict fails the plan. */
export async function plan(input: WorkerInput, surroundings: Surroundings): Promise<Progress> {
  const run = await readRun(surroundings, input.request);
  const { artefacts, environments } = surroundings;
  const holder = holderOf(run, input.promotionExecution);
  const bundle = await readBundle(surroundings, run);
  const journal = await openJournal(artefacts, { ...run, kind: 'dynamodb', execution: input.promotionExecution });
  const destination = await tableClients(surroundings, run, 'destination');

  for (const { file } of bundle.tables) assertChange(run.request, file.content);
  if (run.request.filter || run.request.projection) {
    const source = await tableClient(surroundings, run, 'source');
    await eachOf(bundle.tables, 8, async ({ table, file }) => {
      await assertScannable(source, table, compileChange(run.request, changedTable(file.content)).restriction);
    });
  }
  const decided = await eachOf(bundle.tables, 8, async (table) => {
    const found = await readWholeTable(destination, table.as);
    const wanted = wantedTable(surroundings, run, table);
    return await decide(destination, { run, environments, table, wanted, found, journal });
  });
  // A bundle that nobody has edited has the key that it was exported with; to plan from it needs no source.
  const doubtful = bundle.tables.filter(({ file }, index) => file.edited && decided[index]?.ways);
  if (doubtful.length > 0) {
    const source = await tableClient(surroundings, run, 'source');
    await eachOf(doubtful, 8, (table) => assertSourceKeys(source, run.bundle, table));
  }
  const document: Plan = {
    promotionId: run.promotionId,
    execution: input.promotionExecution,
    kind: 'dynamodb',
    source: run.source,
    destination: run.destination,
    bundle: run.bundle,
    assets: decided.map(({ asset }) => asset),
    changes: describeRequest(run.request),
    costs: { pricesAsOf, tables: decided.flatMap(({ ways }) => (ways ? [ways] : [])) },
    findings: [...bundle.findings, ...decided.flatMap(({ findings }) => findings)],
  };
  await joinLock(artefacts, holder, input.execution);
  await artefacts.write(keys.plan(run.promotionId, 'dynamodb', 'json'), document);
  await artefacts.write(keys.plan(run.promotionId, 'dynamodb', 'md'), planMarkdown(document));
  assertNoConflict(document);
  return { more: false, waitSeconds: 0 };
}

/** The error has the code of the first table, and says of each kind of conflict what to do. */
function assertNoConflict({ promotionId, assets }: Plan): void {
  const conflicts = assets.filter(({ action }) => action === 'conflict');
  if (conflicts.length === 0) return;
  const list = conflicts.slice(0, 5).map(({ destination, reason }) => `${destination}: ${reason}`);
  const todo = new Set(conflicts.flatMap(({ resolution }) => resolution ?? []));
  throw new PromotionError('Promotion.Conflict', {
    code: conflicts[0]?.conflict ?? 'TableExists',
    message: `${conflicts.length} of ${assets.length} tables cannot be imported: ${list.join('; ')}`,
    count: conflicts.length,
    resolution: `see ${keys.plan(promotionId, 'dynamodb', 'md')}; ${[...todo].join('; ')}`,
  });
}

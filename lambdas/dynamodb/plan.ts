import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { eachOf } from '../core/artefacts.ts';
import type { Finding, PlanAction } from '../core/contracts.ts';
import { PromotionError } from '../core/errors.ts';
import type { Surroundings } from '../core/handler.ts';
import { type Journal, openJournal } from '../core/journal.ts';
import { keys } from '../core/keys.ts';
import { assertLock, joinLock } from '../core/lock.ts';
import { attempt, named } from '../core/retry.ts';
import { type BundledTable, readBundle } from './bundle.ts';
import type { Progress, WorkerInput } from './contracts.ts';
import { type Difference, differences, schemaDifferences } from './definition.ts';
import { ownership } from './ownership.ts';
import { type Plan, type PlanAsset, planMarkdown } from './plan-file.ts';
import { readTable, type TableState } from './read-table.ts';
import { holderOf, type Run, readRun, tableClient } from './run.ts';

/** Decides for every table what an import would do, and writes that down; a conflict fails the plan. */
export async function plan(input: WorkerInput, surroundings: Surroundings): Promise<Progress> {
  const run = await readRun(surroundings, input.request);
  const { artefacts } = surroundings;
  const holder = holderOf(run, input.promotionExecution);
  await joinLock(artefacts, holder, input.execution);
  const bundle = await readBundle(surroundings, run);
  const journal = await openJournal(artefacts, { ...run, kind: 'dynamodb', execution: input.promotionExecution });
  const client = await tableClient(surroundings, run, 'destination');

  const decided = await eachOf(bundle.tables, 8, async (table) => {
    const found = await readTable(client, table.as);
    return await decide(client, run, table, found, journal);
  });
  const document: Plan = {
    promotionId: run.promotionId,
    kind: 'dynamodb',
    source: run.source,
    destination: run.destination,
    bundle: run.bundle,
    assets: decided.map(({ asset }) => asset),
    findings: [...bundle.findings, ...decided.flatMap(({ findings }) => findings)],
  };
  await assertLock(artefacts, holder);
  await artefacts.write(keys.plan(run.promotionId, 'dynamodb', 'json'), document);
  await artefacts.write(keys.plan(run.promotionId, 'dynamodb', 'md'), planMarkdown(document));
  assertNoConflict(document);
  return { more: false, waitSeconds: 0 };
}

interface Decision {
  readonly asset: PlanAsset;
  readonly findings: readonly Finding[];
}

async function decide(
  client: DynamoDBClient,
  run: Run,
  { table, as, file }: BundledTable,
  found: TableState | null,
  journal: Journal,
): Promise<Decision> {
  const wanted = file.content;
  const decision = (
    action: PlanAction,
    reason: string,
    shown: Difference[] = [],
    findings: Finding[] = [],
  ): Decision => ({
    asset: {
      asset: table,
      destination: as,
      action,
      reason,
      bundleSha256: file.sha256,
      items: file.statistics.items ?? 0,
      bytes: file.statistics.bytes ?? 0,
      atLeast: file.statistics.atLeast ?? 0,
      differences: shown,
    },
    findings,
  });
  if (!found) return decision('create', 'the destination has no such table');

  const own = ownership(journal, as, found, wanted);
  if (own.state === 'complete') {
    const drift = differences(wanted, found.definition);
    return own.bundleSha256 === file.sha256
      ? decision('unchanged', 'this promotion has done it', drift)
      : decision('conflict', 'this promotion made it from another definition', drift);
  }
  if (own.state === 'begun') return decision(own.action, 'this promotion has begun it and goes on');

  const { existing } = run.request;
  if (existing === 'fail') return decision('conflict', `the table exists and existing is "fail"`);
  const schema = schemaDifferences(wanted, found.definition);
  if (schema.length > 0) return decision('conflict', 'the table has other keys or indexes', schema);
  if (!found.active) return decision('conflict', `the table is ${found.status}`);
  const settings = settingsFinding(as, differences(wanted, found.definition));
  if (existing === 'merge') {
    return decision('update', 'items that differ are written, others are left', [], settings);
  }
  return (await isEmpty(client, as))
    ? decision('adopt', 'the table is empty and has the same keys and indexes', [], settings)
    : decision('conflict', 'the table has items and existing is "adopt"');
}

function settingsFinding(as: string, found: readonly Difference[]): Finding[] {
  if (found.length === 0) return [];
  const list = found.map(({ path, wanted, found }) => `${path} (source ${wanted}, here ${found})`).join(', ');
  return [{ code: 'SettingsKept', asset: as, message: `${as} keeps its own settings: ${list}` }];
}

/** One strongly consistent read: the item count of the description may be six hours old. */
async function isEmpty(client: DynamoDBClient, table: string): Promise<boolean> {
  const page = await attempt(
    () => client.send(new ScanCommand({ TableName: table, Limit: 1, ConsistentRead: true, Select: 'COUNT' })),
    { check: ({ Count }) => (Count === undefined ? `dynamodb answered no count of ${table}` : null) },
  ).catch((error: unknown) => {
    throw named(error, `looking whether ${table} is empty`);
  });
  return page.Count === 0 && !page.LastEvaluatedKey;
}

function assertNoConflict(document: Plan): void {
  const conflicts = document.assets.filter(({ action }) => action === 'conflict');
  if (conflicts.length === 0) return;
  const list = conflicts.slice(0, 5).map(({ destination, reason }) => `${destination}: ${reason}`);
  throw new PromotionError('Promotion.Conflict', {
    code: 'TableExists',
    message: `${conflicts.length} of ${document.assets.length} tables cannot be imported: ${list.join('; ')}`,
    count: conflicts.length,
    resolution: `see ${keys.plan(document.promotionId, 'dynamodb', 'md')}; remove the table, name another, or choose existing adopt or merge`,
  });
}

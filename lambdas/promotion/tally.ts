import * as z from 'zod';
import type { Artefacts } from '../core/artefacts.ts';
import { type Counts, type Kind, planActions, type Verb } from '../core/contracts.ts';
import { changedBy, isComplete, type Journal, openJournal } from '../core/journal.ts';
import { keys } from '../core/keys.ts';
import { readOwn } from '../core/problems.ts';
import type { RequestFile } from './contracts.ts';
import type { AssetOutcome, ReportAsset, ReportKind } from './report-file.ts';

const differencesPart = z.array(z.object({ path: z.string(), wanted: z.string(), found: z.string() }));
const findingsPart = z.array(z.object({ code: z.string(), asset: z.string().optional(), message: z.string() }));
const itemsPart = z.record(z.string(), z.number());

/** What every kind's plan has in common. */
const planPart = z.object({
  assets: z.array(
    z.object({
      asset: z.string(),
      destination: z.string(),
      action: z.enum(planActions),
      reason: z.string(),
      differences: differencesPart.default([]),
    }),
  ),
  findings: findingsPart,
});

/** What every kind's verification has in common. */
const verifyPart = z.object({
  assets: z.array(
    z.object({
      asset: z.string(),
      destination: z.string(),
      verified: z.boolean().nullable(),
      reason: z.string(),
      items: itemsPart.optional(),
      differences: differencesPart.default([]),
      examples: z.array(z.object({ problem: z.string(), key: z.unknown() })).default([]),
    }),
  ),
  findings: findingsPart.default([]),
});
type Verified = z.infer<typeof verifyPart>['assets'][number];

/** What every kind's rollback has in common. */
const rollbackPart = z.object({
  assets: z.array(z.object({ asset: z.string(), outcome: z.string(), reason: z.string() })),
  findings: findingsPart,
});

const throughputPart = z.array(z.object({ at: z.string(), items: z.number() }));

const completed = z.object({
  outcome: z.enum(['created', 'updated', 'replaced', 'adopted']),
  items: itemsPart.optional(),
});

/** The run that is tallied. */
export interface TalliedRun {
  readonly request: RequestFile;
  readonly execution: string;
  /** Verbs of this kind that were begun, in order. */
  readonly verbs: readonly Verb[];
  /** Verbs of this kind that ended without an error. */
  readonly ended: readonly Verb[];
}

/**
 * Adds up what became of a kind's assets: the plan says which there are, the journal what was really done to each, the
 * comparison whether it is right. Only files that this run wrote count; those of earlier runs lie beside them.
 */
export async function tally(
  artefacts: Artefacts,
  kind: Kind,
  run: TalliedRun,
): Promise<{ result: ReportKind; changed: boolean }> {
  const { request, execution, verbs } = run;
  const read = async <T>(key: string, schema: z.ZodType<T>): Promise<T | null> => {
    const found = await artefacts.read(key);
    return found && readOwn(schema, key, found.text);
  };
  const planned = verbs.includes('plan')
    ? await planOf(run, () => read(keys.plan(request.promotionId, kind, 'json'), planPart))
    : null;
  const verified = run.ended.includes('verify')
    ? await read(keys.work(request.promotionId, kind, 'verify', 'result.json'), verifyPart)
    : null;
  const undone = run.ended.includes('rollback')
    ? await read(keys.work(request.promotionId, kind, 'rollback', 'result.json'), rollbackPart)
    : null;
  const throughput = run.ended.includes('import')
    ? await read(keys.work(request.promotionId, kind, 'import', 'throughput.json'), throughputPart)
    : null;
  const owner = verbs.includes('rollback') ? request.bundle : request.promotionId;
  const journal = await openJournal(artefacts, { promotionId: owner, kind, execution }, isComplete);
  const changed = changedBy(journal, execution);

  const comparisons = new Map((verified?.assets ?? []).map((asset) => [asset.destination, asset]));
  const assets = planned
    ? planned.assets.map((asset) => importedAsset(asset, journal, run, comparisons.get(asset.destination)))
    : [...(verified?.assets ?? []).map(comparedAsset), ...(undone?.assets ?? []).map(undoneAsset)];
  const findings = [
    ...(planned?.findings ?? []),
    ...assets.flatMap((asset) => rejectedFinding(request.promotionId, kind, asset)),
    ...(verified?.findings ?? []),
    ...(undone?.findings ?? []),
  ];
  const items = sumOf(assets.flatMap(({ items: counted }) => (counted ? [counted] : [])));
  const curve = throughput && items?.read ? { throughput } : {};
  return { result: { counts: countsOf(assets), ...(items ? { items } : {}), ...curve, assets, findings }, changed };
}

/** A plan that failed may have been written before it failed (a conflict), or be an earlier run's. */
async function planOf<T extends { assets: readonly { action: string }[] }>(
  run: TalliedRun,
  read: () => Promise<T | null>,
): Promise<T | null> {
  const plan = await read();
  if (run.ended.includes('plan')) return plan;
  return plan?.assets.some(({ action }) => action === 'conflict') ? plan : null;
}

const wouldBe: Record<(typeof planActions)[number], AssetOutcome> = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  adopt: 'adopted',
  unchanged: 'unchanged',
  skip: 'skipped',
  unsupported: 'skipped',
  conflict: 'failed',
};

type Planned = z.infer<typeof planPart>['assets'][number];

function importedAsset(
  planned: Planned,
  journal: Journal,
  run: TalliedRun,
  compared: Verified | undefined,
): ReportAsset {
  const { asset, destination, action, reason } = planned;
  const intended = wouldBe[action];
  const touches = !['unchanged', 'skipped', 'failed'].includes(intended);
  const entry = journal.of(destination).findLast(isComplete);
  const done = entry && completed.safeParse(entry.after).data;
  // In mode plan the outcomes are what an import would come to; in every other, a thing is done only if the journal says so.
  const isDone = run.request.mode === 'plan' || !touches || (done && entry.execution === run.execution);
  const outcome = isDone ? intended : 'failed';
  // What a comparison found says more than why the plan wanted it, when they differ or when something was left.
  const found = compared && (!compared.verified || compared.items?.extra) ? compared.reason : undefined;
  const items = { ...(touches ? done?.items : undefined), ...comparison(compared?.items) };
  return {
    asset,
    destination,
    action,
    outcome,
    reason: outcome === 'failed' && intended !== 'failed' ? 'the import did not complete it' : (found ?? reason),
    verified: compared?.verified ?? null,
    ...(Object.keys(items).length > 0 ? { items: { ...zeroItems, ...items } } : {}),
    differences: [...(compared?.differences ?? planned.differences)],
    examples: compared?.examples ?? [],
  };
}

function rejectedFinding(promotionId: string, kind: Kind, { asset, destination, items }: ReportAsset) {
  const rejected = items?.rejected ?? 0;
  if (rejected === 0) return [];
  const place = keys.work(promotionId, kind, 'import', `rejects/${destination}/`);
  const message = `${rejected} items of ${asset} could not be written; they are listed in ${place}, each with the reason`;
  return [{ code: 'ItemsRejected', asset, message }];
}

const zeroItems = { read: 0, written: 0, rejected: 0, compared: 0, missing: 0, extra: 0, different: 0 };

/** The counts that a comparison makes; the others are the copy's. */
function comparison(items: Readonly<Record<string, number>> | undefined): Record<string, number> {
  const names = ['compared', 'missing', 'extra', 'different'];
  return Object.fromEntries(Object.entries(items ?? {}).filter(([name]) => names.includes(name)));
}

function comparedAsset({ asset, destination, verified, reason, items, differences, examples }: Verified): ReportAsset {
  // What a comparison wrote is a repair.
  const counted = items ? { items: { ...zeroItems, ...comparison(items), written: items.written ?? 0 } } : {};
  return {
    asset,
    destination,
    action: null,
    outcome: 'unchanged',
    reason,
    verified,
    ...counted,
    differences,
    examples,
  };
}

/** What has gone or is as it was counts as unchanged: this run had nothing to do with it. */
const takenBack: Readonly<Record<string, AssetOutcome>> = {
  removed: 'updated',
  restored: 'updated',
  gone: 'unchanged',
};

function undoneAsset({ asset, outcome, reason }: z.infer<typeof rollbackPart>['assets'][number]): ReportAsset {
  const ended = takenBack[outcome] ?? 'skipped';
  return {
    asset,
    destination: asset,
    action: null,
    outcome: ended,
    reason,
    verified: null,
    differences: [],
    examples: [],
  };
}

function countsOf(assets: readonly ReportAsset[]): Counts {
  const count = (outcome: AssetOutcome) => assets.filter((asset) => asset.outcome === outcome).length;
  return {
    planned: assets.length,
    created: count('created'),
    updated: count('updated'),
    replaced: count('replaced'),
    adopted: count('adopted'),
    unchanged: count('unchanged'),
    skipped: count('skipped'),
    failed: count('failed'),
    verified: assets.filter(({ verified }) => verified === true).length,
    mismatched: assets.filter(({ verified }) => verified === false).length,
  };
}

function sumOf(all: readonly Readonly<Record<string, number>>[]): Record<string, number> | null {
  if (all.length === 0) return null;
  const sum: Record<string, number> = {};
  for (const items of all) for (const [name, count] of Object.entries(items)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

import type * as z from 'zod';
import type { Artefacts } from '../core/artefacts.ts';
import type { Counts, Kind, Verb } from '../core/contracts.ts';
import { changedBy, isComplete, openJournal } from '../core/journal.ts';
import { keys } from '../core/keys.ts';
import { readOwn } from '../core/problems.ts';
import type { RequestFile } from './contracts.ts';
import type { AssetOutcome, ReportAsset, ReportKind } from './report-file.ts';
import { comparedAsset, importedAsset, undoneAsset } from './tally-assets.ts';
import { planPart, rollbackPart, throughputPart, verifyPart } from './tally-files.ts';

type PlanPart = z.infer<typeof planPart>;

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
  const verified = verbs.includes('verify')
    ? await verdictsOf(run, () => read(keys.work(request.promotionId, kind, 'verify', 'result.json'), verifyPart))
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
  const hindrance = planned && hindranceOf(run, planned);
  const { mode } = request;
  const assets = planned
    ? planned.assets.map((asset) => {
        const compared = comparisons.get(asset.destination);
        return importedAsset(asset, { journal, execution, mode, hindrance, compared });
      })
    : [...(verified?.assets ?? []).map(comparedAsset), ...(undone?.assets ?? []).map(undoneAsset)];
  const findings = [
    ...(planned?.findings ?? []),
    // What a comparison alone could not write, its own findings tell.
    ...(planned ? assets.flatMap((asset) => rejectedFinding(request.promotionId, kind, asset)) : []),
    ...(verified?.findings ?? []),
    ...(undone?.findings ?? []),
  ];
  const items = sumOf(assets.flatMap(({ items: counted }) => (counted ? [counted] : [])));
  const curve = throughput && items?.read ? { throughput } : {};
  const changes = planned?.changes ?? verified?.changes ?? [];
  const result = { counts: countsOf(assets), ...(items ? { items } : {}), ...curve, changes, assets, findings };
  return { result, changed };
}

/** A plan that failed on conflicts was written before it did; any other that lies there is an earlier run's. */
async function planOf(run: TalliedRun, read: () => Promise<PlanPart | null>): Promise<PlanPart | null> {
  const plan = await read();
  if (run.ended.includes('plan') || !plan) return plan;
  return plan.execution === run.execution && conflictsIn(plan).length > 0 ? plan : null;
}

type VerifyPart = z.infer<typeof verifyPart>;

/** A comparison that fails for some tables has written its verdicts before; what any other run wrote does not count. */
async function verdictsOf(run: TalliedRun, read: () => Promise<VerifyPart | null>): Promise<VerifyPart | null> {
  const found = await read();
  return run.ended.includes('verify') || found?.execution === run.execution ? found : null;
}

const conflictsIn = ({ assets }: PlanPart) => assets.filter(({ action }) => action === 'conflict');

/** One conflict keeps all assets of all kinds from being imported. */
function hindranceOf({ request, verbs }: TalliedRun, plan: PlanPart): string | null {
  const [first, ...others] = conflictsIn(plan);
  if (first) {
    const more = others.length > 0 ? ` and ${others.length} more` : '';
    return `nothing is imported, because the plan failed for ${first.destination}${more}`;
  }
  return request.mode === 'plan' || verbs.includes('import')
    ? null
    : 'nothing was imported, because the plan of another kind failed';
}

function rejectedFinding(promotionId: string, kind: Kind, { asset, destination, items }: ReportAsset) {
  const rejected = items?.rejected ?? 0;
  if (rejected === 0) return [];
  const place = keys.work(promotionId, kind, 'import', `rejects/${destination}/`);
  const message = `${rejected} items of ${asset} could not be written; they are listed in ${place}, each with the reason`;
  return [{ code: 'ItemsRejected', asset, message }];
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

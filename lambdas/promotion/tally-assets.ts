import type { Mode, planActions } from '../core/contracts.ts';
import { isComplete, type Journal } from '../core/journal.ts';
import type { AssetOutcome, ReportAsset } from './report-file.ts';
import { completed, type Planned, type Undone, type Verified } from './tally-files.ts';

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

/** What the outcome of a planned asset is made from. */
export interface Imported {
  readonly journal: Journal;
  /** ARN of the promotion's execution. */
  readonly execution: string;
  readonly mode: Mode;
  /** Why this run imports nothing although it planned to; null where nothing stands in the way. */
  readonly hindrance: string | null;
  readonly compared: Verified | undefined;
}

/** What became of a planned asset, or in mode plan what would. */
export function importedAsset(planned: Planned, imported: Imported): ReportAsset {
  const { asset, destination, action, reason } = planned;
  const { journal, execution, mode, hindrance, compared } = imported;
  const intended = wouldBe[action];
  const touches = !['unchanged', 'skipped', 'failed'].includes(intended);
  const entry = journal.of(destination).findLast(isComplete);
  // What an earlier run completed may have been taken back or deleted since.
  const done = touches && entry?.execution === execution ? completed.safeParse(entry.after).data : undefined;
  const common = { asset, destination, action, verified: compared?.verified ?? null };
  const differing = {
    differences: [...(compared?.differences ?? planned.differences)],
    examples: compared?.examples ?? [],
  };
  if (touches && !done && hindrance !== null) {
    return { ...common, outcome: 'skipped', reason: `${hindrance}; without that: ${reason}`, ...differing };
  }
  // In mode plan the outcomes are what an import would come to; in every other, a thing is done only if the journal says so.
  const outcome = mode === 'plan' || !touches || done ? intended : 'failed';
  // What a comparison found says more than why the plan wanted it, when they differ or when something was left.
  const found = compared && (!compared.verified || compared.items?.extra) ? compared.reason : undefined;
  const items = { ...done?.items, ...comparison(compared?.items) };
  return {
    ...common,
    outcome,
    reason: outcome === 'failed' && intended !== 'failed' ? 'the import did not complete it' : (found ?? reason),
    ...(Object.keys(items).length > 0 ? { items: { ...zeroItems, ...items } } : {}),
    ...differing,
  };
}

const zeroItems = { read: 0, written: 0, rejected: 0, compared: 0, missing: 0, extra: 0, different: 0 };

/** The counts that a comparison makes; the others are the copy's. */
function comparison(items: Readonly<Record<string, number>> | undefined): Record<string, number> {
  const names = ['compared', 'missing', 'extra', 'different'];
  return Object.fromEntries(Object.entries(items ?? {}).filter(([name]) => names.includes(name)));
}

/** What a verification found, where nothing was planned. */
export function comparedAsset({
  asset,
  destination,
  verified,
  reason,
  items,
  differences,
  examples,
}: Verified): ReportAsset {
  // What a comparison wrote is a repair, and what it rejected could not be one.
  const { written = 0, rejected = 0 } = items ?? {};
  const counted = items ? { items: { ...zeroItems, ...comparison(items), written, rejected } } : {};
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
  failed: 'failed',
};

/** What a rollback came to. */
export function undoneAsset({ asset, outcome, reason }: Undone): ReportAsset {
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

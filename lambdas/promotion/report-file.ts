import type { Counts, Finding, Kind, Mode, PlanAction, Verb } from '../core/contracts.ts';
import type { ErrorName } from '../core/errors.ts';

/** What became of one asset in a run. */
export type AssetOutcome = 'created' | 'updated' | 'replaced' | 'adopted' | 'unchanged' | 'skipped' | 'failed';

/** One asset in a report. */
export interface ReportAsset {
  readonly asset: string;
  readonly destination: string;
  /** What the plan said; null where no plan was made. */
  readonly action: PlanAction | null;
  readonly outcome: AssetOutcome;
  readonly reason: string;
  /** Null when the run did not compare it. */
  readonly verified: boolean | null;
  /** Counts of a copied or compared table. */
  readonly items?: Readonly<Record<string, number>>;
  readonly differences: readonly { readonly path: string; readonly wanted: string; readonly found: string }[];
  readonly examples: readonly { readonly problem: string; readonly key: unknown }[];
}

/** One kind in a report. */
export interface ReportKind {
  readonly counts: Counts;
  readonly items?: Readonly<Record<string, number>>;
  /** Items worked off by a moment, oldest first; absent where nothing was copied. */
  readonly throughput?: readonly { readonly at: string; readonly items: number }[];
  /** What the input asks for beyond a plain promotion, one sentence each: a filter, a limit. */
  readonly changes: readonly string[];
  readonly assets: readonly ReportAsset[];
  readonly findings: readonly Finding[];
}

/** One verb of one kind, as it went. */
export interface ReportStep {
  readonly kind: Kind;
  readonly verb: Verb;
  readonly outcome: 'succeeded' | 'failed';
  readonly error?: { readonly name: ErrorName; readonly message: string };
}

/** How a run ended: all as asked, some of it, or nothing changed. */
export type Outcome = 'succeeded' | 'partial' | 'failed';

/** The account of a run, as `report.json` holds it. */
export interface Report {
  readonly schemaVersion: 1;
  readonly promotionId: string;
  readonly mode: Mode;
  readonly outcome: Outcome;
  readonly error?: { readonly name: ErrorName; readonly message: string };
  readonly execution: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly source: { readonly environment: string; readonly account: string; readonly region: string };
  readonly destination: { readonly environment: string; readonly account: string; readonly region: string };
  readonly steps: readonly ReportStep[];
  readonly kinds: Readonly<Partial<Record<Kind, ReportKind>>>;
}

import type * as z from 'zod';
import { readRequired } from '../core/artefacts.ts';
import { type Counts, type Kind, kinds } from '../core/contracts.ts';
import type { Surroundings } from '../core/handler.ts';
import { keys } from '../core/keys.ts';
import { readOwn } from '../core/problems.ts';
import { type NamedError, readCause } from './causes.ts';
import { type reportInput, requestFile, type StepResult } from './contracts.ts';
import type { Outcome, Report, ReportKind, ReportStep } from './report-file.ts';
import { reportHtml } from './report-html.ts';
import { reportMarkdown } from './report-markdown.ts';
import { counted } from './report-text.ts';
import { promotionIdFrom, requestedKinds } from './request.ts';
import { tally } from './tally.ts';

/** What a run returns (output of a succeeded execution, cause of a failed one). */
export interface RunResult {
  readonly promotionId: string;
  readonly outcome: Outcome;
  readonly kinds: Partial<Record<Kind, { counts: Counts; findings: number; items?: Readonly<Record<string, number>> }>>;
  readonly report: { readonly bucket: string; readonly key: string } | null;
  /** Present on failure: what the first failing kind said. */
  readonly error?: string;
  readonly message?: string;
}

/** What the last states of the machine need. */
export type Reported =
  | { readonly outcome: 'succeeded'; readonly result: RunResult }
  | { readonly outcome: 'partial' | 'failed'; readonly error: string; readonly cause: string };

/** Writes the account of a run in its three forms and says how the execution ends. */
export async function report(input: z.infer<typeof reportInput>, surroundings: Surroundings): Promise<Reported> {
  if (!input.request) return rejected(input);
  const { artefacts, bucket, environments } = surroundings;
  const { text } = await readRequired(artefacts, input.request.key, input.request.versionId);
  const request = readOwn(requestFile, input.request.key, text);

  const steps = input.results.map(stepOf);
  const results: Partial<Record<Kind, ReportKind>> = {};
  let changed = false;
  for (const kind of requestedKinds(request)) {
    const own = steps.filter((step) => step.kind === kind);
    const verbs = own.map(({ verb }) => verb);
    const ended = own.filter(({ outcome }) => outcome === 'succeeded').map(({ verb }) => verb);
    const tallied = await tally(artefacts, kind, { request, execution: input.execution, verbs, ended });
    results[kind] = tallied.result;
    changed ||= tallied.changed;
  }
  const error = firstError(steps, results);
  const outcome: Outcome = error ? (changed ? 'partial' : 'failed') : 'succeeded';
  const side = (environment: string) => {
    const { account = '', region = '' } = environments.environments[environment] ?? {};
    return { environment, account, region };
  };
  const document: Report = {
    schemaVersion: 1,
    promotionId: request.promotionId,
    mode: request.mode,
    outcome,
    ...(error ? { error } : {}),
    execution: input.execution,
    startedAt: input.startedAt,
    finishedAt: new Date().toISOString(),
    source: side(request.source),
    destination: side(request.destination),
    steps,
    kinds: results,
  };
  const key = keys.report(request.promotionId, 'json');
  await artefacts.write(key, document);
  await artefacts.write(keys.report(request.promotionId, 'md'), reportMarkdown(document));
  await artefacts.write(keys.report(request.promotionId, 'html'), reportHtml(document));

  const result: RunResult = {
    promotionId: request.promotionId,
    outcome,
    kinds: Object.fromEntries(
      Object.entries(results).map(([kind, { counts, findings, items }]) => [
        kind,
        { counts, findings: findings.length, ...(items ? { items } : {}) },
      ]),
    ),
    report: { bucket, key },
  };
  return error ? failure(error, result) : { outcome: 'succeeded', result };
}

/** A run that was rejected before it held the locks has no report: the one that lies there may be another run's. */
function rejected(input: z.infer<typeof reportInput>): Reported {
  const { error, cause } = input.rejected ?? { error: 'Promotion.Data', cause: 'the run ended without a request' };
  const promotionId =
    input.promotionId == null ? promotionIdFrom(input.executionName) : String(input.promotionId).slice(0, 100);
  const result = { promotionId, outcome: 'failed', kinds: {}, report: null } as const;
  return failure(readCause(error, cause), result);
}

function failure(error: NamedError, result: RunResult): Reported {
  const outcome = result.outcome === 'partial' ? 'partial' : 'failed';
  return {
    outcome,
    error: error.name,
    cause: JSON.stringify({ ...result, error: error.name, message: error.message }),
  };
}

function stepOf({ kind, verb, error, cause }: StepResult): ReportStep {
  if (error === undefined) return { kind, verb, outcome: 'succeeded' };
  return { kind, verb, outcome: 'failed', error: readCause(error, cause ?? '') };
}

/** The first failing kind in the fixed order names the promotion; without one, assets that failed or differ do. */
function firstError(steps: readonly ReportStep[], results: Partial<Record<Kind, ReportKind>>): NamedError | null {
  for (const kind of kinds) {
    const error = steps.find((step) => step.kind === kind && step.error)?.error;
    if (error) return error;
  }
  const all = Object.values(results);
  const failed = all.reduce((sum, { counts }) => sum + counts.failed, 0);
  const mismatched = all.reduce((sum, { counts }) => sum + counts.mismatched, 0);
  const rejected = all.reduce((sum, { items }) => sum + (items?.rejected ?? 0), 0);
  if (failed + mismatched + rejected === 0) return null;
  const parts = [
    ...(failed > 0 ? [`${counted(failed, 'asset')} failed`] : []),
    ...(mismatched > 0
      ? [`${counted(mismatched, 'asset')} ${mismatched === 1 ? 'differs' : 'differ'} from the source`]
      : []),
    ...(rejected > 0 ? [`${counted(rejected, 'item')} could not be written`] : []),
  ];
  return { name: 'Promotion.Partial', message: parts.join(', ') };
}

import type { Mode } from '../core/contracts.ts';
import type { AssetOutcome, Report } from './report-file.ts';
import type { Tone } from './report-marks.ts';
import { count, counted } from './report-text.ts';

/** Outcomes in the order in which they are counted. */
export const outcomes = ['created', 'updated', 'replaced', 'adopted', 'unchanged', 'skipped', 'failed'] as const;

/** A plan has done nothing yet, and a rollback takes back: there the outcome's own name would say something else. */
const otherWords: Readonly<Partial<Record<Mode, Readonly<Partial<Record<AssetOutcome, string>>>>>> = {
  plan: {
    created: 'to create',
    updated: 'to update',
    replaced: 'to replace',
    adopted: 'to adopt',
    skipped: 'to skip',
    failed: 'in conflict',
  },
  rollback: { updated: 'undone', unchanged: 'nothing to undo', skipped: 'left as it is' },
};

/** What an outcome is called in a run of this mode. */
export function outcomeWords(mode: Mode, outcome: AssetOutcome): string {
  return otherWords[mode]?.[outcome] ?? outcome;
}

/** How an outcome is shown: what an import would do is neither good nor bad. */
export function outcomeTone(mode: Mode, outcome: AssetOutcome): Tone {
  if (outcome === 'failed') return 'bad';
  return mode === 'plan' || outcome === 'unchanged' || outcome === 'skipped' ? 'quiet' : 'good';
}

/** The counts of all kinds, or the items of all kinds, in one. */
export function totals(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const counts of all) for (const [name, value] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}

/** The run in a sentence or two, without its error. */
export function headline(report: Report): string {
  const { mode, outcome, destination } = report;
  const results = Object.values(report.kinds);
  const counts = totals(results.map((result) => ({ ...result.counts })));
  const items = totals(results.map((result) => result.items ?? {}));
  const named = (name: string, words: string) => (counts[name] ? [`${count(counts[name])} ${words}`] : []);
  const became = outcomes.flatMap((name) => named(name, outcomeWords(mode, name)));
  const compared = [...named('verified', 'verified'), ...named('mismatched', 'different from the source')];
  const moved = [
    ...(items.written ? [`${counted(items.written, 'item')} written`] : []),
    ...(items.compared ? [`${counted(items.compared, 'item')} compared`] : []),
  ];
  // A comparison leaves everything as it is: that it is unchanged says nothing.
  const ended = [...(mode === 'verify' ? [] : became), ...compared];
  const assets = [counted(counts.planned ?? 0, 'asset'), ...(ended.length > 0 ? [ended.join(', ')] : [])].join(': ');
  const said = [...(counts.planned ? [assets] : []), ...(moved.length > 0 ? [moved.join(', ')] : [])];
  if (mode === 'export' && outcome === 'succeeded') said.push(`the bundle of ${report.source.environment} is written`);
  if (outcome === 'failed') said.unshift(`nothing was changed in ${destination.environment}`);
  if (outcome === 'partial') said.unshift(`not all was done in ${destination.environment}, but something was`);
  return said.map((sentence) => `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}.`).join(' ');
}

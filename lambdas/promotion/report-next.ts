import { kinds } from '../core/contracts.ts';
import type { ErrorName } from '../core/errors.ts';
import { keys } from '../core/keys.ts';
import { type Html, html } from './html.ts';
import type { Report } from './report-file.ts';

/** What must be put right before the run is started again, by error name. */
const remedies: Readonly<Record<ErrorName, string>> = {
  'Promotion.Config': 'Correct the execution input, or the configured environment, that the message names.',
  'Promotion.Permission':
    'Give the role that the message names what it lacks, or deploy the access stack of that account anew.',
  'Promotion.Conflict':
    'Settle the conflict that the message names: remove or rename the asset, or choose another value for “existing”.',
  'Promotion.Quota': 'Have the quota that the message names raised, or promote less at a time.',
  'Promotion.Data': 'Put right the asset or the file that the message names.',
  'Promotion.Unsupported': 'Leave out what the message names, or promote it by hand.',
  'Promotion.Partial': 'Look at the assets above that failed or differ.',
  'Promotion.Throttled': 'Wait until other load on the tables or the account has eased.',
  'Promotion.Transient': 'Nothing needs to be changed, unless it happens again.',
  'Promotion.NotYetConsistent': 'Nothing needs to be changed, unless it happens again.',
};

/** What a person does next, most important first. */
export function nextSteps(report: Report): Html[] {
  const again = html`Start again with <code>promotionId</code> <code>${report.promotionId}</code>`;
  return report.outcome === 'succeeded' ? afterSuccess(report, again) : afterError(report, again);
}

function afterSuccess(report: Report, again: Html): Html[] {
  const { promotionId, mode } = report;
  const results = Object.values(report.kinds);
  const steps: Html[] = [];
  if (results.some(({ findings }) => findings.length > 0)) steps.push(html`Read the findings above.`);
  if (mode === 'export') {
    steps.push(
      html`The bundle lies under <code>promotions/${promotionId}/</code>, one file an asset; it may be edited and kept under version control.`,
      html`${again} and mode <code>plan</code> to see what an import would do, or <code>import</code> to do it.`,
    );
  }
  if (mode === 'plan') {
    steps.push(
      html`Read the plan: above, or in ${planFiles(report)}.`,
      html`${again} and mode <code>import</code> to carry it out.`,
    );
  }
  if (mode === 'import' || mode === 'migrate') {
    const verified = results.every(({ counts }) => counts.verified === counts.planned);
    const extra = results.some(({ items = {} }) => (items.extra ?? 0) > 0);
    if (verified && extra) {
      steps.push(
        html`Every source item is there and equal. Items that were in the destination before were left, as the table above counts them.`,
      );
    } else if (verified) {
      const asked = results.some(({ changes }) => changes.length > 0) ? ', as far as the input asks for it' : '';
      steps.push(html`Every asset was compared with its source and is equal${asked}. Nothing more needs to be done.`);
    }
    const changed = results.some(
      ({ counts }) => counts.created + counts.replaced + counts.updated + counts.adopted > 0,
    );
    if (changed) steps.push(undo(report, again));
  }
  if (mode === 'verify') {
    const compared = results.every(({ counts }) => counts.verified === counts.planned);
    steps.push(
      compared
        ? html`The destination equals what was promoted. Nothing needs to be done.`
        : html`Definitions are equal; what was not compared stands above.`,
    );
  }
  if (mode === 'rollback') {
    const left = results.some(({ counts, findings }) => counts.skipped > 0 || findings.length > 0);
    steps.push(
      left
        ? html`Not all that this promotion had made or written could be taken back: what was left stands above with its reason. All else is as it was.`
        : html`What this promotion had made is gone, and what it replaced or wrote over is back.`,
    );
  }
  return steps;
}

function afterError(report: Report, again: Html): Html[] {
  const { mode, outcome, error } = report;
  const results = Object.values(report.kinds);
  const steps: Html[] = [];
  if (error) {
    steps.push(
      html`${remedies[error.name]} The runbook has an entry on <code>${error.name}</code> (docs/runbook/errors.md).`,
    );
  }
  if (results.some(({ items = {} }) => (items.missing ?? 0) + (items.different ?? 0) > 0)) {
    steps.push(
      html`Items that were written on either side since the copy show as different, for a finished copy is not repeated. Mode <code>verify</code> with <code>"repair": true</code> writes what is missing or different; a promotion of another <code>promotionId</code> with <code>"existing": "merge"</code> does it for the whole table.`,
    );
  }
  // Assets that only differ are done: starting again would compare them again and find the same.
  if (error?.name !== 'Promotion.Partial' || results.some(({ counts }) => counts.failed > 0)) {
    steps.push(
      html`${again} and the same input, under any execution name: it continues, and what is done is not done twice.`,
    );
  }
  if (outcome === 'partial' && mode !== 'rollback') steps.push(undo(report, again));
  return steps;
}

function undo({ destination }: Report, again: Html): Html {
  return html`${again} and mode <code>rollback</code> to undo it: in ${destination.environment} the tables and other assets that this promotion created are removed with whatever was written to them since, replaced ones are brought back, and items that it wrote into tables that were there are taken out or put back as they were.`;
}

function planFiles({ promotionId, kinds: results }: Report): Html[] {
  return kinds
    .filter((kind) => results[kind])
    .map((kind, index) => html`${index > 0 ? ', ' : ''}<code>${keys.plan(promotionId, kind, 'md')}</code>`);
}

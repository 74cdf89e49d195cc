import { type Kind, kinds } from '../core/contracts.ts';
import { type Html, html, render } from './html.ts';
import { assetDetails, assetTable, itemCount, itemNamesOf } from './report-assets.ts';
import { throughputChart } from './report-chart.ts';
import type { Outcome, Report, ReportKind, ReportStep } from './report-file.ts';
import { flowPicture } from './report-flow.ts';
import { marked, type Tone } from './report-marks.ts';
import { nextSteps } from './report-next.ts';
import { pageStyle } from './report-style.ts';
import { count, duration, moment } from './report-text.ts';
import { headline, outcomes, outcomeWords, totals } from './report-words.ts';

const tones: Readonly<Record<Outcome, Tone>> = { succeeded: 'good', partial: 'warn', failed: 'bad' };

/**
 * The report as one page of HTML that loads nothing and runs nothing, for a screen of any width, light or dark, and for
 * paper. Everything that comes from outside is escaped.
 */
export function reportHtml(report: Report): string {
  const results = kinds.flatMap((kind) => {
    const result = report.kinds[kind];
    return result ? [{ kind, result }] : [];
  });
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Promotion ${report.promotionId}: ${report.outcome}</title>
${pageStyle}
</head>
<body>
<header>
<p class="kicker">Promotion report</p>
<h1><span class="name">${report.promotionId}</span> <span class="badge">${marked(tones[report.outcome], report.outcome)}</span></h1>
<p class="headline">${headline(report)}</p>
</header>
<main>
${about(report)}
${errors(report)}
<section><h2>Flow</h2>${flowPicture(report)}</section>
${tiles(
  report,
  results.map(({ result }) => result),
)}
${results.map(({ kind, result }) => kindSection(report, kind, result))}
${findings(results)}
<section><h2>Next steps</h2><ul>${nextSteps(report).map((step) => html`<li>${step}</li>`)}</ul></section>
</main>
<footer>Report schema version ${report.schemaVersion}, written by cross-account-promoter. The same account lies beside this page as report.json and report.md.</footer>
</body>
</html>
`;
  return render(page);
}

function about({ source, destination, mode, startedAt, finishedAt, execution }: Report): Html {
  const side = (name: string, { environment, account, region }: Report['source']) =>
    html`<div class="side"><span class="quiet">${name}</span><b class="name">${environment}</b><span>account ${account}</span><span>${region}</span></div>`;
  const took = duration(Date.parse(finishedAt) - Date.parse(startedAt));
  return html`<section class="about">
<div class="sides">${side('Source', source)}<svg class="to" width="40" height="24" viewBox="0 0 40 24" role="img" aria-label="to"><path d="M2 12h34m-8-8 8 8-8 8"/></svg>${side('Destination', destination)}</div>
<dl><div><dt>Mode</dt><dd>${mode}</dd></div><div><dt>Started</dt><dd><time datetime="${startedAt}">${moment(startedAt)}</time></dd></div><div><dt>Finished</dt><dd><time datetime="${finishedAt}">${moment(finishedAt)}</time></dd></div><div><dt>Took</dt><dd>${took}</dd></div><div class="long"><dt>Execution</dt><dd><code>${execution}</code></dd></div></dl>
</section>`;
}

/** What ended the run, and whatever else failed beside it. */
function errors({ error, steps }: Report): Html | null {
  const others = steps.filter((step) => step.error && step.error.message !== error?.message);
  if (!error && others.length === 0) return null;
  return html`<section class="error"><h2>What went wrong</h2>
${error ? html`<p class="name-of-error"><code>${error.name}</code></p>${message(error.message)}` : null}
${others.map(alsoFailed)}
</section>`;
}

function alsoFailed({ kind, verb, error }: ReportStep): Html | null {
  return error
    ? html`<p class="name-of-error"><b>${kind}</b>, ${verb}: <code>${error.name}</code></p>${message(error.message)}`
    : null;
}

/** A message ends with its resolution in brackets, where it has one (core/errors.ts): that stands on its own line. */
function message(text: string): Html {
  const [, said = text, resolution] = /^([\s\S]*\S) \(((?:[^()]|\([^()]*\))+)\)$/.exec(text) ?? [];
  return html`<p class="message">${said}</p>${resolution ? html`<p class="message resolution">${resolution}</p>` : null}`;
}

function tiles({ mode }: Report, results: readonly ReportKind[]): Html {
  const counts = totals(results.map((result) => ({ ...result.counts })));
  const shown = [
    { name: 'planned', words: 'planned' },
    ...outcomes.map((name) => ({ name, words: outcomeWords(mode, name) })),
    { name: 'verified', words: 'verified' },
    { name: 'mismatched', words: 'mismatched' },
  ];
  return html`<section><h2>Assets</h2><dl class="tiles">${shown.map(({ name, words }) => {
    const value = counts[name] ?? 0;
    const style = value === 0 ? 'zero' : name === 'failed' || name === 'mismatched' ? 'amiss' : name;
    return html`<div class="tile ${style}"><dt>${words}</dt><dd>${count(value)}</dd></div>`;
  })}</dl></section>`;
}

function kindSection({ mode, outcome }: Report, kind: Kind, result: ReportKind): Html {
  const { items, throughput, changes, assets } = result;
  const names = itemNamesOf([items ?? {}]);
  return html`<section class="results"><h2>${kind}</h2>
${changes.length > 0 ? html`<p>As the input asks:</p><ul>${changes.map((change) => html`<li>${change}</li>`)}</ul>` : null}
${items ? html`<dl class="items">${names.map((name) => html`<div><dt>items ${name}</dt><dd>${itemCount(name, items[name])}</dd></div>`)}</dl>` : null}
${throughput ? html`<h3>Throughput</h3>${throughputChart(`throughput-${kind}`, throughput)}` : null}
${assets.length > 0 ? assetTable(mode, kind, assets) : html`<p class="quiet">${noAssets(mode, outcome)}</p>`}
${assetDetails(assets)}
</section>`;
}

function noAssets(mode: Report['mode'], outcome: Outcome): string {
  if (outcome !== 'succeeded') return 'The run ended before it had a list of assets.';
  return mode === 'export'
    ? 'An export has no list of assets here: the manifest of the bundle has it.'
    : 'There were no assets.';
}

function findings(results: readonly { kind: Kind; result: ReportKind }[]): Html {
  const all = results.flatMap(({ kind, result }) => result.findings.map((finding) => ({ kind, ...finding })));
  const items = all.map(
    ({ kind, code, asset, message }) =>
      html`<li><code>${code}</code> <span class="quiet">${kind}${asset === undefined ? '' : ', '}</span>${asset === undefined ? null : html`<b class="name">${asset}</b>`}<p class="message">${message}</p></li>`,
  );
  return html`<section><h2>Findings</h2>${all.length > 0 ? html`<ul class="findings">${items}</ul>` : html`<p class="quiet">None.</p>`}</section>`;
}

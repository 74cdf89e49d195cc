import type { Mode } from '../core/contracts.ts';
import { type Html, html, type Part } from './html.ts';
import type { ReportAsset } from './report-file.ts';
import { marked } from './report-marks.ts';
import { count, counted } from './report-text.ts';
import { outcomeTone, outcomeWords } from './report-words.ts';

/** Counts of items in the order of the columns; a kind may have others, which come after. */
const itemNames = ['read', 'written', 'rejected', 'compared', 'missing', 'extra', 'different'];

/** Counts of which any other than zero needs attention. */
const amiss = new Set(['rejected', 'missing', 'extra', 'different']);

/** Names of the items that are counted anywhere in these, in the order of the columns. */
export function itemNamesOf(all: readonly Readonly<Record<string, number>>[]): string[] {
  const found = new Set(all.flatMap((items) => Object.keys(items)));
  return [...itemNames.filter((name) => found.has(name)), ...[...found].filter((name) => !itemNames.includes(name))];
}

/** A count of items as the content of a cell: zero is quiet, what should be zero and is not stands out. */
export function itemCount(name: string, value: number | undefined): Html {
  const style = value === 0 ? 'zero' : value !== undefined && amiss.has(name) ? 'amiss' : '';
  return html`<span class="${style}">${value === undefined ? '' : count(value)}</span>`;
}

/** One line an asset, those that need attention first. */
export function assetTable(mode: Mode, caption: string, assets: readonly ReportAsset[]): Html {
  const names = itemNamesOf(assets.map(({ items }) => items ?? {}));
  const planned = assets.some(({ action }) => action !== null);
  const ordered = [...assets].sort((a, b) => Number(needsAttention(b)) - Number(needsAttention(a)));
  const troubled = assets.filter(needsAttention).length;
  const first = troubled > 0 && troubled < assets.length ? `, ${count(troubled)} that need attention first` : '';
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table class="assets">
<caption>${caption}: ${counted(assets.length, 'asset')}${first}</caption>
<thead><tr><th scope="col">asset</th><th scope="col">becomes</th>${planned ? html`<th scope="col">plan</th>` : null}<th scope="col">outcome</th><th scope="col">verified</th>${names.map((name) => html`<th scope="col" class="number">${name}</th>`)}<th scope="col">reason</th></tr></thead>
<tbody>${ordered.map((asset) => row(mode, asset, planned, names))}</tbody>
</table></div>`;
}

function needsAttention({ outcome, verified }: ReportAsset): boolean {
  return outcome === 'failed' || verified === false;
}

function row(mode: Mode, asset: ReportAsset, planned: boolean, names: readonly string[]): Html {
  const { action, outcome, verified, items = {}, reason } = asset;
  const seen =
    verified === null
      ? html`<span class="quiet">not compared</span>`
      : verified
        ? marked('good', 'yes')
        : marked('warn', 'differs');
  return html`
<tr${needsAttention(asset) ? html` class="attention"` : null}><th scope="row" class="name">${asset.asset}</th><td class="name">${asset.destination}</td>${planned ? html`<td>${action ?? ''}</td>` : null}<td>${marked(outcomeTone(mode, outcome), outcomeWords(mode, outcome))}</td><td>${seen}</td>${names.map((name) => html`<td class="number">${itemCount(name, items[name])}</td>`)}<td class="reason">${reason}</td></tr>`;
}

/** A folded list an asset of what differs in its definition and of keys of items that do. */
export function assetDetails(assets: readonly ReportAsset[]): Html | null {
  const detailed = assets.filter(({ differences, examples }) => differences.length + examples.length > 0);
  if (detailed.length === 0) return null;
  // A few are read at once and printed; many would bury what comes after them.
  const open = detailed.length <= 3 ? html` open` : null;
  return html`<h3>What differs</h3>${detailed.map((asset) => details(asset, open))}`;
}

function details({ destination, differences, examples }: ReportAsset, open: Html | null): Html {
  const contents = [
    ...(differences.length > 0 ? [counted(differences.length, 'difference')] : []),
    ...(examples.length > 0 ? [counted(examples.length, 'example key')] : []),
  ];
  return html`
<details${open}><summary><b class="name">${destination}</b> <span class="quiet">${contents.join(', ')}</span></summary>
${
  differences.length > 0
    ? small(
        'Definition',
        ['path', 'wanted', 'found'],
        differences.map(({ path, wanted, found }) => [path, wanted, found]),
      )
    : null
}
${
  examples.length > 0
    ? small(
        'Items, by key',
        ['problem', 'key'],
        examples.map(({ problem, key }) => [problem, JSON.stringify(key) ?? '']),
      )
    : null
}
</details>`;
}

/** A table of texts as they were found. */
function small(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): Html {
  const cells = (texts: readonly string[]): Part => texts.map((text) => html`<td><code>${text}</code></td>`);
  return html`<div class="scroll"><table class="small"><caption>${caption}</caption><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((texts) => html`<tr>${cells(texts)}</tr>`)}</tbody></table></div>`;
}

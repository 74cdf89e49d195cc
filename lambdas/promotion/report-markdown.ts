import type { Report, ReportAsset } from './report-file.ts';
import { ended } from './report-steps.ts';
import { outcomeWords } from './report-words.ts';

/** The report as Markdown: outcome, steps, one line an asset, what differs, findings. */
export function reportMarkdown(report: Report): string {
  const { source, destination, error } = report;
  const lines = [
    `# Promotion ${report.promotionId}: ${report.outcome}`,
    '',
    `Mode ${report.mode} from ${source.environment} (${source.account}, ${source.region}) to ${destination.environment} (${destination.account}, ${destination.region}), ${report.startedAt} to ${report.finishedAt}.`,
    ...(error ? ['', `**${error.name}** ${cell(error.message)}`] : []),
    '',
    '| kind | step | outcome |',
    '| --- | --- | --- |',
    ...report.steps.map(
      ({ kind, verb, error }) =>
        `| ${kind} | ${verb} | ${error ? `failed: ${error.name}` : ended(verb, report.kinds[kind]).words} |`,
    ),
  ];
  for (const [kind, { changes, assets, findings }] of Object.entries(report.kinds)) {
    lines.push('', `## ${kind}`, '');
    if (changes.length > 0) lines.push('As the input asks:', '', ...changes.map((change) => `- ${cell(change)}`), '');
    lines.push(
      '| asset | becomes | outcome | verified | read | written | compared | missing | extra | different | reason |',
    );
    lines.push('| --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |');
    lines.push(...assets.map((asset) => assetLine(asset, report.mode)));
    const differing = assets.flatMap(({ destination, differences }) =>
      differences.map(({ path, wanted, found }) => `- ${destination} \`${path}\`: wanted ${wanted}, found ${found}`),
    );
    if (differing.length > 0) lines.push('', '### Differences', '', ...differing);
    const examples = assets.flatMap(({ destination, examples }) =>
      examples.map(({ problem, key }) => `- ${cell(destination)}: ${problem} ${cell(JSON.stringify(key))}`),
    );
    if (examples.length > 0) lines.push('', '### Items that differ (examples)', '', ...examples);
    if (findings.length > 0)
      lines.push('', '### Findings', '', ...findings.map(({ code, message }) => `- ${code}: ${message}`));
  }
  return `${lines.join('\n')}\n`;
}

function assetLine(
  { asset, destination, outcome, verified, items = {}, reason }: ReportAsset,
  mode: Report['mode'],
): string {
  const counts = ['read', 'written', 'compared', 'missing', 'extra', 'different'].map((name) => items[name] ?? '');
  const seen = verified === null ? '' : verified ? 'yes' : 'NO';
  return `| ${[cell(asset), cell(destination), outcomeWords(mode, outcome), seen, ...counts, cell(reason)].join(' | ')} |`;
}

/** A text that may hold anything, as one table cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

import { pricesAsOf } from './prices.ts';
import type { Way, WayName } from './ways.ts';

/** The ways of one table, as the plan keeps them. */
export interface TableWays {
  readonly destination: string;
  readonly ways: readonly Way[];
  /** The way that will be gone; null where the plan failed or nothing is copied. */
  readonly chosen: WayName | null;
  /** Why this one. */
  readonly reason: string;
  /** True where the source was only counted in part, so that prices and times are the least. */
  readonly atLeast: boolean;
}

const words: Readonly<Record<WayName, string>> = {
  scanWrite: 'scan and write',
  provisionedLoad: 'load provisioned, then switch to on-demand',
  exportImport: 'export and import (Ion)',
  exportImportJson: 'export and import (DynamoDB JSON)',
  bulkPut: 'export and bulk put',
};

/** What each way of each table costs and how long it takes, for `plan.md`: a heading, a table, and how it was reckoned. */
export function costsMarkdown(tables: readonly TableWays[]): string {
  const rows = tables.flatMap(({ destination, ways, chosen, reason, atLeast }) =>
    ways.map(({ name, dollars, minutes, possible, why }) => {
      const mark = name === chosen ? `**chosen**: ${reason}` : possible ? 'possible' : 'no';
      const over = (text: string) => (atLeast && text !== unknown ? `over ${text}` : text);
      return `| ${[destination, words[name], over(dollarText(dollars)), over(minuteText(minutes)), mark, why].join(' | ')} |`;
    }),
  );
  const chosen = tables.flatMap((table) => table.ways.filter(({ name }) => name === table.chosen));
  const known = chosen.flatMap(({ dollars }) => (dollars === null ? [] : [dollars]));
  const total = dollarText(known.reduce((sum, dollars) => sum + dollars, 0));
  const missing = chosen.length - known.length;
  return [
    '## Costs and times',
    '',
    '| table | way | dollars | minutes | choice | needs, or why not |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `The chosen ways cost ${total} together${missing > 0 ? `, and ${missing} of them what is not known` : ''}.`,
    '',
    `Estimates from the sizes above and public prices of ${pricesAsOf}: reading and writing on demand, verification, workers and state transitions. Every item is reckoned as large as the average and as part of every index. On-demand tables are reckoned with the capacity that they have at first; they grow under load. A load into a provisioned table is reckoned at its cheapest: with the least capacity that is done within a billed hour. A filter is not known to leave anything out. How long exports and imports take is the service's affair and a guess here.`,
  ].join('\n');
}

const unknown = 'unknown';

function dollarText(dollars: number | null): string {
  if (dollars === null) return unknown;
  return dollars > 0 && dollars < 0.01 ? 'under $0.01' : `$${dollars.toFixed(2)}`;
}

function minuteText(minutes: number | null): string {
  return minutes === null ? unknown : String(Math.ceil(minutes));
}

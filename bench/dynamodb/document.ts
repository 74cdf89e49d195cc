import { decimal, markdownTable, spreadText } from '../statistics.ts';
import { type ColdProgram, coldPrograms } from './cold.ts';
import { phases } from './phases.ts';
import type { PromotionMeasure } from './promotions.ts';
import { isKept, promises, type Ratios, type Results } from './results.ts';

/** Names of the variants for a person. */
const titles = {
  raw: 'raw engine',
  sdk: 'SDK, low-level client',
  document: 'SDK, document client (numbers exact)',
  null: 'null client (nothing built, nothing read)',
} as const;

/** The tables of all parts that were measured, in Markdown; the same for a terminal and for the documentation. */
export function resultTables(results: Results, ratios: Ratios): string {
  const { cpu, throughput, cold, promotions } = results;
  const sections = [
    cpu && ['## CPU of the copying process, µs an item', cpuTable(cpu)],
    throughput && [
      '## Items a second where a Scan takes 60 ms and a BatchWriteItem 12 ms',
      throughputTable(throughput),
    ],
    cold && ['## Cold start', coldTable(cold)],
    promotions && ['## Whole promotions of small items', promotionTables(promotions)],
    ['## What is promised', promiseTable(ratios)],
  ];
  return sections.flatMap((section) => (section ? section : [])).join('\n\n');
}

/** The page in the documentation. */
export function documentOf(results: Results, ratios: Ratios, date: Date): string {
  return `# Copying DynamoDB tables: measured

<!-- Written by \`npm run bench -- dynamodb --write\`; change nothing by hand. -->

Measured on ${date.toISOString().slice(0, 10)}: ${results.machine}. Medians of all rounds, in brackets the lowest and the highest. Every variant reads the same pages over loopback from a canned server in a process of its own, ahead by one page, and writes batches of 25 over as many kept connections; they take turns in one run. Mixed items have 18 attributes of every type, 878 bytes as DynamoDB counts and 1,477 of JSON; small ones 7 attributes, 104 bytes and 200.

${resultTables(results, ratios)}
`;
}

function cpuTable(cpu: NonNullable<Results['cpu']>): string {
  const columns = [
    ['mixed', false],
    ['small', false],
    ['mixed', true],
    ['small', true],
  ] as const;
  const variants = [...new Set(cpu.map(({ variant }) => variant))];
  return markdownTable([
    [
      'one segment, 16 batches in flight',
      ...columns.map(([dataset, secure]) => `${dataset}, ${secure ? 'https' : 'http'}`),
    ],
    ...variants.map((variant) => [
      titles[variant],
      ...columns.map(([dataset, secure]) => {
        const found = cpu.find((one) => one.variant === variant && one.dataset === dataset && one.secure === secure);
        return found ? spreadText(found.perItem, 1) : '–';
      }),
    ]),
  ]);
}

function throughputTable(throughput: NonNullable<Results['throughput']>): string {
  return markdownTable([
    ['four segments, 64 batches in flight', 'items/s', 'peak memory, MiB'],
    ...throughput.map(({ variant, itemsPerSecond, rssMiB }) => [
      titles[variant],
      spreadText(itemsPerSecond),
      spreadText(rssMiB),
    ]),
  ]);
}

function coldTable(cold: NonNullable<Results['cold']>): string {
  return markdownTable([
    ['bundle, loaded in a fresh process', 'CPU, ms', 'size, kB'],
    ...(Object.keys(coldPrograms) as ColdProgram[]).map((name) => [
      coldPrograms[name],
      spreadText(cold[name].milliseconds, 1),
      decimal(cold[name].bytes / 1000),
    ]),
  ]);
}

function promotionTables(promotions: readonly PromotionMeasure[]): string {
  const time = markdownTable([
    ['items', 'seconds', 'items/s', ...phases.map((phase) => `${phase}, s`)],
    ...promotions.map(({ items, seconds, phases: spent }) => [
      decimal(items),
      decimal(seconds, 1),
      decimal(items / seconds),
      ...phases.map((phase) => decimal(spent[phase], 1)),
    ]),
  ]);
  const cost = markdownTable([
    [
      'items',
      'CPU µs an item',
      'workers',
      'host',
      'stored data',
      'further items alone',
      'calls for data',
      'transitions',
    ],
    ...promotions.map((one, index) => {
      const { cpu, items, dataCalls, transitions } = one;
      const each = (seconds: number | undefined) => (seconds === undefined ? '–' : decimal((seconds * 1e6) / items));
      const inAll = (measure: PromotionMeasure | undefined) =>
        measure?.cpu ? measure.cpu.workers + measure.cpu.host + measure.cpu.data : undefined;
      const smaller = promotions[index - 1];
      const [more, less] = [inAll(one), inAll(smaller)];
      const further =
        smaller && more !== undefined && less !== undefined
          ? decimal(((more - less) * 1e6) / (items - smaller.items))
          : '–';
      return [
        decimal(items),
        each(inAll(one)),
        each(cpu?.workers),
        each(cpu?.host),
        each(cpu?.data),
        further,
        decimal(dataCalls),
        decimal(transitions),
      ];
    }),
  ]);
  return `Export, plan, copy, settings and a full comparison on the local host, whose modelled waits cost no time.\n\n${time}\n\n${cost}`;
}

function promiseTable(ratios: Ratios): string {
  return markdownTable([
    ['ratio of medians', 'promised', 'measured', 'kept'],
    ...promises.map((promise) => {
      const value = promise.of(ratios);
      const limit = `${promise.atLeast ? 'at least' : 'at most'} ${Number(promise.limit.toFixed(2))}`;
      return [
        promise.name,
        limit,
        value === null ? '–' : String(value),
        value === null ? '–' : isKept(promise, value) ? 'yes' : 'NO',
      ];
    }),
  ]);
}

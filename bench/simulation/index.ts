import { parseArgs } from 'node:util';
import { decimal, markdownTable } from '../statistics.ts';
import { simulate, unitsPerPartition } from './destination.ts';
import { type Order, orders } from './orders.ts';

/** A destination and a copy to it, without what differs between repetitions. */
interface Row {
  readonly partitions: number;
  readonly segments: number;
  readonly workers: number;
}

/** The second row is the one that is promised of. */
export const rows: readonly Row[] = [
  { partitions: 40, segments: 400, workers: 50 },
  { partitions: 40, segments: 1000, workers: 50 },
  { partitions: 40, segments: 4000, workers: 50 },
  { partitions: 7, segments: 400, workers: 20 },
];

/** Seconds that the copy takes at the ceiling. */
const seconds = 25;
/** Our order reaches at least this share of the ceiling, on average. */
const promisedShare = 0.94;

/** Mean items a second over these seeds. */
export function meanRate(row: Row, order: Order, seeds: readonly number[]): number {
  const items = row.partitions * unitsPerPartition * seconds;
  const rates = seeds.map((seed) => simulate({ ...row, items, seed }, order.groups(row.segments, seed)));
  return rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
}

/**
 * The command `bench -- simulation`: how near different orders of segments come to what a destination can take. Answers
 * the exit status: 1 when ours stays below what is promised, 2 for wrong arguments.
 */
export async function benchSimulation(argv: readonly string[]): Promise<number> {
  const { seeds, json } = argumentsOf(argv);
  if (seeds === null) {
    process.stderr.write('npm run bench -- simulation [--seeds 20] [--json]\n');
    return 2;
  }
  const numbers = Array.from({ length: seeds }, (_, index) => index + 1);
  const all = rows.map((row) => orders.map((order) => meanRate(row, order, numbers)));
  const ceilingOf = ({ partitions }: Row) => partitions * unitsPerPartition;
  const table = [
    [
      'items/s',
      ...rows.map(
        ({ partitions, segments, workers }) => `${partitions} partitions, ${segments} segments, ${workers} workers`,
      ),
    ],
    ...orders.map(({ name }, order) => [
      name,
      ...rows.map((row, index) => {
        const rate = all[index]?.[order] ?? 0;
        return `${decimal(rate)} (${decimal((100 * rate) / ceilingOf(row), 1)} %)`;
      }),
    ]),
    ['ceiling', ...rows.map((row) => decimal(ceilingOf(row)))],
  ];
  process.stdout.write(
    `Mean over seeds 1–${seeds}, start and end of the copy included.\n\n${markdownTable(table)}\n\n`,
  );
  const share = (all[1]?.[orders.length - 1] ?? 0) / ceilingOf(rows[1] as Row);
  const inOrder = (all[1]?.[0] ?? 0) / ceilingOf(rows[1] as Row);
  const verdict = share >= promisedShare ? 'kept' : 'NOT kept';
  process.stdout.write(
    `Promised for 1,000 segments: ${100 * promisedShare} % of the ceiling; reached: ${decimal(100 * share, 1)} % (in order ${decimal(100 * inOrder, 1)} %): ${verdict}\n`,
  );
  if (json) process.stdout.write(`${JSON.stringify({ share: rounded(share), inOrder: rounded(inOrder), seeds })}\n`);
  return share >= promisedShare ? 0 : 1;
}

function argumentsOf(argv: readonly string[]): { seeds: number | null; json: boolean } {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { seeds: { type: 'string', default: '20' }, json: { type: 'boolean', default: false } },
    });
    return { seeds: /^[1-9]\d{0,3}$/.test(values.seeds) ? Number(values.seeds) : null, json: values.json };
  } catch (error) {
    // Node names the option that it does not know; the usage says which there are.
    process.stderr.write(`${(error as Error).message}\n`);
    return { seeds: null, json: false };
  }
}

function rounded(share: number): number {
  return Number(share.toFixed(4));
}

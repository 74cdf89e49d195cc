import { createHash } from 'node:crypto';
import type { WireItem } from '../../lambdas/dynamodb/engine.ts';
import { seededRandom } from '../../lib/local/faults/random.ts';

/** The two shapes of items that are copied: many attributes of every type, and few short ones. */
export const datasets = ['mixed', 'small'] as const;
/** One of {@link datasets}. */
export type Dataset = (typeof datasets)[number];

/** DynamoDB's size of an average item of each shape, in bytes; as JSON they take 1,477 and 200. */
export const itemBytes: Readonly<Record<Dataset, number>> = { mixed: 878, small: 104 };

/** A Scan answers up to 1 MB of items as DynamoDB measures them (API reference, Scan). */
export const itemsPerPage: Readonly<Record<Dataset, number>> = {
  mixed: Math.floor(2 ** 20 / itemBytes.mixed),
  small: Math.floor(2 ** 20 / itemBytes.small),
};

/** Keys of both shapes. */
export const keyNames = ['pk', 'sk'] as const;

const words = 'amber birch cedar delta ember frost grove haze iris jade knoll lark mist north ochre pine'.split(' ');

/** The n-th item of a shape; the same for the same number, in another process too. */
export function makeItem(dataset: Dataset, number: number): WireItem {
  return dataset === 'mixed' ? mixedItem(number) : smallItem(number);
}

function smallItem(number: number): WireItem {
  const random = seededRandom(number);
  return {
    pk: { S: `device-${padded(number, 10)}` },
    sk: { N: String(1_750_000_000 + number) },
    t: { N: (20 + random() * 10).toFixed(2) },
    h: { N: (40 + random() * 50).toFixed(1) },
    ok: { BOOL: random() < 0.9 },
    site: { S: `plant-${words[number % words.length]}-${padded(number % 997, 3)}`.padEnd(28, 'x') },
    unit: { S: 'degrees celsius and percent...' },
  };
}

function mixedItem(number: number): WireItem {
  const random = seededRandom(number);
  const pick = () => words[Math.floor(random() * words.length)] ?? '';
  const line = (index: number) => ({
    M: {
      article: { S: `A-${padded(number * 7 + index, 8)}` },
      count: { N: String(1 + Math.floor(random() * 9)) },
      price: { N: (random() * 100).toFixed(2) },
      label: { S: `${pick()} ${pick()}` },
    },
  });
  return {
    pk: { S: `customer#${padded(number, 10)}` },
    sk: { S: `order#2026-11-${padded(1 + (number % 28), 2)}#${padded(number, 8)}` },
    version: { N: '3' },
    total: { N: (random() * 10_000).toFixed(2) },
    // More digits than a JavaScript number holds: whoever goes through one changes it.
    exact: { N: `${1 + (number % 9)}234567890123456789.${padded(number % 10_000_000_000, 10)}` },
    createdAt: { N: String(1_750_000_000_000 + number) },
    status: { S: ['open', 'paid', 'sent', 'done'][number % 4] ?? '' },
    note: { S: `${pick()} "${pick()}" – ${pick()} ünïcödé \\ ${pick()} `.repeat(8).slice(0, 276) },
    paid: { BOOL: number % 3 === 0 },
    deletedAt: { NULL: true },
    tags: { SS: words.slice(number % 8, (number % 8) + 3) },
    scores: { NS: ['1', '2.5', String(10 + (number % 1000))] },
    digest: { B: createHash('sha256').update(String(number)).digest('base64') },
    parts: { BS: [Buffer.from(`part-one-${number}`).toString('base64')] },
    address: {
      M: {
        street: { S: `${1 + (number % 300)} ${pick()} street` },
        city: { S: pick() },
        post: { S: padded(number % 100_000, 5) },
        geo: { M: { lat: { N: (random() * 90).toFixed(6) }, lon: { N: (random() * 180).toFixed(6) } } },
      },
    },
    lines: { L: [line(0), line(1), line(2), line(3)] },
    history: { L: [{ S: 'created' }, { N: '1' }, { BOOL: true }, { NULL: true }] },
    empty: { S: '' },
  };
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

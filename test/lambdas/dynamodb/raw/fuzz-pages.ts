import { ShapeError } from '../../../../lambdas/core/retry.ts';
import { pageSpans } from '../../../../lambdas/dynamodb/raw/spans.ts';
import { seededRandom } from '../../../../lib/local/faults/random.ts';
import { sendPieces, startByteServer } from './byte-server.ts';

/** What a fuzz came to; each difference says by which seed it is made again. */
export interface FuzzResult {
  readonly pages: number;
  readonly items: number;
  /** Pages that were cut short, and had to be refused. */
  readonly cut: number;
  readonly differences: readonly string[];
}

/** Pages that are under way at once. */
const width = 32;

/**
 * Sends random pages over a socket, in pieces that end at random offsets, and compares what the tokeniser finds with
 * what `JSON.parse` finds. One page in eight is cut short.
 */
export async function fuzzPages(count: number, firstSeed: number): Promise<FuzzResult> {
  const server = await startByteServer();
  const connection = server.connect({ sockets: width });
  const differences: string[] = [];
  const totals = { items: 0, cut: 0 };
  server.script(async (response, { body }) => {
    const { text, offsets } = pageOf(JSON.parse(body.toString()).seed);
    await sendPieces(response, text, offsets);
  });
  let next = firstSeed;
  const lane = async () => {
    while (next < firstSeed + count) {
      const seed = next++;
      const { text, isCut } = pageOf(seed);
      const answer = await connection.call('Scan', Buffer.from(JSON.stringify({ seed })));
      const items = answer.equals(text) ? compare(answer, isCut) : 'the bytes that arrived are others';
      if (typeof items === 'string') differences.push(`seed ${seed}: ${items}`);
      else totals.items += items;
      if (isCut) totals.cut++;
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  await server.close();
  return { pages: count, ...totals, differences };
}

/** The number of items, or what is different. */
function compare(answer: Buffer, isCut: boolean): number | string {
  try {
    const found = pageSpans(answer);
    if (isCut) return 'a page that was cut short was believed';
    const wanted = JSON.parse(answer.toString());
    const items = found.items.map((item) => JSON.parse(item.toString()));
    if (JSON.stringify(items) !== JSON.stringify(wanted.Items)) return 'other items';
    if (JSON.stringify(found.next) !== JSON.stringify(wanted.LastEvaluatedKey ?? null)) return 'another key';
    return found.scanned === wanted.ScannedCount ? items.length : 'another count';
  } catch (error) {
    return error instanceof ShapeError && isCut ? 0 : String(error);
  }
}

/** Names and pieces of text that a careless parser trips over. */
const traps = [
  'Items',
  'LastEvaluatedKey',
  'Count',
  '}',
  ']',
  '"',
  '\\',
  '{"S":"',
  '__proto__',
  '\u0000',
  '\u2028',
  '',
  'é',
  '漢',
  '🂡',
];

interface Page {
  readonly text: Buffer;
  readonly offsets: readonly number[];
  readonly isCut: boolean;
}

/** The page of a seed: its text is written here, not by JSON.stringify, with white space and escapes of every kind. */
function pageOf(seed: number): Page {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const gap = () => (below(6) === 0 ? pick([' ', '\n', '\t\r', '  \n ']) : '');
  const letter = (one: string) => {
    const numbered = [...Array(one.length).keys()].map(
      (at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, '0')}`,
    );
    if (below(12) === 0) return numbered.join('');
    if (one === '/' && below(2) === 0) return '\\/';
    return JSON.stringify(one).slice(1, -1);
  };
  const plain = () =>
    Array.from({ length: below(below(20) === 0 ? 300 : 12) }, () => pick([...'abc{}[],:/ü"\\'])).join('');
  const string = (content = below(3) === 0 ? pick(traps) + plain() : plain()) =>
    `"${Array.from(content, letter).join('')}"`;
  const object = (members: readonly (readonly [string, string])[]) =>
    `{${gap()}${members.map(([name, value]) => `${name}${gap()}:${gap()}${value}${gap()}`).join(`,${gap()}`)}}`;
  const list = (values: readonly string[]) => `[${gap()}${values.join(`${gap()},${gap()}`)}${gap()}]`;
  const many = (most: number, make: () => string) => Array.from({ length: below(most + 1) }, make);
  const value = (depth: number): string => {
    const type = pick(depth > 0 ? ['S', 'N', 'BOOL', 'NULL', 'SS', 'M', 'L'] : ['S', 'N', 'B']);
    return object([[`"${type}"`, inner(type, depth)]]);
  };
  const inner = (type: string, depth: number): string => {
    if (type === 'N') return `"${below(1e9)}.${below(1e9)}"`;
    if (type === 'BOOL' || type === 'NULL') return pick(['true', 'false']);
    if (type === 'SS') return list(many(3, () => string()));
    if (type === 'L') return list(many(3, () => value(depth - 1)));
    return type === 'M' ? item(3, depth - 1) : string();
  };
  const item = (most: number, depth: number) => object(many(most, string).map((name) => [name, value(depth)] as const));

  const items = many(pick([0, 1, 3, 8]), () => item(6, 3));
  const members: [string, string][] = [
    [string('Items'), list(items)],
    [string('Count'), String(items.length)],
    [string('ScannedCount'), String(items.length + below(3))],
  ];
  if (below(2) === 0) members.push([string('LastEvaluatedKey'), object([[string(), object([['"S"', string()]])]])]);
  if (below(3) === 0) members.push([string('ConsumedCapacity'), object([['"CapacityUnits"', '0.5']])]);
  if (below(3) === 0)
    members.push([string(`other ${plain()}`), pick([value(2), list([value(1), '1e-7', 'null']), '-0.5E+3'])]);
  for (let at = members.length - 1; at > 0; at--) members.push(...members.splice(below(at + 1), 1));

  const whole = Buffer.from(object(members));
  const isCut = below(8) === 0;
  const text = isCut ? whole.subarray(0, below(whole.length)) : Buffer.from(`${gap()}${whole}${gap()}`);
  return { text, offsets: Array.from({ length: below(4) }, () => below(text.length + 1)), isCut };
}

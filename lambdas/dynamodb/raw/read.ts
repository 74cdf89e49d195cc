import { eachOf } from '../../core/each-of.ts';
import { ShapeError } from '../../core/retry.ts';
import type { ItemPage, PageRequest, WireItem } from '../engine.ts';
import { createUnitEstimate } from '../units.ts';
import { asJson, keysPerBatch, readBody, scanBody } from './bodies.ts';
import { distinctKeys, keyText } from './keys.ts';
import type { TableParts } from './parts.ts';
import { pause, persist, unprocessed } from './repeat.ts';
import { pageSpans, responseSpans } from './spans.ts';

/** A page is 1 MB: 256 units of 4 KB, half of it where a read may be behind (developer guide, capacity). */
const unitsOfPage = 256;

/** Answers of 16 MB that are read at once. */
const readsInFlight = 4;

/** Prepares Scan: one page of one segment a call. */
export function createPageReader(parts: TableParts): (request: PageRequest) => Promise<ItemPage> {
  const { connection, table, throttles, readLimiter: limiter } = parts;
  /** What the last page took: pages of one table are alike. Before the first, the most that a page can take. */
  let last: number | null = null;

  return async (request) => {
    const { segment, total, after, consistent, countOnly = false } = request;
    const endurance = { ...parts, what: `scanning ${table}, segment ${segment} of ${total}` };
    const body = scanBody(table, request, limiter !== undefined);
    const estimated = last ?? (consistent ? unitsOfPage : unitsOfPage / 2);
    await limiter?.take(estimated);
    let taken: number | null = 0;
    try {
      const page = await persist(
        async () => {
          const found = pageSpans(await connection.call('Scan', body), countOnly);
          if (after && found.next && keyText(after) === keyText(found.next)) {
            throw new ShapeError(`dynamodb answered a page of ${table} that leads back to itself`);
          }
          return found;
        },
        endurance,
        (error) => throttles.count(error),
      );
      taken = page.units;
      last = page.units ?? last;
      const { items, next, count, scanned } = page;
      return { items, next, count, scanned };
    } finally {
      limiter?.settle(estimated, taken ?? estimated);
    }
  };
}

/** Prepares BatchGetItem with strong consistency. */
export function createKeyReader(parts: TableParts) {
  const { connection, table, throttles, readLimiter: limiter } = parts;
  const endurance = { ...parts, what: `reading items of ${table}` };
  const estimate = createUnitEstimate();

  async function call(keys: readonly Buffer[], keysOnly: readonly string[] | undefined) {
    const units = limiter ? estimate.of(keys) : 0;
    await limiter?.take(units);
    let taken: number | null = 0;
    try {
      const body = readBody(table, keys, keysOnly, limiter !== undefined);
      const answer = await persist(
        async () => {
          const found = responseSpans(await connection.call('BatchGetItem', body), table);
          if (found.items.length + found.left.length <= keys.length) return found;
          throw new ShapeError(`dynamodb answered more items of ${table} than were asked for`);
        },
        endurance,
        (error) => throttles.count(error),
      );
      taken = answer.units;
      if (answer.left.length === 0) estimate.learn(keys, taken);
      return answer;
    } finally {
      limiter?.settle(units, taken ?? units);
    }
  }

  return async (keys: readonly WireItem[], names?: { readonly keysOnly: readonly string[] }): Promise<Buffer[]> => {
    const distinct = distinctKeys(keys);
    const chunks = Array.from({ length: Math.ceil(distinct.length / keysPerBatch) }, (_, index) =>
      distinct.slice(index * keysPerBatch, (index + 1) * keysPerBatch),
    );
    const found = await eachOf(chunks, readsInFlight, async (chunk) => {
      const items: Buffer[] = [];
      let left: readonly Buffer[] = chunk.map(asJson);
      for (let round = 0; left.length > 0; ) {
        const answer = await call(left, names?.keysOnly);
        items.push(...answer.items);
        left = answer.left;
        if (left.length === 0) break;
        // Keys are left over because of 16 MB, or because of the capacity; an answer with items may be the former.
        round = answer.items.length > 0 ? 1 : round + 1;
        throttles.count(null);
        await pause(round, endurance, () => unprocessed(table));
      }
      return items;
    });
    return found.flat();
  };
}

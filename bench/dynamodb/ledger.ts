import { canonicalItem, fromJson } from '../../lambdas/dynamodb/attributes.ts';
import { type Dataset, datasets, itemsPerPage, makeItem } from './dataset.ts';

/** What a canned server has seen. */
export interface Tally {
  readonly pages: number;
  readonly batches: number;
  readonly items: number;
  readonly bytes: number;
  /** Items that came otherwise than they were served, came uncalled or did not come; null when nobody looked. */
  readonly wrong: number | null;
}

/** Keeps count of what is served and of what comes back. */
export interface Ledger {
  served(dataset: Dataset, page: number): void;
  written(body: Buffer): void;
  /** The counts since they were last taken. */
  take(): Tally;
}

const putRequest = Buffer.from('"PutRequest"');

/** Counts; with `verify` each item that comes back is compared with the one that was served, and so is their number. */
export function createLedger(verify: boolean): Ledger {
  let [pages, batches, items, bytes, strange] = [0, 0, 0, 0, 0];
  const due = new Map<string, number>();

  const settle = (item: Record<string, unknown>) => {
    const text = canonicalItem(fromJson(item));
    const left = due.get(text);
    if (left === undefined) strange += 1;
    else due.set(text, left - 1);
  };

  return {
    served(dataset, page) {
      pages += 1;
      if (!verify) return;
      const count = itemsPerPage[dataset];
      for (let number = page * count; number < (page + 1) * count; number++) {
        const text = canonicalItem(fromJson(makeItem(dataset, number)));
        due.set(text, (due.get(text) ?? 0) + 1);
      }
    },
    written(body) {
      batches += 1;
      bytes += body.length;
      if (verify) {
        const request: Record<string, { PutRequest: { Item: Record<string, unknown> } }[]> = JSON.parse(
          body.toString(),
        ).RequestItems;
        for (const { PutRequest } of Object.values(request).flat()) {
          items += 1;
          settle(PutRequest.Item);
        }
        return;
      }
      for (let at = body.indexOf(putRequest); at !== -1; at = body.indexOf(putRequest, at + putRequest.length)) {
        items += 1;
      }
    },
    take() {
      const missingOrTwice = [...due.values()].reduce((sum, left) => sum + Math.abs(left), 0);
      const tally = { pages, batches, items, bytes, wrong: verify ? strange + missingOrTwice : null };
      [pages, batches, items, bytes, strange] = [0, 0, 0, 0, 0];
      due.clear();
      return tally;
    },
  };
}

/** The shape that a table holds: `small`, or anything with that in its name; all others are mixed. */
export function datasetOf(table: string): Dataset {
  return datasets.find((dataset) => table.includes(dataset)) ?? 'mixed';
}

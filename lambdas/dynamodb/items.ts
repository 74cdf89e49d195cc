import { setTimeout as delay } from 'node:timers/promises';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import { eachOf } from '../core/artefacts.ts';
import { PromotionError } from '../core/errors.ts';
import { attempt, named } from '../core/retry.ts';
import { canonicalItem, type Item, keyOf, wireBytes } from './attributes.ts';

/** Limits of one call (API reference): 25 items a write, 100 keys a read. */
const writesPerBatch = 25;
const keysPerBatch = 100;
/** The service refuses bodies over 16 MB; half of it leaves room for names and signatures. */
const bytesPerBatch = 8 * 1024 * 1024;
/** Batches under way at once; a single segment goes to one partition, which takes 1,000 units a second. */
const batchesInFlight = 8;

/** A page of a scan. */
export interface Page {
  readonly items: readonly Item[];
  /** Where the next page begins; null at the end of the segment. An empty page with a key is not the end. */
  readonly next: Item | null;
}

/** Reads one page of a segment. */
export async function scanPage(client: DynamoDBClient, input: ScanCommandInput): Promise<Page> {
  const page = await attempt(() => client.send(new ScanCommand(input)), {
    // An empty body with status 200 has no Items either, and would look like the end of the segment.
    check: ({ Items, Count, LastEvaluatedKey }) => {
      if (!Items || Items.length !== Count) return `dynamodb answered a page of ${input.TableName} without its items`;
      const stuck = LastEvaluatedKey && input.ExclusiveStartKey && sameKey(LastEvaluatedKey, input.ExclusiveStartKey);
      return stuck ? `dynamodb answered a page of ${input.TableName} that leads back to itself` : null;
    },
  }).catch((error: unknown) => {
    throw named(error, `scanning ${input.TableName}, segment ${input.Segment} of ${input.TotalSegments}`);
  });
  return { items: page.Items ?? [], next: page.LastEvaluatedKey ?? null };
}

function sameKey(one: Item, other: Item): boolean {
  return canonicalItem(one) === canonicalItem(other);
}

/** Writes all items, by number and bytes, each batch until nothing of it is left unprocessed. */
export async function writeItems(
  client: DynamoDBClient,
  table: string,
  items: readonly Item[],
  remaining: () => number,
): Promise<void> {
  await eachOf(batches(items), batchesInFlight, (batch) => writeBatch(client, table, batch, remaining));
}

/** Reads the items of these keys, keyed by the canonical text of their key; absent ones are absent. */
export async function readItems(
  client: DynamoDBClient,
  table: string,
  keys: readonly Item[],
  options: { keyNames: readonly string[]; consistent: boolean; keysOnly: boolean },
  remaining: () => number,
): Promise<Map<string, Item>> {
  const found = new Map<string, Item>();
  const chunks = Array.from({ length: Math.ceil(keys.length / keysPerBatch) }, (_, index) =>
    keys.slice(index * keysPerBatch, (index + 1) * keysPerBatch),
  );
  const projection = options.keysOnly ? keyProjection(options.keyNames) : {};
  await eachOf(chunks, batchesInFlight, async (chunk) => {
    let left = chunk;
    for (let round = 0; left.length > 0; round++) {
      await pause(round, remaining, table);
      const request = { [table]: { Keys: left, ConsistentRead: options.consistent, ...projection } };
      const answer = await attempt(() => client.send(new BatchGetItemCommand({ RequestItems: request })), {
        check: ({ Responses, UnprocessedKeys }) =>
          Responses && UnprocessedKeys ? null : `dynamodb answered a read of ${table} without its items`,
      }).catch((error: unknown) => {
        throw named(error, `reading items of ${table}`);
      });
      for (const item of answer.Responses?.[table] ?? []) found.set(canonicalItem(keyOf(item, options.keyNames)), item);
      left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    }
  });
  return found;
}

/** Projects the key alone, with names that cannot clash with reserved words. */
export function keyProjection(keyNames: readonly string[]) {
  return {
    ProjectionExpression: keyNames.map((_, index) => `#k${index}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(keyNames.map((name, index) => [`#k${index}`, name])),
  };
}

function batches(items: readonly Item[]): Item[][] {
  const all: Item[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = wireBytes(item);
    const last = all.at(-1);
    if (!last || last.length === writesPerBatch || bytes + size > bytesPerBatch) {
      all.push([item]);
      bytes = size;
    } else {
      last.push(item);
      bytes += size;
    }
  }
  return all;
}

async function writeBatch(client: DynamoDBClient, table: string, batch: readonly Item[], remaining: () => number) {
  let left = batch.map((Item) => ({ PutRequest: { Item } }));
  for (let round = 0; left.length > 0; round++) {
    await pause(round, remaining, table);
    const request = left;
    const answer = await attempt(() => client.send(new BatchWriteItemCommand({ RequestItems: { [table]: request } })), {
      check: ({ UnprocessedItems }) =>
        UnprocessedItems ? null : `dynamodb answered a write to ${table} without its rest`,
    }).catch((error: unknown) => {
      throw named(error, `writing items to ${table}`);
    });
    left = (answer.UnprocessedItems?.[table] ?? []).flatMap(({ PutRequest }) =>
      PutRequest?.Item ? [{ PutRequest: { Item: PutRequest.Item } }] : [],
    );
  }
}

/** Full jitter up to 50 ms · 2^round, at most 5 s; gives up in time for the checkpoint, never on a count of tries. */
async function pause(round: number, remaining: () => number, table: string): Promise<void> {
  if (remaining() <= 0) {
    throw new PromotionError('Promotion.Throttled', {
      code: 'Unprocessed',
      message: `${table} left items unprocessed until the worker's time was over`,
      resolution: 'raise the capacity of the table or wait, then start again',
    });
  }
  if (round > 0) await delay(Math.random() * Math.min(5_000, 50 * 2 ** round));
}

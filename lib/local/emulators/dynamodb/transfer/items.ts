import type { Item } from '../engine/dynalite.ts';
import type { EngineAnswer } from '../engine-process.ts';
import type { Region } from '../region.ts';

export type { Item } from '../engine/dynalite.ts';

const BATCH = 25;
/** Who reads and writes items on the service's own behalf; no refusal that a client sees names it. */
const SERVICE = 'dynamodb.amazonaws.com';

/** All items of a table, in no particular order. A writer at work meanwhile is seen in part. */
export async function readItems({ engine }: Region, table: string): Promise<Item[]> {
  const items: Item[] = [];
  let start: unknown;
  do {
    const request = {
      TableName: table,
      ConsistentRead: true,
      ...(start !== undefined && { ExclusiveStartKey: start }),
    };
    const answer = await engine.perform('Scan', Buffer.from(JSON.stringify(request)), SERVICE);
    if (answer.status !== 200) throw new Error(`the scan of table ${table} failed: ${answer.body.toString()}`);
    const page = JSON.parse(answer.body.toString()) as { Items: Item[]; LastEvaluatedKey?: unknown };
    for (const item of page.Items) items.push(item);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}

/**
 * Puts items into a table that the engine knows, one after another, so that the last of several with one key stays.
 * Returns how many the table refuses; the others are written.
 */
export async function loadItems(region: Region, table: string, items: readonly Item[]): Promise<number> {
  let refused = 0;
  for (let at = 0; at < items.length; at += BATCH) {
    const batch = items.slice(at, at + BATCH);
    const requests = batch.map((item) => ({ PutRequest: { Item: item } }));
    if (await accepted(region, 'BatchWriteItem', { RequestItems: { [table]: requests } })) continue;
    // One unfit item, or one key twice, spoils the batch for the others.
    for (const item of batch) {
      if (!(await accepted(region, 'PutItem', { TableName: table, Item: item }))) refused += 1;
    }
  }
  return refused;
}

async function accepted({ engine }: Region, operation: string, request: unknown): Promise<boolean> {
  const answer: EngineAnswer = await engine.perform(operation, Buffer.from(JSON.stringify(request)), SERVICE);
  if (answer.status === 200 || answer.status === 400) return answer.status === 200;
  throw new Error(`${operation} on behalf of the service failed: ${answer.body.toString()}`);
}

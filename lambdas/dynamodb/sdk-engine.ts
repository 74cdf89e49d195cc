import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { eachOf } from '../core/each-of.ts';
import { attempt, errorCode, named } from '../core/retry.ts';
import { fromJson, type Item, toJson } from './attributes.ts';
import type { EngineOptions, ItemPage, PageRequest, Rejected, TableEngine, WireItem } from './engine.ts';
import { keyProjection, pauseBefore, samePosition } from './item-calls.ts';
import { hideNames, showNames } from './sdk-names.ts';
import { createUnitEstimate } from './units.ts';
import { parseItem, serializeItem } from './wire-item.ts';

/** Limits of one call (API reference): 25 items a write, 100 keys a read. */
const writesPerBatch = 25;
const keysPerBatch = 100;
/** The service refuses bodies over 16 MB; half of it leaves room for names and signatures. */
const bytesPerBatch = 8 * 1024 * 1024;

/**
 * The table by way of the SDK: slower, because every item becomes objects twice, and the judge of the raw engine. Takes
 * the same requests, gives the same answers.
 */
export function openSdkTable(client: DynamoDBClient, options: EngineOptions): TableEngine {
  const { table, batchesInFlight, remaining } = options;

  async function page(request: PageRequest): Promise<ItemPage> {
    const { segment, total, after, consistent, restriction = {}, countOnly = false, limit } = request;
    const { ExpressionAttributeValues, ...plain } = restriction;
    await options.readLimiter?.take(1);
    const answer = await attempt(
      () =>
        client.send(
          new ScanCommand({
            TableName: table,
            Segment: segment,
            TotalSegments: total,
            ConsistentRead: consistent,
            ReturnConsumedCapacity: 'TOTAL',
            ...(countOnly ? { Select: 'COUNT' } : {}),
            ...(limit ? { Limit: limit } : {}),
            ...plain,
            ...(ExpressionAttributeValues ? { ExpressionAttributeValues: fromWire(ExpressionAttributeValues) } : {}),
            ...(after ? { ExclusiveStartKey: fromWire(after) } : {}),
          }),
        ),
      {
        // An empty body with status 200 has no Items either, and would look like the end of the segment.
        check: ({ Items, Count, LastEvaluatedKey }) => {
          if (Count === undefined || (!countOnly && Items?.length !== Count))
            return `dynamodb answered a page of ${table} without its items`;
          const stuck = LastEvaluatedKey && after && samePosition(toWire(LastEvaluatedKey), after);
          return stuck ? `dynamodb answered a page of ${table} that leads back to itself` : null;
        },
      },
    ).catch((error: unknown) => {
      throw named(error, `scanning ${table}, segment ${segment} of ${total}`);
    });
    options.readLimiter?.settle(1, answer.ConsumedCapacity?.CapacityUnits ?? 1);
    return {
      items: (answer.Items ?? []).map(bytesOf),
      next: answer.LastEvaluatedKey ? toWire(answer.LastEvaluatedKey) : null,
      count: answer.Count ?? 0,
      scanned: answer.ScannedCount ?? 0,
    };
  }

  const estimate = createUnitEstimate();
  /** What the estimate goes by; nothing where nothing is limited, for it costs as much as sending. */
  const textsOf = (requests: readonly WriteRequest[]) =>
    options.writeLimiter
      ? requests.map(({ PutRequest, DeleteRequest }) => bytesOf(PutRequest?.Item ?? DeleteRequest?.Key ?? {}))
      : [];

  /** Sends one batch until nothing of it is left; of a call that is refused for one item, the halves. */
  async function send(batch: readonly WriteRequest[], refused: (request: WriteRequest, error: Error) => void) {
    let left = [...batch];
    for (let round = 0; left.length > 0; ) {
      await pauseBefore(round, remaining, table);
      const most = options.writeLimiter?.unitsPerCall ?? Number.POSITIVE_INFINITY;
      const waiting = textsOf(left);
      const texts = waiting.slice(0, estimate.affordable(waiting, most));
      const requests = options.writeLimiter ? left.slice(0, texts.length) : left;
      const rest = left.slice(requests.length);
      const units = estimate.of(texts);
      await options.writeLimiter?.take(units);
      await options.mayWrite?.();
      try {
        const answer = await attempt(
          () =>
            client.send(
              new BatchWriteItemCommand({ RequestItems: { [table]: requests }, ReturnConsumedCapacity: 'INDEXES' }),
            ),
          {
            check: ({ UnprocessedItems }) =>
              UnprocessedItems ? null : `dynamodb answered a write to ${table} without its rest`,
          },
        );
        const taken = answer.ConsumedCapacity?.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
        options.writeLimiter?.settle(units, taken ?? units);
        const unprocessed = answer.UnprocessedItems?.[table] ?? [];
        if (unprocessed.length === 0) estimate.learn(texts, taken ?? null);
        round = unprocessed.length > 0 ? round + 1 : 0;
        left = [...unprocessed, ...rest];
      } catch (error) {
        if (!isRefusal(error)) throw named(error, `writing items to ${table}`);
        options.writeLimiter?.settle(units, 0);
        const [first] = requests;
        const half = Math.ceil(requests.length / 2);
        if (requests.length === 1 && first) refused(first, error as Error);
        else {
          await send(requests.slice(0, half), refused);
          await send(requests.slice(half), refused);
        }
        left = rest;
      }
    }
  }

  return {
    page,
    async write(items) {
      const rejected: Rejected[] = [];
      await eachOf(batches(items), batchesInFlight, async (batch) => {
        const sent = new Map(batch.map((item) => [{ PutRequest: { Item: itemOf(item) } } as WriteRequest, item]));
        await send([...sent.keys()], (request, { name, message }) => {
          const item = sent.get(request) ?? bytesOf(request.PutRequest?.Item ?? {});
          rejected.push({ item, code: name, message });
        });
      });
      return rejected;
    },
    async writeAbsent(items, keyNames) {
      const rejected: Rejected[] = [];
      let present = 0;
      const condition = {
        ConditionExpression: 'attribute_not_exists(#k)',
        ExpressionAttributeNames: { '#k': keyNames[0] ?? '' },
        ReturnConsumedCapacity: 'INDEXES' as const,
      };
      await eachOf(items, batchesInFlight, async (item) => {
        await pauseBefore(0, remaining, table);
        const units = estimate.of([item]);
        await options.writeLimiter?.take(units);
        await options.mayWrite?.();
        const Item = itemOf(item);
        try {
          const answer = await attempt(
            () => client.send(new PutItemCommand({ TableName: table, Item, ...condition })),
            {
              check: ({ ConsumedCapacity }) =>
                ConsumedCapacity ? null : `dynamodb answered a write to ${table} without what it took`,
            },
          );
          const taken = answer.ConsumedCapacity?.CapacityUnits;
          options.writeLimiter?.settle(units, taken ?? units);
          estimate.learn([item], taken ?? null);
        } catch (error) {
          if (errorCode(error) === 'ConditionalCheckFailedException') present += 1;
          else if (isRefusal(error)) {
            const { name, message } = error as Error;
            rejected.push({ item, code: name, message });
          } else throw named(error, `writing items to ${table}`);
        }
      });
      return { rejected, present };
    },
    close: () => client.destroy(),
    async remove(keys) {
      await eachOf(chunks(keys, writesPerBatch), batchesInFlight, async (chunk) => {
        const requests = chunk.map((key) => ({ DeleteRequest: { Key: fromWire(key) } }));
        await send(requests, (_, error) => {
          throw named(error, `deleting items of ${table}`);
        });
      });
    },
    async read(keys, names) {
      const found: Buffer[] = [];
      const projection = names ? keyProjection(names.keysOnly) : {};
      await eachOf(chunks(keys, keysPerBatch), batchesInFlight, async (chunk) => {
        let left: Item[] = chunk.map(fromWire);
        for (let round = 0; left.length > 0; round++) {
          await pauseBefore(round, remaining, table);
          const request = { [table]: { Keys: left, ConsistentRead: true, ...projection } };
          await options.readLimiter?.take(left.length);
          const answer = await attempt(
            () => client.send(new BatchGetItemCommand({ RequestItems: request, ReturnConsumedCapacity: 'TOTAL' })),
            {
              check: ({ Responses, UnprocessedKeys }) =>
                Responses && UnprocessedKeys ? null : `dynamodb answered a read of ${table} without its items`,
            },
          ).catch((error: unknown) => {
            throw named(error, `reading items of ${table}`);
          });
          const taken = answer.ConsumedCapacity?.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
          options.readLimiter?.settle(left.length, taken ?? left.length);
          for (const item of answer.Responses?.[table] ?? []) found.push(bytesOf(item));
          left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
        }
      });
      return found;
    },
  };
}

function itemOf(bytes: Buffer): Item {
  return fromJson(parseItem(hideNames(bytes)));
}

function bytesOf(item: Item): Buffer {
  return showNames(serializeItem(toJson(item)));
}

/** A key, or the values of an expression, as the SDK takes them. */
function fromWire(item: WireItem): Item {
  return itemOf(serializeItem(item));
}

function toWire(item: Item): WireItem {
  return parseItem(bytesOf(item));
}

/** The service refuses a whole batch for one item that it cannot take. */
function isRefusal(error: unknown): boolean {
  return ['ValidationException', 'ItemCollectionSizeLimitExceededException'].includes(errorCode(error));
}

function batches(items: readonly Buffer[]): Buffer[][] {
  const all: Buffer[][] = [];
  let bytes = 0;
  for (const item of items) {
    const last = all.at(-1);
    if (!last || last.length === writesPerBatch || bytes + item.length > bytesPerBatch) {
      all.push([item]);
      bytes = item.length;
    } else {
      last.push(item);
      bytes += item.length;
    }
  }
  return all;
}

function chunks(keys: readonly WireItem[], size: number): WireItem[][] {
  return Array.from({ length: Math.ceil(keys.length / size) }, (_, index) =>
    keys.slice(index * size, (index + 1) * size),
  );
}

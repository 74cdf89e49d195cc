import type { ItemBatcher } from './definition.ts';
import { StateFailure } from './failure.ts';
import { type Frame, queryCount, queryTemplate } from './frame.ts';
import { DATA_LIMIT, exceedsDataLimit, type Json } from './json.ts';

/** The input of one child execution and how many items it stands for. */
export interface ChildInput {
  readonly input: Json;
  readonly itemCount: number;
}

/** How items are put together, all expressions evaluated. */
export interface Batching {
  readonly maxItems: number;
  readonly maxBytes: number;
  /** Undefined where the state has no `BatchInput`. */
  readonly batchInput: Json | undefined;
}

/** Evaluates the fields of an ItemBatcher. */
export async function batchingOf(frame: Frame, batcher: ItemBatcher): Promise<Batching> {
  const maxItems = await queryCount(frame, batcher.MaxItemsPerBatch, 'ItemBatcher/MaxItemsPerBatch');
  const maxBytes = await queryCount(frame, batcher.MaxInputBytesPerBatch, 'ItemBatcher/MaxInputBytesPerBatch');
  const { BatchInput } = batcher;
  return {
    maxItems: maxItems || Number.POSITIVE_INFINITY,
    maxBytes: Math.min(maxBytes || DATA_LIMIT, DATA_LIMIT),
    batchInput: BatchInput === undefined ? undefined : await queryTemplate(frame, BatchInput, 'ItemBatcher/BatchInput'),
  };
}

/**
 * Fills batches in the order of the items, each as full as both limits allow; the limit in bytes is for the whole input
 * of the child. Throws `States.DataLimitExceeded` for an item that fits into no batch.
 */
export function batchItems(items: readonly Json[], batching: Batching): ChildInput[] {
  const inputOf = (batch: Json[]): Json => ({
    ...(batching.batchInput !== undefined && { BatchInput: batching.batchInput }),
    Items: batch,
  });
  const emptyBytes = Buffer.byteLength(JSON.stringify(inputOf([])));
  const batches: Json[][] = [];
  let batch: Json[] = [];
  let bytes = emptyBytes;
  for (const item of items) {
    const itemBytes = Buffer.byteLength(JSON.stringify(item));
    const comma = batch.length > 0 ? 1 : 0;
    if (batch.length > 0 && (batch.length >= batching.maxItems || bytes + comma + itemBytes > batching.maxBytes)) {
      batches.push(batch);
      batch = [];
      bytes = emptyBytes;
    }
    if (emptyBytes + itemBytes > batching.maxBytes) {
      const cause = `An item of ${itemBytes} bytes does not fit into a batch of ${batching.maxBytes} bytes.`;
      throw new StateFailure('States.DataLimitExceeded', cause);
    }
    bytes += (batch.length > 0 ? 1 : 0) + itemBytes;
    batch.push(item);
  }
  if (batch.length > 0) batches.push(batch);
  return batches.map((Items) => ({ input: inputOf(Items), itemCount: Items.length }));
}

/** One child for each item. Throws `States.DataLimitExceeded` for an item larger than an input may be. */
export function singleItems(items: readonly Json[]): ChildInput[] {
  return items.map((input) => {
    if (exceedsDataLimit(input)) {
      throw new StateFailure('States.DataLimitExceeded', 'An item is larger than the input of a child may be.');
    }
    return { input, itemCount: 1 };
  });
}

import { type AttributeValue, BatchWriteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { fromJson, type Item, toJson } from '../../../lambdas/dynamodb/attributes.ts';
import { makeClient } from './client.ts';
import { createSlots, type Variant, type VariantOptions, writeAll } from './contract.ts';

/** Copies with the low-level client, as its documentation shows it. */
export async function openVariant(options: VariantOptions): Promise<Variant> {
  const client = makeClient(options);
  const slot = createSlots(options.inFlight);
  const write = async (batch: readonly Item[]) => {
    let left = batch.map((Item) => ({ PutRequest: { Item } }));
    while (left.length > 0) {
      const { UnprocessedItems } = await client.send(
        new BatchWriteItemCommand({ RequestItems: { [options.copy]: left } }),
      );
      left = (UnprocessedItems?.[options.copy] ?? []) as { PutRequest: { Item: Record<string, AttributeValue> } }[];
    }
  };
  return async (segment, after) => {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new ScanCommand({
        TableName: options.table,
        Segment: segment,
        TotalSegments: options.segments,
        ConsistentRead: true,
        ...(after ? { ExclusiveStartKey: fromJson(after) } : {}),
      }),
    );
    return { next: LastEvaluatedKey ? toJson(LastEvaluatedKey) : null, written: writeAll(Items, slot, write) };
  };
}

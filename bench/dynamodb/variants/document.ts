import { BatchWriteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { makeClient } from './client.ts';
import { createSlots, type Variant, type VariantOptions, writeAll } from './contract.ts';

type Document = Record<string, unknown>;

/** Copies with the document client, numbers kept as they are: by default it refuses some and rounds others silently. */
export async function openVariant(options: VariantOptions): Promise<Variant> {
  const client = DynamoDBDocumentClient.from(makeClient(options), { unmarshallOptions: { wrapNumbers: true } });
  const slot = createSlots(options.inFlight);
  const write = async (batch: readonly Document[]) => {
    let left = batch.map((Item) => ({ PutRequest: { Item } }));
    while (left.length > 0) {
      const { UnprocessedItems } = await client.send(new BatchWriteCommand({ RequestItems: { [options.copy]: left } }));
      left = (UnprocessedItems?.[options.copy] ?? []) as { PutRequest: { Item: Document } }[];
    }
  };
  return async (segment, after) => {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new ScanCommand({
        TableName: options.table,
        Segment: segment,
        TotalSegments: options.segments,
        ConsistentRead: true,
        ...(after ? { ExclusiveStartKey: { ...after } } : {}),
      }),
    );
    return { next: LastEvaluatedKey ?? null, written: writeAll(Items, slot, write) };
  };
}

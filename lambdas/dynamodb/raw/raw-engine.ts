import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { resolveTarget } from './endpoint.ts';
import { openTable, type RawOptions, type RawTable } from './table.ts';

/**
 * Opens a table for moving items as bytes. The client is asked where and as whom to call, then no longer used: items
 * of an answer go into the requests as they stand.
 */
export async function openRawTable(client: DynamoDBClient, options: RawOptions): Promise<RawTable> {
  return openTable(await resolveTarget(client, options.table), options);
}

import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readTable } from '../../lambdas/dynamodb/read-table.ts';
import { makeDefinition } from './factories.ts';

/** A moment in which emulated tables and backups go on to their next state. */
export const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

/** Creates a table with the key of `makeDefinition` and nothing else, waits until it is active, and answers its id. */
export async function makeActiveTable(client: DynamoDBClient, TableName: string): Promise<string> {
  const { AttributeDefinitions, KeySchema } = makeDefinition().table;
  await client.send(
    new CreateTableCommand({ TableName, AttributeDefinitions, KeySchema, BillingMode: 'PAY_PER_REQUEST' }),
  );
  return await activeTable(client, TableName);
}

/** Waits until a table is active, and answers its id. */
export async function activeTable(client: DynamoDBClient, name: string): Promise<string> {
  for (;;) {
    const state = await readTable(client, name);
    if (state?.active) return state.id;
    await pause();
  }
}

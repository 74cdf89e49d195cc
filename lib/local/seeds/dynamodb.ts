import {
  BatchWriteItemCommand,
  CreateTableCommand,
  type DynamoDBClient,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type SeedTable, seedTables } from './tables.ts';

/** Makes the tables of the demonstration and fills them; answers how many items each has. */
export async function seedDynamoDb(
  client: DynamoDBClient,
  progress: (table: string, items: number) => void,
): Promise<void> {
  await Promise.all(seedTables.map(({ create }) => client.send(new CreateTableCommand(create))));
  for (const table of seedTables) {
    const items = await fill(client, table);
    progress(table.create.TableName ?? '', items);
  }
}

async function fill(client: DynamoDBClient, { create, items, timeToLive, pointInTimeRecovery }: SeedTable) {
  const TableName = create.TableName ?? '';
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { TableName });
  const all = items();
  for (let start = 0; start < all.length; start += 200) {
    const batches = Array.from({ length: 8 }, (_, index) => all.slice(start + index * 25, start + (index + 1) * 25));
    await Promise.all(batches.filter((batch) => batch.length > 0).map((batch) => put(client, TableName, batch)));
  }
  if (timeToLive) {
    const TimeToLiveSpecification = { Enabled: true, AttributeName: timeToLive };
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  }
  if (pointInTimeRecovery) {
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  }
  return all.length;
}

async function put(client: DynamoDBClient, table: string, batch: ReturnType<SeedTable['items']>): Promise<void> {
  let left: Parameters<typeof request>[1] = batch.map((Item) => ({ PutRequest: { Item } }));
  while (left.length > 0) {
    const { UnprocessedItems } = await client.send(request(table, left));
    left = UnprocessedItems?.[table] ?? [];
  }
}

function request(table: string, writes: NonNullable<BatchWriteItemCommand['input']['RequestItems']>[string]) {
  return new BatchWriteItemCommand({ RequestItems: { [table]: writes } });
}

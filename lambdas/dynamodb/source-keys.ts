import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type BundledTable, bundleInvalid } from './bundle.ts';
import { keyNames, type TableMembers } from './definition.ts';
import { describeTable } from './read-table.ts';
import { tableMembers } from './table-members.ts';

/**
 * Compares the primary key of a bundle's table, names and types, with that of the source table as it is now: under other
 * keys, items of the source would be written over each other without a word. Another key is `Promotion.Config` at the
 * place in the file. A source that has gone is found by whoever reads it.
 */
export async function assertSourceKeys(
  source: DynamoDBClient,
  bundle: string,
  { table, file }: Pick<BundledTable, 'table' | 'file'>,
): Promise<void> {
  const described = await describeTable(source, table);
  if (!described) return;
  const [bundled, present] = [file.content.table, tableMembers(described)];
  if (keyWords(bundled) === keyWords(present)) return;
  const sameNames = keyNames(bundled).join() === keyNames(present).join();
  throw bundleInvalid(
    bundle,
    table,
    `/table/${sameNames ? 'AttributeDefinitions' : 'KeySchema'}`,
    `the key is ${keyWords(bundled)}, but items of ${table} have the key ${keyWords(present)}`,
    'put back the key of the source, or export again under another promotionId',
  );
}

/** The key as a person reads it, partition key first: `"id" (S), "day" (N)`. */
function keyWords(table: TableMembers): string {
  const typeOf = (name: string) =>
    table.AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  return keyNames(table)
    .map((name) => `"${name}" (${typeOf(name)})`)
    .join(', ');
}

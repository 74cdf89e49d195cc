import { type DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { eachOf } from '../core/each-of.ts';
import { allPages } from '../core/paging.ts';
import { attempt, errorCode, named } from '../core/retry.ts';
import type { DynamodbRequest } from './contracts.ts';
import { listTags } from './read-table.ts';
import { asksForTags, type Candidate, isSelective } from './selection.ts';

/** Eight calls at a time, as the export makes them: the service takes about ten a second of ListTagsOfResource. */
const width = 8;

/**
 * The tables of an account that a request may select by prefix or tags; none where it names all tables. Their tags,
 * those of the services too, are read only where an entry asks for tags, because that is a call a table.
 */
export async function listCandidates(
  client: DynamoDBClient,
  request: Pick<DynamodbRequest, 'tables'>,
  arnOf: (table: string) => string,
): Promise<Candidate[]> {
  if (!isSelective(request)) return [];
  const tables = await listTables(client);
  if (!asksForTags(request)) return tables.map((table) => ({ table, tags: [] }));
  const candidates = await eachOf(tables, width, async (table) => {
    try {
      return [{ table, tags: await listTags(client, arnOf(table)) }];
    } catch (error) {
      // A table may go between the listing and its tags: then nobody selects it.
      if (errorCode(error) === 'ResourceNotFoundException') return [];
      throw named(error, `reading the tags of table ${table}`);
    }
  });
  return candidates.flat();
}

/** The names of all tables, every page. */
async function listTables(client: DynamoDBClient): Promise<string[]> {
  return await allPages('listing tables', async (token) => {
    const page = await attempt(
      () => client.send(new ListTablesCommand(token === undefined ? {} : { ExclusiveStartTableName: token })),
      { check: ({ TableNames }) => (TableNames ? null : 'dynamodb answered no list of tables') },
    );
    return { items: page.TableNames ?? [], next: page.LastEvaluatedTableName ?? null };
  }).catch((error: unknown) => {
    throw named(error, 'listing tables');
  });
}

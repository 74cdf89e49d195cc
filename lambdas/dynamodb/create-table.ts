import { CreateTableCommand, type CreateTableCommandInput, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { attempt, errorCode, named } from '../core/retry.ts';
import { ownershipTag, type TableDefinition, usedAttributes } from './definition.ts';

/** A table carries 50 tags at most (API reference); a source that uses them all leaves none for ours. */
const tagsPerTable = 50;
/** Of a tag's value (API reference); the ARN of a table with a long name has more. */
const charactersPerTagValue = 256;

/** How a create ended; `busy` means that the account has as many table operations under way as it may. */
export type Created =
  | { readonly outcome: 'created'; readonly id: string; readonly arn: string }
  | { readonly outcome: 'exists' | 'busy' };

/**
 * Creates the table of a definition under another name, with what must not wait: keys, indexes, capacity, warm
 * throughput, encryption and tags. Everything else follows the load, which it would hinder, flood or make dearer.
 */
export async function createTable(
  client: DynamoDBClient,
  as: string,
  definition: TableDefinition,
  sourceArn: string,
): Promise<Created> {
  try {
    const { TableDescription } = await attempt(
      () => client.send(new CreateTableCommand(createInput(as, definition, sourceArn))),
      { check: (answer) => (answer.TableDescription?.TableId ? null : `dynamodb answered no description of ${as}`) },
    );
    return { outcome: 'created', id: TableDescription?.TableId ?? '', arn: TableDescription?.TableArn ?? '' };
  } catch (error) {
    if (errorCode(error) === 'ResourceInUseException') return { outcome: 'exists' };
    // 500 table operations at once, 250 with indexes (quotas page): the next poll tries again.
    if (errorCode(error) === 'LimitExceededException' && /simultaneously|concurrent/i.test(String(error)))
      return { outcome: 'busy' };
    throw named(error, `creating table ${as}`);
  }
}

/** Tags of a table that this tool makes: those of the definition, and ours where there is room for it. */
export function createdTags({ tags }: Pick<TableDefinition, 'tags'>, sourceArn: string): TableDefinition['tags'] {
  const carried = tags.filter(({ Key }) => Key !== ownershipTag);
  const owned =
    carried.length < tagsPerTable ? [{ Key: ownershipTag, Value: sourceArn.slice(0, charactersPerTagValue) }] : [];
  return [...carried, ...owned];
}

function createInput(as: string, definition: TableDefinition, sourceArn: string): CreateTableCommandInput {
  const { table } = definition;
  const { StreamSpecification, DeletionProtectionEnabled, OnDemandThroughput, GlobalSecondaryIndexes, ...now } = table;
  return {
    ...now,
    TableName: as,
    // Writes to a table of infrequent access cost a quarter more (price list), and a table may change its class twice a month.
    TableClass: 'STANDARD',
    AttributeDefinitions: usedAttributes(table),
    ...(GlobalSecondaryIndexes
      ? { GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(({ OnDemandThroughput: _, ...index }) => index) }
      : {}),
    Tags: createdTags(definition, sourceArn),
  };
}

import type { TableCreationParameters } from '@aws-sdk/client-dynamodb';
import { type TableDefinition, usedAttributes } from '../definition.ts';

/**
 * The part of a definition that an import makes a table with: keys, global indexes, capacity and encryption. Tags and the
 * warm throughput of the table follow when it is filled, everything else with the settings after the load; maxima on
 * demand are among those, as for a table that is copied. Tables with local indexes are not imported: the plan says so.
 */
export function creationParameters(as: string, { table }: TableDefinition): TableCreationParameters {
  const { KeySchema, BillingMode, ProvisionedThroughput, SSESpecification, GlobalSecondaryIndexes } = table;
  return {
    TableName: as,
    AttributeDefinitions: usedAttributes(table),
    KeySchema,
    BillingMode,
    ...(ProvisionedThroughput && { ProvisionedThroughput }),
    ...(SSESpecification && { SSESpecification }),
    ...(GlobalSecondaryIndexes && {
      GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(({ OnDemandThroughput: _, ...index }) => index),
    }),
  };
}

import type { TableMembers } from './definition.ts';

/** Attribute names of the primary key, partition key first. */
export function keyNames({ KeySchema }: Pick<TableMembers, 'KeySchema'>): string[] {
  return [...KeySchema].sort((a, b) => a.KeyType.localeCompare(b.KeyType)).map(({ AttributeName }) => AttributeName);
}

/** An attribute that no key uses is refused by the service; an edited bundle may have left one over. */
export function usedAttributes(table: TableMembers): TableMembers['AttributeDefinitions'] {
  const schemas = [table, ...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  const used = new Set(schemas.flatMap(({ KeySchema }) => KeySchema.map(({ AttributeName }) => AttributeName)));
  return table.AttributeDefinitions.filter(({ AttributeName }) => used.has(AttributeName));
}

import type { DynamodbRequest } from './contracts.ts';
import type { ScanRestriction } from './engine.ts';

/**
 * What the scan of the source is restricted to: the filter as it was given, and of each item the attributes of the
 * projection, `always` besides. Our placeholders begin with what none of the given ones begins with.
 */
export function restrictionOf(
  { filter, projection }: Pick<DynamodbRequest, 'filter' | 'projection'>,
  always: readonly string[],
): ScanRestriction {
  const given = Object.keys(filter?.names ?? {});
  let prefix = '#projected';
  while (given.some((name) => name.startsWith(prefix))) prefix += '_';
  const projected = projection ? [...new Set([...always, ...projection])] : [];
  const ours = projected.map((name, index): [string, string] => [`${prefix}${index}`, name]);
  const names = [...Object.entries(filter?.names ?? {}), ...ours];
  return {
    ...(filter ? { FilterExpression: filter.expression } : {}),
    ...(ours.length > 0 ? { ProjectionExpression: ours.map(([placeholder]) => placeholder).join(', ') } : {}),
    ...(names.length > 0 ? { ExpressionAttributeNames: Object.fromEntries(names) } : {}),
    ...(filter && Object.keys(filter.values).length > 0 ? { ExpressionAttributeValues: filter.values } : {}),
  };
}

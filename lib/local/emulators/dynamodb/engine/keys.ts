import {
  type AnsweredError,
  type AttributeValue,
  database,
  type IndexDefinition,
  type Item,
  type TableDefinition,
} from './dynalite.ts';

/** Longest partition and sort key values in bytes (developer guide, "Service, account, and table quotas"). */
const MAXIMUM_BYTES = { HASH: 2048, RANGE: 1024 } as const;
/** Lists and maps may lie this deep in each other. */
const MAXIMUM_DEPTH = 32;

type Refusal = AnsweredError | null;

const invalid = (text: string): AnsweredError =>
  database.validationError(`One or more parameter values were invalid: ${text}`);

function attributeType(table: TableDefinition, name: string): string {
  const definition = table.AttributeDefinitions.find((candidate) => candidate.AttributeName === name);
  if (!definition) throw new Error(`attribute ${name} of table ${table.TableName} has no definition`);
  return definition.AttributeType;
}

/** All indexes of a table in the order of their names: the first one at fault is the one that the service names. */
export function indexesOf(table: TableDefinition): readonly IndexDefinition[] {
  return [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])].sort((left, right) =>
    left.IndexName < right.IndexName ? -1 : 1,
  );
}

/** Checks an item that is to be put: key attributes, index key attributes, nesting. */
export function checkItem(item: Item, table: TableDefinition): Refusal {
  for (const { AttributeName, KeyType } of table.KeySchema) {
    const type = attributeType(table, AttributeName);
    const value = item[AttributeName];
    if (value === undefined) return invalid(`Missing the key ${AttributeName} in the item`);
    const actual = Object.keys(value)[0];
    if (actual !== type) {
      return invalid(`Type mismatch for key ${AttributeName} expected: ${type} actual: ${actual}`);
    }
    const refusal = checkKeyValue(AttributeName, value, type, KeyType);
    if (refusal) return refusal;
  }
  return checkIndexKeys(item, table) ?? checkDepth(item);
}

/** Checks the key of a read, update or delete against the key schema of the table. */
export function checkKey(key: Item, table: TableDefinition): Refusal {
  const mismatch = 'The provided key element does not match the schema';
  if (Object.keys(key).length !== table.KeySchema.length) return database.validationError(mismatch);
  for (const { AttributeName, KeyType } of table.KeySchema) {
    const type = attributeType(table, AttributeName);
    const value = key[AttributeName];
    if (value?.[type] === undefined) return database.validationError(mismatch);
    const refusal = checkKeyValue(AttributeName, value, type, KeyType);
    if (refusal) return refusal;
  }
  return null;
}

function checkKeyValue(name: string, value: AttributeValue, type: string, keyType: string): Refusal {
  const bytes = keyBytes(value, type);
  if (bytes === 0) {
    const kind = type === 'S' ? 'string' : 'binary';
    return database.validationError(
      'One or more parameter values are not valid. ' +
        `The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${name}`,
    );
  }
  if (keyType === 'HASH' && bytes > MAXIMUM_BYTES.HASH) {
    return invalid('Size of hashkey has exceeded the maximum size limit of2048 bytes');
  }
  if (keyType === 'RANGE' && bytes > MAXIMUM_BYTES.RANGE) {
    return invalid('Aggregated size of all range keys has exceeded the size limit of 1024 bytes');
  }
  return null;
}

function keyBytes(value: AttributeValue, type: string): number {
  if (type === 'S') return Buffer.byteLength(value.S as string);
  if (type === 'B') return Buffer.from(value.B as string, 'base64').length;
  return 1;
}

/** Checks the attributes of an item that are keys of an index; absent ones leave the item out of that index. */
export function checkIndexKeys(item: Item, table: TableDefinition): Refusal {
  for (const index of indexesOf(table)) {
    for (const { AttributeName, KeyType } of index.KeySchema) {
      const value = item[AttributeName];
      if (value === undefined) continue;
      const type = attributeType(table, AttributeName);
      const actual = Object.keys(value)[0];
      if (actual !== type) {
        return invalid(
          `Type mismatch for Index Key ${AttributeName} Expected: ${type} Actual: ${actual} IndexName: ${index.IndexName}`,
        );
      }
      const bytes = keyBytes(value, type);
      const where = `IndexName: ${index.IndexName}, IndexKey: ${AttributeName}`;
      if (bytes === 0) {
        const kind = type === 'S' ? 'string' : 'binary';
        return database.validationError(
          'One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
            `The AttributeValue for a key attribute cannot contain an empty ${kind} value. ${where}`,
        );
      }
      const limit = KeyType === 'HASH' ? MAXIMUM_BYTES.HASH : MAXIMUM_BYTES.RANGE;
      if (bytes > limit) {
        return invalid(
          `Size of ${KeyType === 'HASH' ? 'hashkey' : 'rangekey'} has exceeded the maximum size limit of ${limit} bytes. ${where}`,
        );
      }
    }
  }
  return null;
}

/**
 * The item without attributes that cannot be a key of one of the table's indexes. Items older than an index may hold
 * such values; the service leaves them out of the index.
 */
export function withoutUnfitKeys(item: Item, table: TableDefinition): Item {
  let fit = item;
  for (const index of indexesOf(table)) {
    for (const { AttributeName } of index.KeySchema) {
      const value = fit[AttributeName];
      if (value === undefined) continue;
      const type = attributeType(table, AttributeName);
      if (value[type] !== undefined && keyBytes(value, type) > 0) continue;
      const { [AttributeName]: _unfit, ...rest } = fit;
      fit = rest;
    }
  }
  return fit;
}

/** Refuses lists and maps that lie more than 32 deep in each other. */
export function checkDepth(item: Item): Refusal {
  for (const name in item) {
    if (depth(item[name] as AttributeValue, 0) > MAXIMUM_DEPTH) {
      return database.validationError(
        'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
      );
    }
  }
  return null;
}

function depth(value: AttributeValue, above: number): number {
  if (!value.L && !value.M) return above;
  const children = value.L ? (value.L as AttributeValue[]) : Object.values(value.M as Item);
  let deepest = above + 1;
  if (deepest > MAXIMUM_DEPTH) return deepest;
  for (const child of children) deepest = Math.max(deepest, depth(child, above + 1));
  return deepest;
}

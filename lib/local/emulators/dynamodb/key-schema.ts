import type { IndexDefinition, KeyElement } from './engine/dynalite.ts';
import { invalidParameter, validation } from './names.ts';
import type { AttributeDefinition } from './table.ts';

const MAXIMUM_LOCAL_INDEXES = 5;
const MAXIMUM_GLOBAL_INDEXES = 20;
/** Projected non-key attributes over all indexes of a table, repetitions counted. */
const MAXIMUM_PROJECTED_ATTRIBUTES = 100;

export interface Keys {
  readonly keySchema: readonly KeyElement[];
  readonly attributes: readonly AttributeDefinition[];
  readonly localIndexes?: readonly IndexDefinition[] | undefined;
  readonly globalIndexes?: readonly IndexDefinition[] | undefined;
}

/** Refuses a table whose keys, indexes and attribute definitions do not fit together. */
export function checkKeys({ keySchema, attributes, localIndexes, globalIndexes }: Keys): void {
  const defined = attributes.map(({ AttributeName }) => AttributeName);
  const repeated = defined.find((name, position) => defined.indexOf(name) !== position);
  if (repeated !== undefined) throw invalidParameter(`Duplicate AttributeName in AttributeDefinitions: ${repeated}`);
  checkSchema(keySchema, defined);
  if (localIndexes) checkLocalIndexes(keySchema, localIndexes, defined);
  if (globalIndexes) checkGlobalIndexes(globalIndexes, defined);
  const indexes = [...(localIndexes ?? []), ...(globalIndexes ?? [])];
  const names = indexes.map(({ IndexName }) => IndexName);
  const twice = names.find((name, position) => names.indexOf(name) !== position);
  if (twice !== undefined) throw invalidParameter(`Duplicate index name: ${twice}`);
  const projected = indexes.reduce((count, { Projection }) => count + (Projection.NonKeyAttributes?.length ?? 0), 0);
  if (projected > MAXIMUM_PROJECTED_ATTRIBUTES) {
    throw invalidParameter(`Number of projected attributes, ${projected}, exceeds the per-table limit of 100`);
  }
  checkAllUsed(keySchema, indexes, defined);
}

function checkSchema(schema: readonly KeyElement[], defined: readonly string[]): void {
  const names = schema.map(({ AttributeName }) => AttributeName);
  if (names.some((name) => !defined.includes(name))) {
    throw invalidParameter(
      'Some index key attributes are not defined in AttributeDefinitions. ' +
        `Keys: [${names.join(', ')}], AttributeDefinitions: [${defined.join(', ')}]`,
    );
  }
  if (names[0] === names[1]) {
    throw validation('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  }
  if (schema[0]?.KeyType !== 'HASH') {
    throw validation('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  }
  if (schema[1] && schema[1].KeyType !== 'RANGE') {
    throw validation('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  }
}

function checkLocalIndexes(
  tableSchema: readonly KeyElement[],
  indexes: readonly IndexDefinition[],
  defined: readonly string[],
): void {
  if (indexes.length === 0) throw invalidParameter('List of LocalSecondaryIndexes is empty');
  if (tableSchema.length !== 2) {
    throw invalidParameter(
      'Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex',
    );
  }
  const tableHash = tableSchema[0]?.AttributeName;
  for (const { IndexName, KeySchema, Projection } of indexes) {
    checkSchema(KeySchema, defined);
    if (KeySchema.length !== 2)
      throw invalidParameter(`Index KeySchema does not have a range key for index: ${IndexName}`);
    const indexHash = KeySchema[0]?.AttributeName;
    if (indexHash !== tableHash) {
      throw invalidParameter(
        `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${IndexName}. ` +
          `index hash key: ${indexHash}, table hash key: ${tableHash}`,
      );
    }
    checkProjection(Projection);
  }
  if (indexes.length > MAXIMUM_LOCAL_INDEXES) {
    throw invalidParameter('Number of LocalSecondaryIndexes exceeds per-table limit of 5');
  }
}

function checkGlobalIndexes(indexes: readonly IndexDefinition[], defined: readonly string[]): void {
  if (indexes.length === 0) throw invalidParameter('List of GlobalSecondaryIndexes is empty');
  for (const { KeySchema, Projection } of indexes) {
    checkSchema(KeySchema, defined);
    checkProjection(Projection);
  }
  if (indexes.length > MAXIMUM_GLOBAL_INDEXES) {
    throw invalidParameter('GlobalSecondaryIndex count exceeds the per-table limit of 20');
  }
}

function checkProjection({ ProjectionType, NonKeyAttributes }: IndexDefinition['Projection']): void {
  if (!ProjectionType) throw invalidParameter('Unknown ProjectionType: null');
  if (NonKeyAttributes && ProjectionType !== 'INCLUDE') {
    throw invalidParameter(`ProjectionType is ${ProjectionType}, but NonKeyAttributes is specified`);
  }
  if (!NonKeyAttributes && ProjectionType === 'INCLUDE') {
    throw invalidParameter('ProjectionType is INCLUDE, but NonKeyAttributes is not specified');
  }
}

function checkAllUsed(
  keySchema: readonly KeyElement[],
  indexes: readonly IndexDefinition[],
  defined: readonly string[],
): void {
  const used = usedAttributes(keySchema, indexes);
  if (defined.every((name) => used.has(name))) return;
  if (indexes.length === 0) {
    throw invalidParameter(
      'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
    );
  }
  throw invalidParameter(
    'Some AttributeDefinitions are not used. ' +
      `AttributeDefinitions: [${defined.join(', ')}], keys used: [${[...used].join(', ')}]`,
  );
}

/** Names of all attributes that are a key of the table or of one of the indexes. */
export function usedAttributes(keySchema: readonly KeyElement[], indexes: readonly IndexDefinition[]): Set<string> {
  return new Set([keySchema, ...indexes.map((index) => index.KeySchema)].flat().map((key) => key.AttributeName));
}

import type { TableDefinition } from './definition.ts';
import { withoutSettings } from './excluded.ts';
import { usedAttributes } from './key-attributes.ts';
import { ownershipTag } from './ownership-tag.ts';
import { policyText } from './policy-text.ts';

type Members = TableDefinition['table'];
type Index = NonNullable<Members['GlobalSecondaryIndexes']>[number];
type Units = NonNullable<Members['ProvisionedThroughput']>;
type Warm = NonNullable<Members['WarmThroughput']>;

/**
 * A definition as a tree whose leaves can be compared one by one: lists of named things are by their names, and what the
 * service moves by itself stands at the wanted value as long as it is within what `wanted` allows.
 */
export function comparable(definition: TableDefinition, wanted: TableDefinition): unknown {
  const { excluded = [] } = wanted;
  const { table, tags, autoscaling, resourcePolicy, kinesisStreaming, contributorInsights, timeToLive, ...rest } =
    withoutSettings(definition, excluded);
  const indexesWanted = new Map(wanted.table.GlobalSecondaryIndexes?.map((index) => [index.IndexName, index]));
  const globals = (table.GlobalSecondaryIndexes ?? []).map((index): [string, unknown] => {
    const { IndexName, ...members } = withCapacities(
      index,
      indexesWanted.get(index.IndexName),
      wanted,
      index.IndexName,
    );
    return [IndexName, { ...members, KeySchema: keyText(members) }];
  });
  const locals = (table.LocalSecondaryIndexes ?? []).map(({ IndexName, ...members }) => [
    IndexName,
    { ...members, KeySchema: keyText(members) },
  ]);
  return {
    timeToLive,
    pointInTimeRecovery: rest.pointInTimeRecovery,
    table: {
      ...withCapacities(table, wanted.table, wanted, null),
      TableName: undefined,
      KeySchema: keyText(table),
      AttributeDefinitions: Object.fromEntries(
        usedAttributes(table).map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
      ),
      GlobalSecondaryIndexes: Object.fromEntries(globals),
      LocalSecondaryIndexes: Object.fromEntries(locals),
      SSESpecification: encryption(table, wanted.table),
    },
    tags: Object.fromEntries(tags.filter(({ Key }) => Key !== ownershipTag).map(({ Key, Value }) => [Key, Value])),
    autoscaling: Object.fromEntries(
      autoscaling.map(({ IndexName, Dimension, policies, ...target }) => [
        `${IndexName ?? 'table'}/${Dimension}`,
        { ...target, policies: Object.fromEntries(policies.map((one) => [one.PolicyName, one.TargetTracking])) },
      ]),
    ),
    resourcePolicy: resourcePolicy && policyText(resourcePolicy),
    kinesisStreaming: Object.fromEntries(
      kinesisStreaming.map((one) => [one.StreamArn, one.ApproximateCreationDateTimePrecision]),
    ),
    contributorInsights: Object.fromEntries(contributorInsights.map((one) => [one.IndexName ?? 'table', one.Mode])),
  };
}

function keyText({ KeySchema }: Pick<Members, 'KeySchema'>): string {
  return KeySchema.map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName}`).join(', ');
}

/** An alias says which key is meant, but a description names the key itself: only that there is one can be compared. */
function encryption(table: Members, wanted: Members): unknown {
  const { SSESpecification: found } = table;
  const named = wanted.SSESpecification?.KMSMasterKeyId;
  if (found?.KMSMasterKeyId === undefined || named === undefined || named.includes(':key/')) return found;
  return { ...found, KMSMasterKeyId: named };
}

function withCapacities<T extends Members | Index>(
  found: T,
  wanted: Members | Index | undefined,
  { autoscaling }: TableDefinition,
  indexName: string | null,
): T {
  const { ProvisionedThroughput: units, WarmThroughput: warm } = found;
  const allowed = wanted?.ProvisionedThroughput;
  const scaled = (dimension: keyof Units): number | undefined => {
    const target = autoscaling.find((one) => one.IndexName === indexName && one.Dimension === dimension);
    const value = units?.[dimension] ?? 0;
    const within = target && value >= target.MinCapacity && value <= target.MaxCapacity;
    return within ? allowed?.[dimension] : undefined;
  };
  return {
    ...found,
    ...(units && {
      ProvisionedThroughput: {
        ReadCapacityUnits: scaled('ReadCapacityUnits') ?? units.ReadCapacityUnits,
        WriteCapacityUnits: scaled('WriteCapacityUnits') ?? units.WriteCapacityUnits,
      },
    }),
    WarmThroughput: enough(warm, wanted?.WarmThroughput),
  };
}

/** More than is wanted, or any where none is wanted, is the table's own growth. */
function enough(found: Warm | undefined, wanted: Warm | undefined): Warm | undefined {
  if (!found || !wanted) return undefined;
  return {
    ReadUnitsPerSecond: Math.min(found.ReadUnitsPerSecond, wanted.ReadUnitsPerSecond),
    WriteUnitsPerSecond: Math.min(found.WriteUnitsPerSecond, wanted.WriteUnitsPerSecond),
  };
}

import { type DynamoDBClient, UpdateContinuousBackupsCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import type { TableDefinition } from '../../lambdas/dynamodb/definition.ts';
import { definition, item } from '../support/arbitraries.ts';
import type { Item, TestWorld } from '../support/world.ts';

/** A table of the source with what is in it. */
export interface SeedTable {
  readonly name: string;
  /** Its name in the destination. */
  readonly copy: string;
  readonly definition: TableDefinition;
  readonly items: readonly Item[];
  /** What the destination has before the promotion, which merges into it then. */
  readonly before?: readonly Item[];
  /** What it should have after it, where that is not the same as the source's items. */
  readonly wanted?: readonly Item[];
}

/** The attribute by which every item of a random table is counted. */
export const counted = 'a count';

/** One or two tables of random schema with up to 120 random items each, the same for the same seed. */
export function randomTables(seed: number): readonly SeedTable[] {
  const drawn = fc.tuple(definition, fc.array(item, { maxLength: 120, size: 'max' }), fc.integer({ min: 0, max: 2 }));
  return fc
    .sample(fc.array(drawn, { minLength: 1, maxLength: 2 }), { seed, numRuns: 1 })
    .flat()
    .map(([drawnDefinition, bodies, weight], index) => ({
      name: `S${seed}-${index}`,
      copy: `D${seed}-${index}`,
      definition: drawnDefinition,
      items: bodies.map((body, position) => withKeys(body, drawnDefinition, position, weight)),
    }));
}

/** Key attributes of an index must have the index's type where they are there at all: every second item has them. */
function withKeys(body: Item, { table }: TableDefinition, position: number, weight: number): Item {
  const types = new Map(table.AttributeDefinitions?.map((one) => [one.AttributeName ?? '', one.AttributeType]));
  const keys = new Set(table.KeySchema?.map(({ AttributeName }) => AttributeName ?? ''));
  const own = Object.entries(body).filter(([name]) => !types.has(name));
  const indexed = [...types].filter(([name]) => keys.has(name) || position % 2 === 0);
  const filling: Item = weight > 0 ? { 'a filling': { S: 'x'.repeat(weight * 4_000) } } : {};
  return {
    ...Object.fromEntries(own),
    ...filling,
    [counted]: { N: String(position) },
    ...Object.fromEntries(indexed.map(([name, type]) => [name, keyValue(type, position)])),
  };
}

/** The key of the item at a position; no random table has as many as 10,000. */
export function keyValues({ table }: TableDefinition, position: number): Item {
  const types = new Map(table.AttributeDefinitions.map((one) => [one.AttributeName, one.AttributeType]));
  return Object.fromEntries(
    table.KeySchema.map(({ AttributeName }) => [AttributeName ?? '', keyValue(types.get(AttributeName), position)]),
  );
}

function keyValue(type: string | undefined, position: number): Item[string] {
  if (type === 'N') return { N: String(position * 1.5 - 40) };
  return type === 'B' ? { B: Buffer.from(`key ${position}`) } : { S: `key ${position}` };
}

/**
 * Creates a table with its settings and fills it, as root, in the source if not said otherwise. Answers the items as a client reads them back,
 * because the SDK drops an attribute of the name `__proto__` from what it writes and reads.
 */
export async function makeTable(
  world: TestWorld,
  { name, definition, items }: Omit<SeedTable, 'copy'>,
  client: DynamoDBClient = world.dev,
): Promise<readonly Item[]> {
  const { table, timeToLive, pointInTimeRecovery, tags } = definition;
  await world.makeTable(client, { ...table, TableName: name, ...(tags.length > 0 && { Tags: [...tags] }) });
  await world.put(client, name, items);
  if (pointInTimeRecovery) {
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true, ...pointInTimeRecovery };
    await client.send(new UpdateContinuousBackupsCommand({ TableName: name, PointInTimeRecoverySpecification }));
  }
  if (timeToLive) {
    const TimeToLiveSpecification = { Enabled: true, ...timeToLive };
    await client.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
  }
  return world.scan(client, name);
}

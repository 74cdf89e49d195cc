import { UpdateContinuousBackupsCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
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
}

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
    ...Object.fromEntries(indexed.map(([name, type]) => [name, keyValue(type, position)])),
  };
}

function keyValue(type: string | undefined, position: number): Item[string] {
  if (type === 'N') return { N: String(position * 1.5 - 40) };
  return type === 'B' ? { B: Buffer.from(`key ${position}`) } : { S: `key ${position}` };
}

/**
 * Creates a table in the source with its settings and fills it, as root. Answers the items as a client reads them back,
 * because the SDK drops an attribute of the name `__proto__` from what it writes and reads.
 */
export async function makeTable(
  world: TestWorld,
  { name, definition, items }: Omit<SeedTable, 'copy'>,
): Promise<readonly Item[]> {
  const { table, timeToLive, pointInTimeRecovery, tags } = definition;
  await world.makeTable(world.dev, { ...table, TableName: name, ...(tags.length > 0 && { Tags: [...tags] }) });
  await world.put(world.dev, name, items);
  if (pointInTimeRecovery) {
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true, ...pointInTimeRecovery };
    await world.dev.send(new UpdateContinuousBackupsCommand({ TableName: name, PointInTimeRecoverySpecification }));
  }
  if (timeToLive) {
    const TimeToLiveSpecification = { Enabled: true, ...timeToLive };
    await world.dev.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
  }
  return world.scan(world.dev, name);
}

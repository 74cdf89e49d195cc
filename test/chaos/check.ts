import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTagsOfResourceCommand,
} from '@aws-sdk/client-dynamodb';
import { stableJson } from '../../lambdas/core/json.ts';
import { canonicalItem } from '../../lambdas/dynamodb/attributes.ts';
import { ownershipTag } from '../../lambdas/dynamodb/definition.ts';
import type { Ended, Item, TestWorld } from '../support/world.ts';
import type { SeedTable } from './tables.ts';

/** What is wrong after a promotion that ended well, each in a line; clients are the test's own, which no fault befalls. */
export async function differences(
  world: TestWorld,
  tables: readonly SeedTable[],
  { last, runs }: { readonly last: Ended; readonly runs: number },
): Promise<string[]> {
  const found = await Promise.all(
    tables.map(async ({ name, copy, items, wanted = items }) => [
      ...itemDifferences(`source ${name}`, items, await world.scan(world.dev, name)),
      ...itemDifferences(`destination ${name}`, wanted, await world.scan(world.prod, copy)),
      ...same(`settings of ${name}`, await settings(world.dev, name), await settings(world.prod, copy)),
    ]),
  );
  return [...found.flat(), ...countDifferences(tables, last, runs)];
}

/**
 * What is missing in tables that the last report calls copied, whether the run itself has noticed it by its comparison
 * or not; empty where a promotion has no report.
 */
export async function losses(world: TestWorld, tables: readonly SeedTable[], promotionId: string): Promise<string[]> {
  const text = await world.read(`promotions/${promotionId}/report.json`).catch((error: unknown) => {
    if ((error as Error).name === 'NoSuchKey') return null;
    throw error;
  });
  const report = text === null ? null : (JSON.parse(text) as CopiedAssets);
  const copied = new Set(
    report?.kinds.dynamodb?.assets
      .filter(({ outcome }) => ['created', 'updated', 'replaced', 'adopted', 'unchanged'].includes(outcome))
      .map(({ destination }) => destination),
  );
  const found = await Promise.all(
    tables
      .filter(({ copy }) => copied.has(copy))
      .map(async ({ copy, items, wanted = items }) => {
        const present = new Set((await world.scan(world.prod, copy)).map(canonicalItem));
        const missing = wanted.filter((item) => !present.has(canonicalItem(item))).length;
        return missing === 0 ? [] : [`${copy} was reported as copied and lacks ${missing} of ${wanted.length} items`];
      }),
  );
  return found.flat();
}

interface CopiedAssets {
  readonly kinds: {
    readonly dynamodb?: { readonly assets: readonly { readonly destination: string; readonly outcome: string }[] };
  };
}

function itemDifferences(where: string, wanted: readonly Item[], present: readonly Item[]): string[] {
  const [expected, actual] = [wanted, present].map((items) => new Set(items.map(canonicalItem)));
  const missing = [...(expected ?? [])].filter((item) => !actual?.has(item)).length;
  const extra = [...(actual ?? [])].filter((item) => !expected?.has(item)).length;
  return missing + extra === 0 ? [] : [`${where}: ${missing} items are missing or different, ${extra} are extra`];
}

/**
 * The counts of a run must say what was really done, and the same of every table. A run that went on after another one
 * may have found tables done: they are `unchanged`, and none of their items was copied again.
 */
function countDifferences(tables: readonly SeedTable[], { result }: Ended, runs: number): string[] {
  const { counts, items } = result.kinds.dynamodb;
  const { planned, created, updated, replaced, adopted, unchanged, failed, verified, mismatched } = counts;
  const { read, written, rejected, compared, missing, extra, different } = items;
  const numbers = tables.map(({ items, wanted = items }) => wanted.length);
  const total = numbers.reduce((sum, one) => sum + one, 0);
  const copied = runs === 1 ? [total] : possibleSums(numbers);
  const made = created + updated + replaced + adopted;
  return [
    ...same(
      'counts',
      { planned: tables.length, done: tables.length, failed: 0, verified: tables.length, mismatched: 0 },
      { planned, done: runs === 1 ? made : made + unchanged, failed, verified, mismatched },
    ),
    ...same(
      'counts of items',
      { rejected: 0, compared: total, missing: 0, extra: 0, different: 0 },
      { rejected, compared, missing, extra, different },
    ),
    ...(copied.includes(read) ? [] : [`${read} items count as read, but it must be one of ${copied.join(', ')}`]),
    ...writtenDifferences(tables, { read, written }, runs),
  ];
}

/**
 * All that is read is written, but for what a merge finds there: an item that a killed worker wrote counts all the same.
 * What a further run has to read of a table depends on where the first one ended, so it may be less.
 */
function writtenDifferences(
  tables: readonly SeedTable[],
  { read, written }: { readonly read: number; readonly written: number },
  runs: number,
): string[] {
  const isMerged = tables.some(({ before }) => before);
  const most = isMerged ? tables.reduce(toWrite, 0) : read;
  const fits = isMerged && runs > 1 ? written <= most : written === most;
  return fits ? [] : [`${written} items count as written and ${read} as read, but ${most} were to be written`];
}

function toWrite(sum: number, { items, wanted = items, before = [] }: SeedTable): number {
  const present = new Set(before.map(canonicalItem));
  return sum + wanted.filter((item) => !present.has(canonicalItem(item))).length;
}

/** What any choice of these numbers adds up to. */
function possibleSums(numbers: readonly number[]): number[] {
  const sums = [0];
  for (const one of numbers) sums.push(...sums.map((sum) => sum + one));
  return sums;
}

function same(what: string, expected: unknown, actual: unknown): string[] {
  const [wanted, present] = [stableJson(expected), stableJson(actual)];
  return wanted === present ? [] : [`${what}: expected ${compact(wanted)}, found ${compact(present)}`];
}

const compact = (json: string) => json.replace(/\s+/g, ' ');

/** All settings of a table that a promotion takes along, without what each table has of its own. */
async function settings(client: DynamoDBClient, TableName: string): Promise<unknown> {
  const { Table = {} } = await client.send(new DescribeTableCommand({ TableName }));
  const [{ Tags = [] }, { TimeToLiveDescription }, { ContinuousBackupsDescription }] = await Promise.all([
    client.send(new ListTagsOfResourceCommand({ ResourceArn: Table.TableArn })),
    client.send(new DescribeTimeToLiveCommand({ TableName })),
    client.send(new DescribeContinuousBackupsCommand({ TableName })),
  ]);
  const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const byName = (indexes: readonly (Described & { IndexName?: string | undefined })[] = []) =>
    [...indexes]
      .sort((one, other) => ((one.IndexName ?? '') < (other.IndexName ?? '') ? -1 : 1))
      .map(({ IndexName, ...index }) => ({ IndexName, ...keysOf(index) }));
  return {
    ...keysOf(Table),
    attributes: [...(Table.AttributeDefinitions ?? [])].sort((one, other) =>
      (one.AttributeName ?? '') < (other.AttributeName ?? '') ? -1 : 1,
    ),
    billing: Table.BillingModeSummary?.BillingMode ?? 'PROVISIONED',
    protection: Table.DeletionProtectionEnabled ?? false,
    globals: byName(Table.GlobalSecondaryIndexes),
    locals: byName(Table.LocalSecondaryIndexes),
    tags: Tags.filter(({ Key }) => Key !== ownershipTag).sort((one, other) =>
      (one.Key ?? '') < (other.Key ?? '') ? -1 : 1,
    ),
    timeToLive: TimeToLiveDescription?.AttributeName ?? null,
    recovery: recovery?.PointInTimeRecoveryStatus === 'ENABLED' ? (recovery.RecoveryPeriodInDays ?? 0) : null,
  };
}

interface Described {
  readonly KeySchema?: unknown;
  readonly Projection?: unknown;
  readonly ProvisionedThroughput?: {
    readonly ReadCapacityUnits?: number | undefined;
    readonly WriteCapacityUnits?: number | undefined;
  };
}

function keysOf({ KeySchema, Projection, ProvisionedThroughput: units }: Described) {
  return {
    keys: KeySchema,
    projection: Projection ?? null,
    read: units?.ReadCapacityUnits ?? 0,
    write: units?.WriteCapacityUnits ?? 0,
  };
}

import { makeDefinition } from '../support/factories.ts';
import type { Item } from '../support/world.ts';
import type { SeedTable } from './tables.ts';

/** A promotion that is killed once for each task. */
export interface Subject {
  readonly name: string;
  readonly table: Omit<SeedTable, 'copy'>;
  readonly segments: number;
  /** What the destination has already, for a promotion that merges into it. */
  readonly before?: readonly Item[];
  /** How the items travel; the raw engine where nothing is said. */
  readonly engine?: 'exportImport';
  /** True when the source is written to meanwhile. */
  readonly moves?: true;
  /** Requests that are chosen to be died after; null means every one. */
  readonly sampled: number | null;
}

const attributes = ['pk', 'sk', 'other'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const }));
const keys = (partition: string, sort: string) => [
  { AttributeName: partition, KeyType: 'HASH' as const },
  { AttributeName: sort, KeyType: 'RANGE' as const },
];
const everything = { Projection: { ProjectionType: 'ALL' as const } };

const items = (count: number, other = 'other'): Item[] =>
  Array.from({ length: count }, (_, index) => ({
    pk: { S: `partition ${index % 9}` },
    sk: { S: `item ${index}` },
    other: { S: `${other} ${index % 4}` },
  }));

const shape = {
  AttributeDefinitions: attributes,
  KeySchema: keys('pk', 'sk'),
  GlobalSecondaryIndexes: [{ IndexName: 'by-other', KeySchema: keys('other', 'pk'), ...everything }],
  LocalSecondaryIndexes: [{ IndexName: 'in-order', KeySchema: keys('pk', 'other'), ...everything }],
};
const tags = [{ Key: 'team', Value: 'data' }];

/** Indexes and tags are made with the table, the one setting after the load; the others go the same way. */
const created = makeDefinition(
  { ...shape, TableName: 'small' },
  { tags, pointInTimeRecovery: { RecoveryPeriodInDays: 7 } },
);

const withEverySetting = makeDefinition(
  {
    ...shape,
    TableName: 'settings',
    OnDemandThroughput: { MaxReadRequestUnits: 4000, MaxWriteRequestUnits: 4000 },
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
    DeletionProtectionEnabled: true,
  },
  { tags, pointInTimeRecovery: { RecoveryPeriodInDays: 7 }, timeToLive: { AttributeName: 'expires' } },
);

const { LocalSecondaryIndexes: _, ...importable } = shape;
/** An import makes no local indexes; an export needs recovery. */
const exported = makeDefinition(
  { ...importable, TableName: 'transferred' },
  { tags, pointInTimeRecovery: { RecoveryPeriodInDays: 7 } },
);

/**
 * The two smallest promotions take every path between them: one makes a table with indexes, fills and finishes it, one
 * merges into a table that has a part of the items, some of them outdated. They are killed at every request; those that
 * take minutes at every request, at some. The first has one segment and one batch of items: it is gated by its requests.
 */
export const subjects: readonly Subject[] = [
  { name: 'create', table: { name: 'small', definition: created, items: items(25) }, segments: 1, sampled: null },
  {
    name: 'merge',
    table: { name: 'merged', definition: makeDefinition({ ...shape, TableName: 'merged' }), items: items(40) },
    segments: 2,
    before: [...items(12), ...items(20, 'outdated').slice(12)],
    sampled: null,
  },
  {
    name: 'settings',
    table: { name: 'settings', definition: withEverySetting, items: items(60) },
    segments: 2,
    sampled: 15,
  },
  {
    name: 'segments',
    table: { name: 'segments', definition: makeDefinition({ ...shape, TableName: 'segments' }), items: items(400) },
    segments: 40,
    sampled: 30,
  },
  {
    name: 'transfer',
    table: { name: 'transferred', definition: exported, items: items(40) },
    segments: 2,
    engine: 'exportImport',
    sampled: 12,
  },
  {
    name: 'moving',
    table: { name: 'moving', definition: makeDefinition({ ...shape, TableName: 'moving' }), items: items(200) },
    segments: 8,
    moves: true,
    sampled: 12,
  },
];

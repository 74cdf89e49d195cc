import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { AttributeValue, CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { csvParse } from 'd3-dsv';

/** A table of the demonstration: how it is made, what is set afterwards, and its items. */
export interface SeedTable {
  readonly create: CreateTableCommandInput;
  readonly timeToLive?: string;
  readonly pointInTimeRecovery?: boolean;
  items(): Record<string, AttributeValue>[];
}

const dataFolder = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '../data');

/** Public data that many people know: films, airports, flights and postal codes of the United States. */
export const seedTables: readonly SeedTable[] = [
  {
    create: {
      TableName: 'DEV-movies',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'Director', AttributeType: 'S' },
        { AttributeName: 'Major Genre', AttributeType: 'S' },
        { AttributeName: 'IMDB Rating', AttributeType: 'N' },
      ],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-director',
          KeySchema: [{ AttributeName: 'Director', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
        {
          IndexName: 'by-genre',
          KeySchema: [
            { AttributeName: 'Major Genre', KeyType: 'HASH' },
            { AttributeName: 'IMDB Rating', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['Title', 'Release Date'] },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    },
    pointInTimeRecovery: true,
    items: () =>
      readJson('movies.json').map((movie, index) => ({
        id: { S: `movie-${String(index + 1).padStart(4, '0')}` },
        ...attributes(movie),
      })),
  },
  {
    create: {
      TableName: 'DEV-airports',
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 25, WriteCapacityUnits: 50 },
      AttributeDefinitions: [
        { AttributeName: 'state', AttributeType: 'S' },
        { AttributeName: 'iata', AttributeType: 'S' },
        { AttributeName: 'city', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'state', KeyType: 'HASH' },
        { AttributeName: 'iata', KeyType: 'RANGE' },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'by-city',
          KeySchema: [
            { AttributeName: 'state', KeyType: 'HASH' },
            { AttributeName: 'city', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      DeletionProtectionEnabled: true,
    },
    items: () =>
      readCsv('airports.csv').map(({ latitude, longitude, ...airport }) => ({
        ...attributes(airport),
        location: { M: { latitude: { N: latitude ?? '0' }, longitude: { N: longitude ?? '0' } } },
      })),
  },
  {
    create: {
      TableName: 'DEV-flights',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'origin', AttributeType: 'S' },
        { AttributeName: 'departure', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'origin', KeyType: 'HASH' },
        { AttributeName: 'departure', KeyType: 'RANGE' },
      ],
      Tags: [
        { Key: 'owner', Value: 'network-planning' },
        { Key: 'retention', Value: '90 days' },
      ],
    },
    timeToLive: 'expires',
    items: () =>
      readJson('flights-10k.json').map(({ origin, date, ...flight }, index) => ({
        origin: { S: String(origin) },
        departure: { S: `${date} #${index}` },
        // Far in the future: an expired item may vanish from either table at any moment.
        expires: { N: String(4_000_000_000 + index) },
        ...attributes(flight),
      })),
  },
  {
    create: {
      TableName: 'DEV-zipcodes',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'zip_code', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'zip_code', KeyType: 'HASH' }],
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
    },
    items: () =>
      readCsv('zipcodes.csv').map(({ latitude, longitude, ...place }) => ({
        ...attributes(place),
        latitude: { N: latitude ?? '0' },
        longitude: { N: longitude ?? '0' },
      })),
  },
  {
    create: {
      TableName: 'DEV-watchlist',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'user', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'user', KeyType: 'HASH' }],
    },
    items: () => [],
  },
];

function readJson(file: string): Record<string, unknown>[] {
  return JSON.parse(readFileSync(join(dataFolder, file), 'utf8'));
}

function readCsv(file: string): Record<string, string>[] {
  return csvParse(readFileSync(join(dataFolder, file), 'utf8')).map((row) => ({ ...row }) as Record<string, string>);
}

/** Absent and empty values are left out: many of them are keys of an index, which may be neither. */
function attributes(row: Readonly<Record<string, unknown>>): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]): [string, AttributeValue][] => {
      if (value === null || value === '') return [];
      return [[name, typeof value === 'number' ? { N: String(value) } : { S: String(value) }]];
    }),
  );
}

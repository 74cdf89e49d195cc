import { describe, expect, it } from 'vitest';
import type { CopiedTable, CopyRequest } from '../../../lambdas/dynamodb/ways.ts';
import { makeDefinition } from '../../support/factories.ts';
import { waysByName } from './copied-table.ts';

const index = (name: string, ProjectionType: 'ALL' | 'KEYS_ONLY' = 'ALL') => ({
  IndexName: name,
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
  Projection: { ProjectionType },
});
const provisioned = (units: number) =>
  makeDefinition({
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: units, WriteCapacityUnits: units },
  }).table;

describe('pitfall 30: a size of 0 is one that is not known', () => {
  it.each([
    { what: 'no items', size: { items: 0, bytes: 5e9 } },
    { what: 'no bytes', size: { items: 5, bytes: 0 } },
    { what: 'neither', size: { items: 0, bytes: 0 } },
  ])('has no price and no time with $what', ({ size }) => {
    for (const { dollars, minutes } of Object.values(waysByName(size))) {
      expect({ dollars, minutes }).toEqual({ dollars: null, minutes: null });
    }
  });
});

describe('waysOf', () => {
  it('has a price and a time for every way but the one that nobody prices', () => {
    const ways = waysByName();
    // Writing costs $6.25, reading strongly consistent $0.27; 20 workers for 42 minutes the rest.
    expect(ways.scanWrite.dollars).toBeGreaterThan(6.25 + 0.26);
    expect(ways.scanWrite.dollars).toBeLessThan(6.25 + 0.28 + 1.3);
    expect(ways.scanWrite.minutes).toBeCloseTo(1 + 1e7 / 4000 / 60, 1);
    expect(ways.exportImport.dollars).toBeCloseTo(2.62, 2);
    expect(ways.exportImportJson.dollars).toBeCloseTo(3.18, 2);
    expect(ways.exportImport.minutes).toBeGreaterThan(10);
    expect(ways.bulkPut).toMatchObject({ dollars: null, minutes: null, possible: false });
  });

  it('loads provisioned in an hour for less than on demand, and never by itself', () => {
    const { scanWrite, provisionedLoad } = waysByName();
    expect(provisionedLoad.minutes).toBeCloseTo(61, 0);
    expect(provisionedLoad.dollars ?? 0).toBeLessThan(scanWrite.dollars ?? 0);
    expect(provisionedLoad.possible).toBe(false);
    expect(provisionedLoad.why).toContain('existing "adopt"');
  });

  it.each<{ what: string; table: Partial<CopiedTable>; why: RegExp }>([
    { what: 'exists', table: { exists: true }, why: /^the table exists$/ },
    { what: 'is provisioned', table: { destination: provisioned(10) }, why: /provisioned anyway/ },
  ])('loads no table provisioned that $what', ({ table, why }) => {
    expect(waysByName(table).provisionedLoad.why).toMatch(why);
  });

  it('counts each index as the part of an item that it holds', () => {
    const destination = (...GlobalSecondaryIndexes: ReturnType<typeof index>[]) =>
      makeDefinition({ GlobalSecondaryIndexes }).table;
    // Items of 4 KB: four units in the table and a full index, one in an index of keys.
    const size = { items: 1e6, bytes: 4.096e9 };
    const plain = waysByName(size).scanWrite;
    const full = waysByName({ ...size, destination: destination(index('one')) }).scanWrite;
    const keys = waysByName({ ...size, destination: destination(index('one', 'KEYS_ONLY')) }).scanWrite;
    expect((full.dollars ?? 0) - (plain.dollars ?? 0)).toBeCloseTo(2.5, 6);
    expect((keys.dollars ?? 0) - (plain.dollars ?? 0)).toBeCloseTo(0.625, 6);
  });

  it('counts local indexes within the capacity of the table', () => {
    const destination = makeDefinition({ LocalSecondaryIndexes: [index('local')] }).table;
    const [plain, local] = [waysByName().scanWrite, waysByName({ destination }).scanWrite];
    expect((local.minutes ?? 0) - 1).toBeCloseTo(2 * ((plain.minutes ?? 0) - 1), 6);
    expect((local.dollars ?? 0) - (plain.dollars ?? 0)).toBeGreaterThan(6.25);
  });

  it('bills writes again in every replica', () => {
    const [alone, replicated] = [waysByName().scanWrite, waysByName({ replicas: 2 }).scanWrite];
    expect((replicated.dollars ?? 0) - (alone.dollars ?? 0)).toBeCloseTo(12.5, 6);
  });

  it('bills no requests to provisioned tables', () => {
    const table = { source: provisioned(10_000), destination: provisioned(10_000), verified: 1 };
    const { scanWrite } = waysByName(table, { concurrency: 1 });
    expect(scanWrite.dollars ?? 0).toBeLessThan(0.1);
    expect(scanWrite.dollars ?? 0).toBeGreaterThan(0);
  });

  it('adds what verification reads of both sides, to every way', () => {
    const [without, verified] = [waysByName(), waysByName({ verified: 1 })];
    const both = 2 * ((8.79e9 / 4096 / 1e6) * 0.125);
    for (const name of ['scanWrite', 'provisionedLoad', 'exportImport', 'exportImportJson'] as const) {
      const more = (verified[name].dollars ?? 0) - (without[name].dollars ?? 0);
      expect(more).toBeGreaterThan(both);
      expect(more).toBeLessThan(both + 0.15);
      expect(verified[name].minutes ?? 0).toBeGreaterThan(without[name].minutes ?? 0);
    }
  });

  it.each<{ what: string; limits: CopyRequest['limits']; minutes: number }>([
    { what: 'writes', limits: { writeUnits: 1000 }, minutes: 1e7 / 1000 / 60 },
    { what: 'a percentage of writes', limits: { writeUnits: '10%' }, minutes: 1e7 / 400 / 60 },
    { what: 'reads', limits: { readUnits: 100 }, minutes: 8.79e9 / 4096 / 100 / 60 },
  ])('takes as long as a limit of $what demands', ({ limits, minutes }) => {
    const ways = waysByName({}, { limits });
    expect(ways.scanWrite.minutes).toBeCloseTo(1 + minutes, 3);
    expect(ways.exportImport.minutes).toBe(waysByName().exportImport.minutes);
  });

  it('knows no dollars of a region without prices, but times', () => {
    for (const region of [{ sourceRegion: 'eu-west-1' }, { destinationRegion: 'eu-west-1' }]) {
      expect(waysByName(region).scanWrite.dollars).toBeNull();
      expect(waysByName(region).scanWrite.minutes).toBeGreaterThan(1);
    }
  });

  it.each<{ what: string; table?: Partial<CopiedTable>; request?: Partial<CopyRequest>; why: RegExp }>([
    { what: 'a table that exists', table: { exists: true }, why: /the table exists/ },
    {
      what: 'a local index',
      table: { destination: makeDefinition({ LocalSecondaryIndexes: [index('by-date')] }).table },
      why: /local secondary index \(by-date\)/,
    },
    { what: 'recovery off', table: { recoverable: false }, why: /point-in-time recovery off/ },
    { what: 'more than the service takes', table: { bytes: 16e12 }, why: /15 TB at most/ },
    { what: 'a hindrance of the caller', table: { hindrances: ['no role there'] }, why: /^no role there$/ },
    {
      what: 'a filter',
      request: { filter: { expression: 'a = :b', names: {}, values: {} } },
      why: /all items as they are: filter/,
    },
    { what: 'a projection', request: { projection: ['id'] }, why: /: projection/ },
    { what: 'a transformation', request: { transform: [{ dropAttribute: 'a' }] }, why: /: transform/ },
    { what: 'expired items left out', request: { skipExpired: true }, why: /: skipExpired/ },
  ])('exports and imports nothing with $what', ({ table, request, why }) => {
    const { exportImport, scanWrite } = waysByName(table, request);
    expect(exportImport.possible).toBe(false);
    expect(exportImport.why).toMatch(why);
    expect(scanWrite.possible).toBe(true);
  });

  it('exports and imports what the service takes and not a byte more', () => {
    expect(waysByName({ bytes: 15e12 }).exportImport.possible).toBe(true);
    expect(waysByName({ bytes: 15e12 + 1 }).exportImport.possible).toBe(false);
  });

  it('says of each way what it needs or what is against it', () => {
    const ways = waysByName({ exists: true }, { projection: ['a'], skipExpired: true });
    expect(ways.scanWrite.why).toBe('nothing');
    expect(ways.exportImport.why).toMatch(/: projection, skipExpired$/);
    expect(ways.exportImportJson.why).toBe(`${ways.exportImport.why}; the same as Ion costs less`);
    expect(ways.bulkPut.why).toBe('not offered: its price is not published');
  });

  it('exports and imports a table that nothing keeps from it', () => {
    expect(waysByName().exportImport).toMatchObject({ possible: true, why: expect.stringContaining('bucket') });
  });
});

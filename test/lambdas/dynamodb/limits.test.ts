import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Capacity, type LimitedTable, shareLimits, unitsOf } from '../../../lambdas/dynamodb/limits.ts';

const onDemand: Capacity = { BillingMode: 'PAY_PER_REQUEST' };
const units = (read: number, write: number) => ({
  ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write },
});
const provisioned = (read: number, write: number): Capacity => ({ BillingMode: 'PROVISIONED', ...units(read, write) });

const limited = (overrides: Partial<LimitedTable> = {}): LimitedTable => ({
  as: 'PROD-orders',
  groups: 100,
  source: onDemand,
  destination: onDemand,
  ...overrides,
});
const copying = { concurrency: 20, readsDestination: false };
const shares = (...of: Parameters<typeof shareLimits>) => {
  const { concurrency, tables } = shareLimits(...of);
  return { concurrency, tables: Object.fromEntries(tables) };
};

describe('pitfall 34: shares of all workers keep the limit of the run', () => {
  it('lets one worker have a small limit alone, so that no share falls below one unit', () => {
    expect(shares({ writeUnits: 100 }, [limited()], { concurrency: 400, readsDestination: false })).toEqual({
      concurrency: 1,
      tables: { 'PROD-orders': { writeUnits: 100 } },
    });
  });

  it('gives no share above a limit, for any limits and tables', () => {
    const wanted = fc.option(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { nil: undefined });
    const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        wanted,
        wanted,
        sizes,
        fc.integer({ min: 1, max: 1000 }),
        fc.boolean(),
        (readUnits, writeUnits, groups, concurrency, readsDestination) => {
          const tables = groups.map((count, index) => limited({ as: `t${index}`, groups: count }));
          const result = shareLimits({ readUnits, writeUnits }, tables, { concurrency, readsDestination });
          expect(result.concurrency).toBeLessThanOrEqual(concurrency);
          for (const share of result.tables.values()) {
            const reads = (share.readUnits ?? 0) * (readsDestination ? 2 : 1) * result.concurrency;
            expect(reads).toBeLessThanOrEqual((readUnits ?? 0) * 1.000001);
            expect((share.writeUnits ?? 0) * result.concurrency).toBeLessThanOrEqual((writeUnits ?? 0) * 1.000001);
          }
        },
      ),
    );
  });

  it('takes a percentage of the least that a table or one of its indexes has', () => {
    const destination: Capacity = {
      ...provisioned(10, 1000),
      GlobalSecondaryIndexes: [units(10, 200), units(10, 5000)],
    };
    expect(shares({ writeUnits: '50%' }, [limited({ destination })], copying)).toEqual({
      concurrency: 1,
      tables: { 'PROD-orders': { writeUnits: 100, indexes: 2 } },
    });
  });

  it('keeps a percentage of each table even when all workers are at that table', () => {
    const tables = [
      limited({ as: 'large', groups: 1000, destination: provisioned(1, 40_000) }),
      limited({ as: 'slow', groups: 100, destination: provisioned(1, 100) }),
      limited({ as: 'tiny', groups: 1, destination: provisioned(1, 100) }),
    ];
    const { concurrency, tables: given } = shares({ writeUnits: '50%' }, tables, { ...copying, concurrency: 30 });
    expect(concurrency).toBe(12);
    expect(given).toEqual({
      large: { writeUnits: 20_000 / 12 },
      slow: { writeUnits: 50 / 12 },
      tiny: { writeUnits: 50 },
    });
  });
});

describe('shareLimits', () => {
  it('limits nothing where nothing is asked for', () => {
    expect(shares(undefined, [limited()], copying)).toEqual({ concurrency: 20, tables: { 'PROD-orders': {} } });
  });

  it('starts no more workers than there are groups, and one where there are none', () => {
    expect(shares(undefined, [limited({ groups: 3 })], copying).concurrency).toBe(3);
    expect(shares(undefined, [], copying).concurrency).toBe(1);
  });

  it('shares a large limit over as many workers as can use it', () => {
    const tables = [limited({ as: 'a' }), limited({ as: 'b' })];
    expect(shares({ writeUnits: 10_000 }, tables, copying)).toEqual({
      concurrency: 5,
      tables: { a: { writeUnits: 2_000 }, b: { writeUnits: 2_000 } },
    });
  });

  it('goes by the tighter of two limits', () => {
    expect(shares({ readUnits: 500, writeUnits: 10_000 }, [limited()], copying)).toEqual({
      concurrency: 1,
      tables: { 'PROD-orders': { readUnits: 500, writeUnits: 10_000 } },
    });
    expect(shares({ readUnits: '100%', writeUnits: 6_000 }, [limited()], copying)).toEqual({
      concurrency: 3,
      tables: { 'PROD-orders': { readUnits: 4_000, writeUnits: 2_000 } },
    });
  });

  it('takes a percentage of reads of the source alone while copying', () => {
    const table = limited({ source: provisioned(1000, 1), destination: provisioned(10, 1) });
    expect(shares({ readUnits: '50%' }, [table], copying).tables).toEqual({ 'PROD-orders': { readUnits: 500 } });
  });

  it('counts the reads of both sides where both are read', () => {
    const table = limited({ source: provisioned(1000, 1), destination: provisioned(10, 1) });
    const comparing = { ...copying, readsDestination: true };
    expect(shares({ readUnits: 500 }, [table], comparing).tables).toEqual({ 'PROD-orders': { readUnits: 250 } });
    expect(shares({ readUnits: '50%' }, [table], comparing).tables).toEqual({ 'PROD-orders': { readUnits: 5 } });
  });
});

describe('unitsOf', () => {
  it.each<{ what: string; table: Capacity; read: number; write: number }>([
    { what: 'what is provisioned', table: provisioned(7, 5), read: 7, write: 5 },
    { what: 'what a new on-demand table gives', table: onDemand, read: 12_000, write: 4_000 },
    {
      what: 'the maximum that was set, before what it is warm for',
      table: {
        ...onDemand,
        OnDemandThroughput: { MaxReadRequestUnits: 300, MaxWriteRequestUnits: 200 },
        WarmThroughput: { ReadUnitsPerSecond: 30_000, WriteUnitsPerSecond: 20_000 },
      },
      read: 300,
      write: 200,
    },
    {
      what: 'what it is warm for',
      table: { ...onDemand, WarmThroughput: { ReadUnitsPerSecond: 30_000, WriteUnitsPerSecond: 20_000 } },
      read: 30_000,
      write: 20_000,
    },
    {
      what: 'the least of its indexes for writes, the table’s own for reads',
      table: {
        ...onDemand,
        GlobalSecondaryIndexes: [{ OnDemandThroughput: { MaxReadRequestUnits: 5, MaxWriteRequestUnits: 50 } }, {}],
      },
      read: 12_000,
      write: 50,
    },
    {
      what: 'no provisioned zero of an on-demand table',
      table: { ...onDemand, ...units(0, 0), OnDemandThroughput: { MaxReadRequestUnits: -1 } },
      read: 12_000,
      write: 4_000,
    },
  ])('is $what', ({ table, read, write }) => {
    expect([unitsOf(table, 'read'), unitsOf(table, 'write')]).toEqual([read, write]);
  });
});

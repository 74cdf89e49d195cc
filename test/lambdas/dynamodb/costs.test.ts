import { describe, expect, it } from 'vitest';
import {
  breakEvenWrites,
  capacityDollars,
  exportDollars,
  importDollars,
  loadCapacity,
  readDollars,
  scanUnits,
  unitsOfItem,
  workerDollars,
  writeDollars,
} from '../../../lambdas/dynamodb/costs.ts';
import { pricesOf } from '../../../lambdas/dynamodb/prices.ts';

const items = 1e6;
const prices = virginia();

function virginia() {
  const found = pricesOf('us-east-1');
  if (!found) throw new Error('there are no prices of us-east-1');
  return found;
}

describe('costs of a million items in us-east-1', () => {
  it.each([
    { bytes: 106, scan: 0.0016, write: 0.625, oneIndex: 1.25, provisioned: 0.181, json: 0.043, ion: 0.035 },
    { bytes: 250, scan: 0.0038, write: 0.625, oneIndex: 1.25, provisioned: 0.181, json: 0.099, ion: 0.08 },
    { bytes: 879, scan: 0.0134, write: 0.625, oneIndex: 1.25, provisioned: 0.181, json: 0.318, ion: 0.262 },
    { bytes: 4096, scan: 0.0625, write: 2.5, oneIndex: 5, provisioned: 0.722, json: 1.25, ion: 1.13 },
    { bytes: 20_480, scan: 0.31, write: 12.5, oneIndex: 25, provisioned: 3.61, json: 5.8, ion: 5.5 },
  ])('are those of items of $bytes bytes', ({ bytes, ...wanted }) => {
    const units = items * unitsOfItem(bytes);
    const moved = (format: 'json' | 'ion') =>
      exportDollars(prices, items * bytes) + importDollars(prices, items * bytes, bytes, format);
    const found = {
      scan: readDollars(prices, scanUnits(items * bytes, false)),
      write: writeDollars(prices, units),
      oneIndex: writeDollars(prices, 2 * units),
      // Used to the full for an hour.
      provisioned: capacityDollars(prices, units / 3600, 60),
      json: moved('json'),
      ion: moved('ion'),
    };
    for (const [name, dollars] of Object.entries(wanted)) {
      const digits = String(dollars).split('.')[1]?.length ?? 0;
      // As exact as the number is written.
      const error = Math.abs(found[name as keyof typeof found] - dollars);
      expect(error, `${name} of ${bytes} bytes: ${found[name as keyof typeof found]}`).toBeLessThanOrEqual(
        0.5 * 10 ** -digits + 1e-9,
      );
    }
  });

  it('are about three cents a gigabyte for reading both tables', () => {
    expect(2 * readDollars(prices, scanUnits(2 ** 30, false))).toBeCloseTo(0.033, 3);
  });
});

describe('scanUnits', () => {
  it('takes twice as many for strongly consistent reads', () => {
    expect(scanUnits(8192, true)).toBe(2);
    expect(scanUnits(8192, false)).toBe(1);
  });
});

describe('capacityDollars', () => {
  it.each([
    { minutes: 1, hours: 1 },
    { minutes: 60, hours: 1 },
    { minutes: 60 + 1e-10, hours: 1 },
    { minutes: 61, hours: 2 },
  ])('bills $hours begun hours for $minutes minutes', ({ minutes, hours }) => {
    expect(capacityDollars(prices, 1000, minutes)).toBeCloseTo(0.65 * hours, 9);
  });
});

describe('loadCapacity', () => {
  it('uses an hour up', () => {
    const { unitsPerSecond, unitsUsed } = loadCapacity(3_240_000);
    expect(unitsPerSecond).toBe(1000);
    expect(3_240_000 / unitsUsed).toBe(3600);
  });

  it('asks for no more than a table may have, and one unit at least', () => {
    expect(loadCapacity(1e12).unitsPerSecond).toBe(40_000);
    expect(loadCapacity(1).unitsPerSecond).toBe(1);
  });
});

describe('breakEvenWrites', () => {
  it('is 1,040 writes an hour: 17.3 minutes of one unit', () => {
    expect(breakEvenWrites(prices)).toBeCloseTo(1040, 6);
  });
});

describe('workerDollars', () => {
  it('is 8.3 cents for an hour of one worker, and the transitions of its children', () => {
    expect(workerDollars(prices, { workers: 1, children: 0, minutes: 60 })).toBeCloseTo(0.083, 3);
    // Three of the child and two of each of its calls: 1,000 children that are called once.
    expect(workerDollars(prices, { workers: 0, children: 1000, minutes: 60 })).toBeCloseTo(0.125, 9);
  });
});

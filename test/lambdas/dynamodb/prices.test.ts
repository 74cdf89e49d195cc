import { describe, expect, it } from 'vitest';
import { exportFactor, largestImport, pricesAsOf, pricesOf } from '../../../lambdas/dynamodb/prices.ts';

describe('pricesOf', () => {
  it('has a month and positive prices', () => {
    expect(pricesAsOf).toMatch(/^\d{4}-\d\d$/);
    const prices = Object.values(pricesOf('us-east-1') ?? {});
    expect(prices.length).toBeGreaterThan(5);
    expect(Math.min(...prices)).toBeGreaterThan(0);
  });

  it.each(['eu-west-1', 'constructor', ''])('has none of "%s" rather than those of another region', (region) => {
    expect(pricesOf(region)).toBeNull();
  });
});

describe('exportFactor', () => {
  it('lies between the sizes that are known, and never outside them', () => {
    expect(exportFactor(879, 'ion')).toBe(1.32);
    expect(exportFactor(1, 'json')).toBe(exportFactor(106, 'json'));
    expect(exportFactor(400_000, 'json')).toBe(exportFactor(20_480, 'json'));
    expect(exportFactor(500, 'ion')).toBeGreaterThan(1.32);
    expect(exportFactor(500, 'ion')).toBeLessThan(1.47);
  });

  it('is smaller for Ion at any size', () => {
    for (const size of [10, 200, 1_000, 10_000, 400_000]) {
      expect(exportFactor(size, 'ion')).toBeLessThan(exportFactor(size, 'json'));
    }
  });
});

describe('largestImport', () => {
  it.each([
    { region: 'us-east-1', bytes: 15e12 },
    { region: 'eu-central-1', bytes: 1e12 },
    { region: 'toString', bytes: 1e12 },
  ])('is $bytes bytes in $region', ({ region, bytes }) => {
    expect(largestImport(region)).toBe(bytes);
  });
});

import { describe, expect, it } from 'vitest';
import { createUnitEstimate } from '../../../../lambdas/dynamodb/raw/units.ts';

const texts = (...lengths: number[]) => lengths.map((length) => Buffer.alloc(length));

describe('createUnitEstimate', () => {
  it('begins with one unit for each begun kilobyte of an item, one at least', () => {
    expect(createUnitEstimate().of(texts(0, 1, 1024, 1025, 4000))).toBe(1 + 1 + 1 + 2 + 4);
    expect(createUnitEstimate().of([])).toBe(0);
  });

  it('comes near to what calls take, indexes included', () => {
    const estimate = createUnitEstimate();
    for (let call = 0; call < 30; call++) estimate.learn(texts(100, 100), 6);
    expect(estimate.of(texts(100))).toBeCloseTo(3, 2);
  });

  it('stays finite and above nothing whatever it learns', () => {
    const estimate = createUnitEstimate();
    estimate.learn(texts(1), 1e9);
    expect(estimate.of(texts(1))).toBeLessThan(20);
    estimate.learn([], 5);
    estimate.learn(texts(1), null);
    for (let call = 0; call < 9; call++) estimate.learn(texts(1), 0);
    expect(estimate.of(texts(1))).toBeGreaterThan(0);
  });
});

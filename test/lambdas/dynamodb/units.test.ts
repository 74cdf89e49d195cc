import { describe, expect, it } from 'vitest';
import { createUnitEstimate } from '../../../lambdas/dynamodb/units.ts';

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

  it('says how many items may go together, one at least', () => {
    const estimate = createUnitEstimate();
    const affordable = (most: number) => estimate.affordable(texts(500, 2000, 1000, 100), most);
    expect([0.5, 1, 2, 3, 4.5, 99, Number.POSITIVE_INFINITY].map(affordable)).toEqual([1, 1, 1, 2, 3, 4, 4]);
    for (let call = 0; call < 30; call++) estimate.learn(texts(100), 2);
    expect([3, 6, 7].map(affordable)).toEqual([1, 2, 2]);
    expect(estimate.affordable([], 9)).toBe(0);
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

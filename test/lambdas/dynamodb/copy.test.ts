import { describe, expect, it } from 'vitest';
import { pageLimit } from '../../../lambdas/dynamodb/copy.ts';

const limitOf = (limits: Parameters<typeof pageLimit>[0]['limits'], segments = 4) =>
  pageLimit({ limits, segments: Array.from({ length: segments }, (_, index) => index) }).limit;

describe('pageLimit', () => {
  it('keeps all pages under way to a second’s worth of units, indexes included', () => {
    // Two pages a segment are under way at once.
    expect(limitOf({ writeUnits: 400 })).toBe(50);
    expect(limitOf({ writeUnits: 400 }, 1)).toBe(200);
    expect(limitOf({ writeUnits: 400, indexes: 1 })).toBe(25);
    expect(limitOf({ writeUnits: 400, readUnits: 80, indexes: 1 })).toBe(10);
    expect(limitOf({ readUnits: 80 })).toBe(10);
  });

  it('takes four items at least, and whole pages where there is no small limit', () => {
    expect(limitOf({ writeUnits: 20, indexes: 3 })).toBe(4);
    expect(limitOf({ writeUnits: 0.5 })).toBe(4);
    expect(limitOf({})).toBeUndefined();
    expect(limitOf({ writeUnits: 1000 })).toBeUndefined();
    expect(limitOf({ writeUnits: 1500, indexes: 1 })).toBe(94);
  });
});

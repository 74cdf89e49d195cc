import { describe, expect, it } from 'vitest';
import { bounded } from '../../../lambdas/core/bounded.ts';

describe('bounded', () => {
  it('keeps what was set, the newest value of a key', () => {
    const store = bounded<number>(3);
    store.set('a', 1);
    store.set('a', 2);
    expect(store.get('a')).toBe(2);
    expect(store.get('b')).toBeUndefined();
  });

  it('forgets the entry that was used longest ago, and no other', () => {
    const store = bounded<number>(3);
    for (const [index, key] of ['a', 'b', 'c'].entries()) store.set(key, index);
    store.get('a');
    store.set('d', 3);
    expect(['a', 'b', 'c', 'd'].map((key) => store.get(key))).toEqual([0, undefined, 2, 3]);
  });

  it('is empty after it was cleared', () => {
    const store = bounded<number>(3);
    store.set('a', 1);
    store.clear();
    expect(store.get('a')).toBeUndefined();
  });
});

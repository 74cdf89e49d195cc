import { describe, expect, it } from 'vitest';
import { createBuckets } from '../../../../../../lib/local/emulators/dynamodb/throttle/buckets.ts';

const bucket = { name: 'orders', rate: 10 };

describe('createBuckets', () => {
  it('lets a debt be refilled before it opens again', () => {
    let now = 0;
    const buckets = createBuckets(1, () => now);
    expect(buckets.isOpen(bucket)).toBe(true);
    buckets.take(bucket, 30);
    now = 2000;
    expect(buckets.isOpen(bucket)).toBe(false);
    now = 2001;
    expect(buckets.isOpen(bucket)).toBe(true);
  });

  it('saves up no more than its burst', () => {
    let now = 0;
    const buckets = createBuckets(2, () => now);
    buckets.take(bucket, 5);
    now = 60_000;
    buckets.take(bucket, 20);
    expect(buckets.isOpen(bucket)).toBe(false);
  });

  it('follows a rate that changes', () => {
    let now = 0;
    const buckets = createBuckets(1, () => now);
    buckets.take(bucket, 20);
    now = 500;
    expect(buckets.isOpen(bucket)).toBe(false);
    now = 510;
    expect(buckets.isOpen({ ...bucket, rate: 1000 })).toBe(true);
  });
});

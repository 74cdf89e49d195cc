import { describe, expect, it } from 'vitest';
import { ServiceFault } from '../../../../lambdas/dynamodb/raw/answer.ts';
import { openGate } from '../../../../lambdas/dynamodb/raw/gate.ts';
import { countThrottles } from '../../../../lambdas/dynamodb/raw/throttles.ts';

const fault = (...reasons: string[]) =>
  new ServiceFault(
    'ThrottlingException',
    'slower',
    400,
    reasons.map((reason) => ({ reason })),
  );
/** Width of a gate of 8 after one throttling. */
const widthAfter = (error: unknown) => {
  const gate = openGate(8, 1000);
  countThrottles().count(error, gate);
  return gate.width;
};

describe('countThrottles', () => {
  it('counts by reason, each once a call', () => {
    const throttles = countThrottles();
    const hot = 'TableWriteKeyRangeThroughputExceeded';
    throttles.count(fault(hot));
    throttles.count(fault(hot, hot, 'IndexWriteProvisionedThroughputExceeded'));
    throttles.count(fault());
    throttles.count(null);
    expect(Object.fromEntries(throttles.counts)).toEqual({
      [hot]: 2,
      IndexWriteProvisionedThroughputExceeded: 1,
      ThrottlingException: 1,
      Unprocessed: 1,
    });
  });

  it.each([
    'TableWriteProvisionedThroughputExceeded',
    'TableWriteMaxOnDemandThroughputExceeded',
    'TableWriteAccountLimitExceeded',
    'IndexWriteProvisionedThroughputExceeded',
  ])('slows all calls down for %s', (reason) => {
    expect(widthAfter(fault(reason))).toBe(4);
  });

  it('slows all calls down where no reason is told, or only one of several is a range of keys', () => {
    expect(widthAfter(fault())).toBe(4);
    const both = fault('TableWriteKeyRangeThroughputExceeded', 'TableWriteAccountLimitExceeded');
    expect(widthAfter(both)).toBe(4);
  });

  it.each(['TableWriteKeyRangeThroughputExceeded', 'IndexWriteKeyRangeThroughputExceeded'])(
    'slows no other call down for %s: other partitions have room',
    (reason) => {
      expect(widthAfter(fault(reason))).toBe(8);
    },
  );

  it('slows no other call down for items that were left unprocessed', () => {
    expect(widthAfter(null)).toBe(8);
  });
});

import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../../lib/local/faults/rules.ts';
import { type ArrivedCall, createFaultSchedule } from '../../../../lib/local/faults/schedule.ts';

const scan: ArrivedCall = { service: 'dynamodb', operation: 'Scan', account: '222222222222' };

/** Numbers, from 1, of the calls at which something fires, as `number:action`. */
function fired(rules: readonly FaultRule[], calls: readonly ArrivedCall[]): string[] {
  const schedule = createFaultSchedule(rules);
  return calls.flatMap((call, index) => {
    const rule = schedule.arrive(call);
    return rule ? [`${index + 1}:${rule.action}`] : [];
  });
}
const scans = (count: number) => Array.from({ length: count }, () => scan);

describe('createFaultSchedule', () => {
  it('fires nth once', () => {
    expect(fired([{ action: 'reset', nth: 3 }], scans(9))).toEqual(['3:reset']);
  });

  it('fires every at each n-th call, as often as times allows', () => {
    expect(fired([{ action: 'reset', every: 3 }], scans(9))).toEqual(['3:reset', '6:reset', '9:reset']);
    expect(fired([{ action: 'reset', every: 3, times: 2 }], scans(9))).toEqual(['3:reset', '6:reset']);
  });

  it('counts only calls of its service, operation and account', () => {
    const others = [
      { ...scan, service: 's3' },
      { ...scan, operation: 'Query' },
      { ...scan, account: '333333333333' },
    ];
    const rule: FaultRule = { ...scan, nth: 2, action: 'hang' };
    expect(fired([rule], [scan, ...others, scan, scan])).toEqual(['5:hang']);
    expect(fired([{ nth: 2, action: 'hang' }], [scan, ...others, scan])).toEqual(['2:hang']);
  });

  it('counts in a rule that is due behind another one', () => {
    const rules: FaultRule[] = [
      { action: 'reset', every: 2 },
      { action: 'hang', every: 3 },
    ];
    expect(fired(rules, scans(6))).toEqual(['2:reset', '3:hang', '4:reset', '6:reset']);
  });

  it('lets the next rule fire when the first has fired as often as it may', () => {
    const rules: FaultRule[] = [
      { action: 'reset', every: 1, times: 1 },
      { action: 'hang', every: 2, times: 1 },
    ];
    expect(fired(rules, scans(4))).toEqual(['1:reset', '2:hang']);
  });

  it('draws the same faults for the same seed, and about as many as the probability says', () => {
    const rule = (seed: number): FaultRule => ({ action: 'reset', probability: 0.25, seed });
    const once = fired([rule(1)], scans(2000));
    expect(fired([rule(1)], scans(2000))).toEqual(once);
    expect(fired([rule(2)], scans(2000))).not.toEqual(once);
    expect(once.length).toBeGreaterThan(420);
    expect(once.length).toBeLessThan(580);
  });

  it('draws independently of what other calls come between', () => {
    const rule: FaultRule = { action: 'reset', probability: 0.5, seed: 9, service: 'dynamodb' };
    const mixed = scans(40).flatMap((call) => [call, { ...call, service: 's3' }]);
    const positions = fired([rule], mixed).map((text) => (Number.parseInt(text, 10) + 1) / 2);
    expect(positions).toEqual(fired([rule], scans(40)).map((text) => Number.parseInt(text, 10)));
  });

  it('leaves a part unprocessed only of batches', () => {
    const batch = { ...scan, operation: 'BatchGetItem' };
    expect(fired([{ action: 'unprocessed', every: 1 }], [scan, batch, { ...batch, service: 's3' }])).toEqual([
      '2:unprocessed',
    ]);
  });
});

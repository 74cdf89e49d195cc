import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curveOf, timeTicks, valueTicks } from '../../../lambdas/promotion/report-curve.ts';

const begin = Date.parse('2026-11-21T08:00:00.000Z');

/** Samples at seconds since the beginning. */
function samplesAt(...points: readonly (readonly [seconds: number, items: number])[]) {
  return points.map(([seconds, items]) => ({ at: new Date(begin + seconds * 1000).toISOString(), items }));
}

/** Samples as a run leaves them: in order, the count never falling. */
const rising = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 600_000 }), fc.integer({ min: 0, max: 50_000 })), {
    minLength: 2,
    maxLength: 120,
  })
  .map((steps) => {
    let [time, items] = [0, 0];
    return steps.map(([later, more]) => {
      time += later;
      items += more;
      return [time / 1000, items] as const;
    });
  });

describe('curveOf', () => {
  it('is null without two moments', () => {
    expect(curveOf([])).toBeNull();
    expect(curveOf(samplesAt([0, 10]))).toBeNull();
    expect(curveOf(samplesAt([3, 10], [3, 20]))).toBeNull();
    expect(curveOf([{ at: 'never', items: 1 }, ...samplesAt([0, 1])])).toBeNull();
  });

  it('is level between two samples', () => {
    const curve = curveOf(samplesAt([0, 100], [10, 600]));
    expect(curve).toMatchObject({ seconds: 10, items: 500 });
    expect(curve?.stretches.map(({ from, to }) => [from, to])).toEqual(
      Array.from({ length: 10 }, (_, s) => [s, s + 1]),
    );
    for (const { perSecond } of curve?.stretches ?? []) expect(perSecond).toBeCloseTo(50, 9);
  });

  it('shows an idle time as a speed of zero between two busy ones', () => {
    const speeds = curveOf(samplesAt([0, 0], [10, 1000], [20, 1000], [30, 2000]))?.stretches.map(
      (one) => one.perSecond,
    );
    expect(speeds).toEqual([100, 100, 0, 0, 100, 100]);
  });

  it('makes no spike of samples that lie close together', () => {
    const close = samplesAt([0, 0], [9.999, 1000], [10, 1400], [20, 2000], [30, 3000]);
    const speeds = curveOf(close)?.stretches.map(({ perSecond }) => perSecond) ?? [];
    expect(Math.max(...speeds)).toBeLessThanOrEqual(200);
  });

  it('does not mind the order of the samples, nor a count that falls', () => {
    const sorted = curveOf(samplesAt([0, 0], [10, 100], [20, 300]));
    expect(curveOf(samplesAt([20, 300], [0, 0], [10, 100]))).toEqual(sorted);
    const speeds = curveOf(samplesAt([0, 50], [10, 20], [20, 150]))?.stretches.map(({ perSecond }) => perSecond);
    expect(speeds).toEqual([0, 0, 0, 0, 0, 10, 10, 10, 10, 10]);
  });

  it('covers the time without a gap, and its area is what was gained', () => {
    fc.assert(
      fc.property(rising, (points) => {
        const curve = curveOf(samplesAt(...points));
        fc.pre(curve !== null);
        const { stretches, seconds, items } = curve;
        expect(stretches.length).toBeLessThanOrEqual(48);
        expect(stretches[0]?.from).toBe(0);
        expect(stretches.at(-1)?.to).toBe(seconds);
        for (const [index, { from, to, perSecond }] of stretches.entries()) {
          expect(to).toBeGreaterThan(from);
          expect(from).toBe(stretches[index - 1]?.to ?? 0);
          expect(perSecond).toBeGreaterThanOrEqual(0);
        }
        const area = stretches.reduce((sum, { from, to, perSecond }) => sum + perSecond * (to - from), 0);
        expect(Math.abs(area - items)).toBeLessThan(1e-6 * Math.max(1, items));
        const [first, last] = [points[0], points.at(-1)];
        const sameMoment = points.filter(([at]) => at === first?.[0]).at(-1);
        expect(items).toBe((last?.[1] ?? 0) - (sameMoment?.[1] ?? 0));
      }),
    );
  });
});

describe('valueTicks', () => {
  it.each([
    [0, [0, 1]],
    [1, [0, 0.5, 1]],
    [0.3, [0, 0.1, 0.2, 0.3]],
    [7377, [0, 2000, 4000, 6000, 8000]],
    [100, [0, 50, 100]],
    [1e6, [0, 500_000, 1_000_000]],
  ])('are round from zero to %d', (most, expected) => {
    expect(valueTicks(most, 4)).toEqual(expected);
  });

  it('reach the most, in few steps of 1, 2 or 5 times a power of ten', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (most) => {
        const ticks = valueTicks(most, 4);
        const step = ticks[1] ?? 0;
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(most * (1 - 1e-6));
        expect((ticks.at(-1) ?? 0) - step).toBeLessThan(most);
        expect(ticks.length).toBeLessThanOrEqual(5);
        expect(['1', '2', '5']).toContain(step.toExponential().split('e')[0]);
      }),
    );
  });
});

describe('timeTicks', () => {
  it.each([
    [0.5, 's', '0 0.1 0.2 0.3 0.4 0.5'],
    [12.2, 's', '0 2 4 6 8 10 12'],
    [90, 's', '0 10 20 30 40 50 60 70 80 90'],
    [1500, 'min', '0 5 10 15 20 25'],
    [20_000, 'h', '0 1 2 3 4 5'],
    [86_400, 'h', '0 3 6 9 12 15 18 21 24'],
    [40 * 86_400, 'd', '0 5 10 15 20 25 30 35 40'],
  ])('of %d seconds are in %s: %s', (seconds, unit, labels) => {
    const found = timeTicks(seconds, 10);
    expect(found.unit).toBe(unit);
    expect(found.ticks.map(({ label }) => label).join(' ')).toBe(labels);
  });

  it('lie within the time, few enough to be read', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 3e7, noNaN: true }),
        fc.integer({ min: 2, max: 12 }),
        (seconds, wanted) => {
          const { ticks } = timeTicks(seconds, wanted);
          expect(ticks[0]).toEqual({ at: 0, label: '0' });
          expect(ticks.at(-1)?.at).toBeLessThanOrEqual(seconds * 1.000001);
          expect(ticks.length).toBeLessThanOrEqual(wanted + 1);
          expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
        },
      ),
    );
  });
});

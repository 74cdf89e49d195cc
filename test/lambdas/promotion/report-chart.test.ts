import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, render } from '../../../lambdas/promotion/html.ts';
import { throughputChart } from '../../../lambdas/promotion/report-chart.ts';
import { type PageElement, parsePage, select, textOf } from './page-parser.ts';

const begin = Date.parse('2026-11-21T08:00:00.000Z');

function samplesOf(...points: readonly (readonly [seconds: number, items: number])[]) {
  return points.map(([seconds, items]) => ({ at: new Date(begin + seconds * 1000).toISOString(), items }));
}

function chartOf(samples: ReturnType<typeof samplesOf>): PageElement {
  return parsePage(render(html`<div>${throughputChart('t', samples)}</div>`));
}

/** Every number of the paths of a picture: all lie within its box, so none is NaN or off the canvas. */
function pathNumbers(picture: PageElement): number[] {
  const paths = select(picture, 'path').map(({ attributes }) => attributes.d ?? '');
  expect(paths.join('')).toMatch(/^[MLHVZv0-9. ]+$/);
  return paths.flatMap((path) => path.split(/[^0-9.]+/).filter((text) => text !== '')).map(Number);
}

describe('throughputChart', () => {
  it('says that there is nothing to show without a sample', () => {
    const chart = chartOf([]);
    expect(textOf(chart)).toBe('No throughput was recorded.');
    expect(select(chart, 'svg')).toEqual([]);
  });

  it('says when all was done where there is one moment alone', () => {
    const chart = chartOf(samplesOf([0, 3201]));
    expect(textOf(chart)).toContain(
      'All 3,201 items were worked off by the same checkpoint, at 2026-11-21 08:00:00 UTC',
    );
    expect(select(chart, 'svg')).toEqual([]);
  });

  it('draws two samples as one level area, with axes in units and round ticks', () => {
    const [wide] = select(chartOf(samplesOf([0, 0], [20, 1000])), 'svg');
    if (!wide) throw new Error('there is no picture');
    const texts = select(wide, 'text').map(textOf);
    expect(texts).toEqual(expect.arrayContaining(['items/s', 'time since the beginning (s)', 'average 50']));
    expect(texts).toEqual(expect.arrayContaining(['0', '20', '40', '60', '2', '10']));
    const levels = [...(select(wide, '.line')[0]?.attributes.d ?? '').matchAll(/[ML]\S+ ([\d.]+)H/g)];
    expect(new Set(levels.map(([, y]) => y)).size).toBe(1);
    expect(levels.length).toBeGreaterThan(1);
  });

  it('has a title and the numbers in words, for those who do not see the picture', () => {
    const [wide] = select(chartOf(samplesOf([0, 0], [20, 1000], [40, 4000])), 'svg');
    if (!wide) throw new Error('there is no picture');
    const named = wide.attributes['aria-labelledby']?.split(' ') ?? [];
    const labels = ['title', 'desc'].flatMap((name) => select(wide, name));
    expect(labels.map(({ attributes }) => attributes.id)).toEqual(named);
    expect(labels.map(textOf)).toEqual([
      'Throughput over time',
      '4,000 items of the source worked off by 2026-11-21 08:00:40 UTC; 40 s from the beginning to the last checkpoint, 100 items/s on average, 150 items/s in the busiest 5 s.',
    ]);
  });

  it('falls to the base line in a long idle time', () => {
    const [wide] = select(chartOf(samplesOf([0, 0], [60, 6000], [7200, 6000], [7260, 12_000])), 'svg');
    if (!wide) throw new Error('there is no picture');
    const base = Number(wide.attributes.height) - 40;
    expect(select(wide, '.line')[0]?.attributes.d).toContain(` ${base}H`);
    expect(select(wide, 'text').map(textOf)).toContain('time since the beginning (min)');
  });

  it('stays within its box whatever was measured, on both sizes of screen', () => {
    const point = fc.tuple(fc.integer({ min: 0, max: 900_000 }), fc.integer({ min: 0, max: 1e9 }));
    fc.assert(
      fc.property(fc.array(point, { minLength: 2, maxLength: 120 }), (points) => {
        for (const picture of select(chartOf(samplesOf(...points)), 'svg')) {
          const limit = Math.max(Number(picture.attributes.width), Number(picture.attributes.height));
          for (const number of pathNumbers(picture)) {
            expect(number).toBeGreaterThanOrEqual(0);
            expect(number).toBeLessThanOrEqual(limit);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

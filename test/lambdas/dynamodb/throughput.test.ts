import { describe, expect, it } from 'vitest';
import { throughput } from '../../../lambdas/dynamodb/throughput.ts';

const begin = Date.parse('2026-11-21T08:00:00.000Z');
const at = (seconds: number) => new Date(begin + seconds * 1000).toISOString();
const child = (...points: readonly (readonly [seconds: number, items: number])[]) => ({
  samples: points.map(([seconds, items]) => ({ at: at(seconds), items })),
});
const curveOf = (...children: ReturnType<typeof child>[]) =>
  throughput(children).map((sample) => [(Date.parse(sample.at) - begin) / 1000, sample.items]);

describe('throughput', () => {
  it('is empty without a sample', () => {
    expect(throughput([])).toEqual([]);
    expect(throughput([child()])).toEqual([]);
  });

  it('adds up children, each evenly between its checkpoints', () => {
    // Two children at 50 a second each, whose checkpoints lie a second apart: 100 a second at any time.
    const first = child([0, 0], [2, 100], [4, 200]);
    const second = child([0, 0], [1, 50], [3, 150], [4, 200]);
    expect(curveOf(first, second)).toEqual([
      [0, 0],
      [1, 100],
      [2, 200],
      [3, 300],
      [4, 400],
    ]);
  });

  it('counts a child from its beginning on, and keeps what it has done after its end', () => {
    expect(curveOf(child([0, 0], [1, 10]), child([2, 0], [4, 20]))).toEqual([
      [0, 0],
      [1, 10],
      [2, 10],
      [4, 30],
    ]);
  });

  it('stands still between a stop and the next run', () => {
    expect(curveOf(child([0, 0], [1, 10], [60, 10], [61, 20]), child([30, 0], [31, 5]))).toEqual([
      ...[
        [0, 0],
        [1, 10],
        [30, 10],
        [31, 15],
        [60, 15],
      ],
      [61, 25],
    ]);
  });

  it('takes the later of two counts of one moment', () => {
    expect(curveOf(child([0, 0], [0, 7], [1, 9]))).toEqual([
      [0, 7],
      [1, 9],
    ]);
  });

  it('has at most about 120 moments, the last among them', () => {
    const many = child(...Array.from({ length: 1000 }, (_, second) => [second, second * 10] as const));
    const curve = curveOf(many);
    expect(curve.length).toBeLessThanOrEqual(121);
    expect(curve.at(-1)).toEqual([999, 9990]);
  });
});

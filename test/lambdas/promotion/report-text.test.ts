import { describe, expect, it } from 'vitest';
import { count, counted, duration, moment, rate } from '../../../lambdas/promotion/report-text.ts';

describe('count', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [58_626, '58,626'],
    [1_234_567.89, '1,234,567.9'],
  ])('separates the thousands of %d', (value, expected) => {
    expect(count(value)).toBe(expected);
  });
});

describe('counted', () => {
  it('puts the noun into the plural, but for one', () => {
    expect([counted(0, 'item'), counted(1, 'item'), counted(1000, 'item')]).toEqual([
      '0 items',
      '1 item',
      '1,000 items',
    ]);
  });
});

describe('rate', () => {
  it.each([
    [0, '0'],
    [0.01234, '0.012'],
    [4.56, '4.6'],
    [9.99, '10'],
    [5923.4, '5,923'],
  ])('shows %d to the digits that matter', (value, expected) => {
    expect(rate(value)).toBe(expected);
  });
});

describe('duration', () => {
  it.each([
    [-5, '0 s'],
    [0, '0 s'],
    [21_739, '21.7 s'],
    [59_960, '1 min'],
    [192_000, '3 min 12 s'],
    [3_600_000, '1 h'],
    [3_840_000, '1 h 4 min'],
    [90_000_000, '1 d 1 h'],
    [Number.NaN, 'unknown'],
  ])('says %d ms in its largest units', (milliseconds, expected) => {
    expect(duration(milliseconds)).toBe(expected);
  });
});

describe('moment', () => {
  it('is to the second, in UTC, whatever offset was written', () => {
    expect(moment('2026-11-21T08:58:47.612Z')).toBe('2026-11-21 08:58:47 UTC');
    expect(moment('2026-11-21T00:30:00+01:00')).toBe('2026-11-20 23:30:00 UTC');
  });

  it('leaves a text that is no time as it is', () => {
    expect(moment('<soon>')).toBe('<soon>');
  });
});

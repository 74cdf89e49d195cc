import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTimestamp } from '../../../../lib/local/states/timestamp.ts';

describe('parseTimestamp', () => {
  it('reads what Date writes', () => {
    const date = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(fc.property(date, (moment) => parseTimestamp(moment.toISOString()) === moment.getTime()));
  });
  it('takes offsets and up to nine digits of a second', () => {
    expect(parseTimestamp('2016-03-05T21:29:29.243167252Z')).toBe(Date.UTC(2016, 2, 5, 21, 29, 29, 243));
    expect(parseTimestamp('2024-02-29T01:00:00+02:00')).toBe(Date.UTC(2024, 1, 28, 23));
  });
  it.each([
    '2016-12-05T21:29:29',
    '2016-12-05 21:29:29Z',
    '2016-13-05T21:29:29Z',
    '2023-02-29T00:00:00Z',
    '2016-12-05T25:29:29Z',
    '05-12-2016T21:29:29Z',
    '',
  ])('refuses %j', (text) => {
    expect(parseTimestamp(text)).toBeNull();
  });
});

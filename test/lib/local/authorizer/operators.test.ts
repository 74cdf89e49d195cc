import { describe, expect, it } from 'vitest';
import { isJudged, isNull, operatorNamed } from '../../../../lib/local/authorizer/operators.ts';
import { type Pattern, readerFor } from '../../../../lib/local/authorizer/patterns.ts';

const pattern = (text: string) => readerFor(new Map(), false)(text) as Pattern;
const holds = (name: string, actual: string, expected: string) =>
  operatorNamed(name)?.test(actual, pattern(expected)) ?? null;
const arn = 'arn:aws:s3:::bucket/key';

describe('operatorNamed', () => {
  it.each([
    ['StringNotEquals', 'StringEquals', 'a', 'a'],
    ['StringNotEqualsIgnoreCase', 'StringEqualsIgnoreCase', 'a', 'A'],
    ['StringNotLike', 'StringLike', 'ab', 'a*'],
    ['ArnNotEquals', 'ArnEquals', arn, arn],
    ['ArnNotLike', 'ArnLike', arn, 'arn:aws:s3:::*'],
    ['NotIpAddress', 'IpAddress', '10.0.0.1', '10.0.0.0/8'],
    ['NumericNotEquals', 'NumericEquals', '1', '1.0'],
    ['DateNotEquals', 'DateEquals', '2026-01-01', '2026-01-01T00:00:00Z'],
  ])('knows %s as the negation of %s', (negation, name, actual, expected) => {
    const [negated, positive] = [operatorNamed(negation), operatorNamed(name)];
    expect([negated?.negated, positive?.negated]).toEqual([true, false]);
    expect(negated?.test).toBe(positive?.test);
    expect(holds(name, actual, expected)).toBe(true);
  });

  it('knows no other', () => {
    for (const name of ['', 'StringIs', 'stringequals', 'constructor', 'toString', 'NotBool', 'NumericLike']) {
      expect(operatorNamed(name), name).toBeUndefined();
    }
  });

  it('knows Null, whose values are asked for elsewhere', () => {
    expect(operatorNamed('Null')).toEqual({ test: isNull, negated: false });
    expect([holds('Null', 'true', 'TRUE'), holds('Null', 'true', 'false')]).toEqual([true, false]);
  });
});

describe('texts', () => {
  it.each([
    ['StringEquals', 'a', 'a', true],
    ['StringEquals', 'A', 'a', false],
    ['StringEquals', 'ab', 'a*', false],
    ['StringEqualsIgnoreCase', 'Ab', 'aB', true],
    ['StringEqualsIgnoreCase', 'ab', 'a', false],
    ['StringLike', 'ab', 'a?', true],
    ['StringLike', 'Ab', 'a?', false],
    ['ArnLike', arn, 'arn:aws:s3:::bucket/*', true],
    ['ArnEquals', arn, 'arn:aws:s3:::other/*', false],
    ['Bool', 'true', 'True', true],
    ['Bool', 'FALSE', 'false', true],
    ['Bool', 'true', 'false', false],
    ['Bool', 'yes', 'yes', false],
    ['Bool', 'untrue', 'untrue', false],
    ['Bool', 'trueish', 'trueish', false],
  ])('%s: %s against %s is %s', (name, actual, expected, wanted) => {
    expect(holds(name, actual, expected)).toBe(wanted);
  });
});

describe('orders', () => {
  const table: [string, boolean, boolean, boolean][] = [
    ['Equals', false, true, false],
    ['LessThan', true, false, false],
    ['LessThanEquals', true, true, false],
    ['GreaterThan', false, false, true],
    ['GreaterThanEquals', false, true, true],
  ];

  it.each(table)('of numbers: %s', (name, less, equal, greater) => {
    const found = ['9', '10.0', '11'].map((actual) => holds(`Numeric${name}`, actual, '10'));
    expect(found).toEqual([less, equal, greater]);
  });

  it.each(table)('of dates: %s', (name, less, equal, greater) => {
    const dates = ['2026-11-20T23:59:59Z', '2026-11-21T01:00:00+01:00', '2026-11-21T00:00:01Z'];
    expect(dates.map((actual) => holds(`Date${name}`, actual, '2026-11-21'))).toEqual([less, equal, greater]);
  });

  it('of numbers know signs, points and space around, and nothing else', () => {
    for (const [text, number] of [
      ['+10', '10'],
      ['-1.5', '-1.50'],
      ['.5', '0.5'],
      ['5.', '5'],
      [' 10 ', '10'],
      ['12.34', '12.340'],
    ] as const) {
      expect(holds('NumericEquals', text, number), text).toBe(true);
      expect(holds('NumericEquals', number, text), text).toBe(true);
    }
    for (const text of ['', ' ', '.', '1e1', '0x10', 'ten', '1 0', '10x', 'x10', '--1']) {
      expect(holds('NumericLessThanEquals', text, '100'), text).toBe(false);
      expect(holds('NumericGreaterThanEquals', '100', text), text).toBe(false);
    }
  });

  it('of dates take five digits and more for seconds since the epoch, four for a year', () => {
    expect(holds('DateEquals', '1790000000', '2026-09-21T14:13:20Z')).toBe(true);
    expect(holds('DateEquals', '10000', '1970-01-01T02:46:40Z')).toBe(true);
    expect(holds('DateEquals', '2026', '2026-01-01T00:00:00Z')).toBe(true);
    for (const text of ['soon', '', '2026-13-45', 'x1790000000', '1790000000x']) {
      expect(holds('DateLessThan', text, '2100-01-01'), text).toBe(false);
      expect(holds('DateGreaterThan', '2100-01-01', text), text).toBe(false);
    }
  });
});

describe('addresses', () => {
  it.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.4', '10.1.2.3', false],
    ['10.1.2.3', '10.1.2.3/32', true],
    ['10.1.2.4', '10.1.2.3/32', false],
    ['10.1.2.3', '0.0.0.0/0', true],
    ['2001:db8::1', '2001:db8::/32', true],
    ['2001:db9::1', '2001:db8::/32', false],
    ['2001:db8::1', '2001:db8::1', true],
    ['2001:db8::2', '2001:db8::1', false],
    ['2001:db8::2', '2001:db8::1/128', false],
    ['2001:db8::1', '2001:db8::1/128', true],
    ['10.1.2.3', '2001:db8::/32', false],
    ['2001:db8::1', '0.0.0.0/0', false],
    ['somewhere', '0.0.0.0/0', false],
    ['somewhere', 'somewhere', false],
    ['10.1.2.3', 'somewhere/8', false],
    ['10.1.2.3', '10.0.0.0/33', false],
    ['10.1.2.3', '10.0.0.0/-1', false],
    ['10.1.2.3', '10.0.0.0/8.5', false],
    ['10.1.2.3', '10.0.0.0/eight', false],
    ['10.1.2.3', '10.0.0.0/', false],
    ['2001:db8::1', '2001:db8::/129', false],
  ])('%s in %s is %s', (address, range, wanted) => {
    expect(holds('IpAddress', address, range)).toBe(wanted);
  });
});

describe('isJudged', () => {
  it('asks six parts of patterns for ARNs alone', () => {
    const judged = (name: string, text: string) => isJudged(operatorNamed(name)?.test ?? isNull, pattern(text));
    expect(judged('ArnLike', 'arn:aws:s3:::*')).toBe(true);
    expect(judged('ArnEquals', 'arn:aws:*')).toBe(false);
    expect(judged('StringLike', 'arn:aws:*')).toBe(true);
  });
});

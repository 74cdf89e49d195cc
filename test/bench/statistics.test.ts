import { describe, expect, it } from 'vitest';
import { decimal, machineText, markdownTable, spreadOf, spreadText } from '../../bench/statistics.ts';

describe('spreadOf', () => {
  it('returns the middle value and the outermost, in whatever order they came', () => {
    expect(spreadOf([9, 1, 100])).toEqual({ median: 9, low: 1, high: 100 });
  });

  it('returns the mean of the middle two of an even number', () => {
    expect(spreadOf([4, 1, 3, 2]).median).toBe(2.5);
  });

  it('refuses no values', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });

  it('leaves the values as they were', () => {
    const values = [3, 1, 2];
    spreadOf(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('texts', () => {
  it('show thousands and the digits that were asked for', () => {
    expect(decimal(12_345.678)).toBe('12,346');
    expect(decimal(8, 2)).toBe('8.00');
    expect(spreadText({ median: 8.24, low: 8, high: 1000 }, 1)).toBe('8.2 (8.0–1,000.0)');
  });

  it('name the machine and the version of Node', () => {
    expect(machineText()).toContain(`Node ${process.version}`);
  });

  it('of tables are aligned, numbers to the right', () => {
    expect(
      markdownTable([
        ['name', 'n'],
        ['a', '10'],
        ['longer', '7'],
      ]),
    ).toBe(['| name   |   n |', '|:-------|----:|', '| a      |  10 |', '| longer |   7 |'].join('\n'));
  });
});

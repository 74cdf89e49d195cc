import { describe, expect, it } from 'vitest';
import { costsMarkdown, type TableWays } from '../../../lambdas/dynamodb/costs-markdown.ts';
import { pricesAsOf } from '../../../lambdas/dynamodb/prices.ts';
import type { Way } from '../../../lambdas/dynamodb/ways.ts';

const way = (overrides: Partial<Way> = {}): Way => ({
  name: 'scanWrite',
  dollars: 6.5449,
  minutes: 42.2,
  possible: true,
  why: 'nothing',
  ...overrides,
});
const table = (overrides: Partial<TableWays> = {}): TableWays => ({
  destination: 'PROD-orders',
  ways: [way(), way({ name: 'exportImport', dollars: 2.6, minutes: 20, possible: false, why: 'recovery is off' })],
  chosen: 'scanWrite',
  reason: 'no export and import',
  atLeast: false,
  ...overrides,
});
const row = (of: TableWays, start: string) =>
  costsMarkdown([of])
    .split('\n')
    .find((line) => line.startsWith(start));

describe('costsMarkdown', () => {
  it('shows each way with dollars, minutes and what it needs, the chosen one marked', () => {
    expect(row(table(), '| PROD-orders | scan')).toBe(
      '| PROD-orders | scan and write | $6.54 | 43 | **chosen**: no export and import | nothing |',
    );
    expect(row(table(), '| PROD-orders | export')).toBe(
      '| PROD-orders | export and import (Ion) | $2.60 | 20 | no | recovery is off |',
    );
    const possible = table({ ways: [way({ name: 'exportImport' })] });
    expect(row(possible, '| PROD-orders')).toContain('| possible |');
  });

  it.each([
    { dollars: null, text: 'unknown' },
    { dollars: 0.0001, text: 'under $0.01' },
    { dollars: 0, text: '$0.00' },
    { dollars: 1234.5, text: '$1234.50' },
  ])('writes $dollars as "$text"', ({ dollars, text }) => {
    expect(row(table({ ways: [way({ dollars })] }), '| PROD-orders')).toContain(`| ${text} |`);
  });

  it('says that a table which was counted in part costs more', () => {
    expect(row(table({ atLeast: true }), '| PROD-orders | scan')).toContain('| over $6.54 | over 43 |');
    const unknown = table({ atLeast: true, ways: [way({ dollars: null, minutes: null })] });
    expect(row(unknown, '| PROD-orders')).toContain('| unknown | unknown |');
  });

  it('adds up what was chosen, and says what is missing in the sum', () => {
    const known = costsMarkdown([table(), table({ destination: 'PROD-users' })]);
    expect(known).toContain('The chosen ways cost $13.09 together.');
    const missing = costsMarkdown([table(), table({ ways: [way({ dollars: null })] }), table({ chosen: null })]);
    expect(missing).toContain('The chosen ways cost $6.54 together, and 1 of them what is not known.');
  });

  it('tells the month of the prices', () => {
    expect(costsMarkdown([table()])).toContain(`public prices of ${pricesAsOf}`);
  });
});

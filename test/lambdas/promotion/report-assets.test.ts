import { describe, expect, it } from 'vitest';
import { reportHtml } from '../../../lambdas/promotion/report-html.ts';
import { makeAsset, makeCounts, makeKind, makeReport } from './make-report.ts';
import { cellsOf, type PageElement, parsePage, select, textOf } from './page-parser.ts';

function pageOf(...overrides: Parameters<typeof makeReport>): PageElement {
  return parsePage(reportHtml(makeReport(...overrides)));
}

describe('the assets of a report', () => {
  it('are counted on tiles, of which those with zero are quiet and those with a fault stand out', () => {
    const counts = makeCounts({ planned: 1200, created: 1199, failed: 1, verified: 1199 });
    const tiles = select(pageOf({ kinds: { dynamodb: makeKind({ counts }), dms: makeKind({ counts }) } }), '.tile');
    expect(tiles.map((tile) => select(tile, 'dt').concat(select(tile, 'dd')).map(textOf).join(' '))).toEqual([
      'planned 2,400',
      'created 2,398',
      'updated 0',
      'replaced 0',
      'adopted 0',
      'unchanged 0',
      'skipped 0',
      'failed 2',
      'verified 2,398',
      'mismatched 0',
    ]);
    const classes = tiles.map(({ attributes }) => attributes.class?.replace('tile ', ''));
    expect(classes[2]).toBe('zero');
    expect(classes[7]).toBe('amiss');
  });

  it('have a line each with their items', () => {
    const [, row] = select(pageOf(), 'tr');
    expect(cellsOf(row)).toEqual(
      [
        'DEV-orders',
        'PROD-orders',
        'create',
        'created',
        'yes',
        '12,345',
        '12,345',
        '0',
        '12,345',
        '0',
        '0',
        '0',
      ].concat('there is no such table'),
    );
  });

  it('that need attention come first', () => {
    const assets = [
      makeAsset({ asset: 'a' }),
      makeAsset({ asset: 'b', verified: false }),
      makeAsset({ asset: 'c' }),
      makeAsset({ asset: 'd', outcome: 'failed', verified: null }),
    ];
    const [table] = select(pageOf({ kinds: { dynamodb: makeKind({ assets }) } }), '.assets');
    const rows = select(table as PageElement, 'tr').slice(1);
    expect(rows.map((row) => cellsOf(row)[0])).toEqual(['b', 'd', 'a', 'c']);
    expect(rows.map(({ attributes }) => attributes.class === 'attention')).toEqual([true, true, false, false]);
    expect(select(table as PageElement, 'caption').map(textOf)).toEqual([
      'dynamodb: 4 assets, 2 that need attention first',
    ]);
  });

  it('without a plan or items have no columns for them', () => {
    const assets = [makeAsset({ action: null, items: undefined, outcome: 'unchanged' })];
    const [head] = select(pageOf({ mode: 'rollback', kinds: { dms: makeKind({ assets }) } }), 'thead');
    expect(select(head as PageElement, 'th').map(textOf)).toEqual([
      'asset',
      'becomes',
      'outcome',
      'verified',
      'reason',
    ]);
  });

  it('show counts that only their kind has, after the others', () => {
    const assets = [makeAsset({ items: { frobs: 2, read: 1 } })];
    const [head] = select(pageOf({ kinds: { dms: makeKind({ assets }) } }), 'thead');
    expect(select(head as PageElement, '.number').map(textOf)).toEqual(['read', 'frobs']);
  });

  it('unfold to what differs in definition and items, and only where something does', () => {
    const differences = [{ path: 'timeToLive', wanted: '"expires"', found: 'null' }];
    const examples = [{ problem: 'missing', key: { id: { S: '<7>' } } }];
    const assets = [makeAsset(), makeAsset({ destination: 'PROD-b', verified: false, differences, examples })];
    const details = select(pageOf({ kinds: { dynamodb: makeKind({ assets }) } }), 'details');
    expect(details).toHaveLength(1);
    expect(select(details[0] as PageElement, 'summary').map(textOf)).toEqual(['PROD-b 1 difference, 1 example key']);
    expect(select(details[0] as PageElement, 'td').map(textOf)).toEqual([
      'timeToLive',
      '"expires"',
      'null',
      'missing',
      '{"id":{"S":"<7>"}}',
    ]);
  });

  it('stay folded where there are many', () => {
    const examples = [{ problem: 'missing', key: 1 }];
    const open = (count: number) => {
      const assets = Array.from({ length: count }, () => makeAsset({ verified: false, examples }));
      const details = select(pageOf({ kinds: { dynamodb: makeKind({ assets }) } }), 'details');
      return details.filter(({ attributes }) => 'open' in attributes).length;
    };
    expect([open(3), open(4)]).toEqual([3, 0]);
  });

  it('are missed in words where the run had none', () => {
    const kinds = { dynamodb: makeKind({ assets: [], counts: makeCounts() }) };
    const words = (overrides: Parameters<typeof makeReport>[0]) =>
      textOf(select(pageOf({ ...overrides, kinds }), '.results')[0] as PageElement);
    expect(words({ outcome: 'failed' })).toContain('The run ended before it had a list of assets.');
    expect(words({ mode: 'export' })).toContain('the manifest of the bundle has it');
  });
});

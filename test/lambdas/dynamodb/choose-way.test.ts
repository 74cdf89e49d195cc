import { describe, expect, it } from 'vitest';
import { chooseWay, wayOf } from '../../../lambdas/dynamodb/choose-way.ts';
import { type CopiedTable, type CopyRequest, type WayName, waysOf } from '../../../lambdas/dynamodb/ways.ts';
import { makeTables } from '../../support/factories.ts';
import { copiedTable } from './copied-table.ts';

const choose = (table: Partial<CopiedTable>, request: Partial<CopyRequest> = {}) => {
  const copied = copiedTable(table);
  const asked = makeTables(request);
  return chooseWay(copied, asked, waysOf(copied, asked));
};

describe('chooseWay', () => {
  it('exports and imports a large new table, because that costs less', () => {
    expect(choose({})).toEqual({ engine: 'exportImport', reason: 'it costs less' });
  });

  it.each<{ what: string; table: Partial<CopiedTable>; request?: Partial<CopyRequest>; reason: RegExp }>([
    { what: 'that exists', table: { exists: true }, reason: /the table exists/ },
    { what: 'without recovery', table: { recoverable: false }, reason: /recovery off/ },
    { what: 'of a gigabyte', table: { items: 1e6, bytes: 1e9 }, reason: /a gigabyte at most/ },
    { what: 'of unknown size', table: { items: 0, bytes: 0 }, reason: /not known/ },
    { what: 'in a region without prices', table: { sourceRegion: 'eu-west-1' }, reason: /prices of the region/ },
    {
      what: 'whose writes are paid for already',
      table: {
        destination: {
          ...copiedTable().destination,
          BillingMode: 'PROVISIONED',
          ProvisionedThroughput: { ReadCapacityUnits: 40_000, WriteCapacityUnits: 40_000 },
        },
      },
      reason: /costs no more/,
    },
    { what: 'that is changed on its way', table: {}, request: { projection: ['a'] }, reason: /projection/ },
  ])('scans and writes a table $what', ({ table, request, reason }) => {
    const choice = choose(table, request);
    expect(choice.engine).toBe('raw');
    expect(choice.reason).toMatch(reason);
  });

  it.each(['raw', 'sdk', 'exportImport'] as const)('does what is asked for: %s', (engine) => {
    expect(choose({ items: 10, bytes: 1000 }, { engine })).toEqual({ engine, reason: 'asked for' });
  });

  it('refuses to export and import where that is not possible', () => {
    expect(choose({ recoverable: false, exists: true }, { engine: 'exportImport' })).toEqual({
      refused:
        'engine "exportImport" cannot be used: the table exists, and an import only makes new ones; the source has point-in-time recovery off',
    });
  });

  it('throws where the ways are not those of a table', () => {
    expect(() => chooseWay(copiedTable(), makeTables(), [])).toThrow(/not all there/);
    for (const lacking of ['scanWrite', 'exportImport']) {
      const ways = waysOf(copiedTable(), makeTables()).filter(({ name }) => name !== lacking);
      expect(() => chooseWay(copiedTable(), makeTables(), ways), lacking).toThrow(/not all there/);
    }
  });

  it.each<{ what: string; table?: Partial<CopiedTable>; transfer: number | null; scan: number | null; reason: string }>(
    [
      { what: 'no items', table: { items: 0 }, transfer: 1, scan: 2, reason: 'its size is not known' },
      { what: 'no bytes', table: { bytes: 0 }, transfer: 1, scan: 2, reason: 'its size is not known' },
      { what: 'no price of an import', transfer: null, scan: 2, reason: 'prices of the region are not known' },
      { what: 'no price of a scan', transfer: 1, scan: null, reason: 'prices of the region are not known' },
      { what: 'the same price', transfer: 2, scan: 2, reason: 'it costs no more than an export and import' },
    ],
  )('scans and writes where there is $what', ({ table, transfer, scan, reason }) => {
    const dollars: Partial<Record<WayName, number | null>> = { exportImport: transfer, scanWrite: scan };
    const ways = waysOf(copiedTable(), makeTables()).map((way) => ({ ...way, dollars: dollars[way.name] ?? null }));
    expect(chooseWay(copiedTable(table), makeTables(), ways)).toEqual({ engine: 'raw', reason });
  });
});

describe('wayOf', () => {
  it.each([
    { choice: { engine: 'raw' as const, reason: '' }, way: 'scanWrite' },
    { choice: { engine: 'sdk' as const, reason: '' }, way: 'scanWrite' },
    { choice: { engine: 'exportImport' as const, reason: '' }, way: 'exportImport' },
    { choice: { refused: 'no' }, way: null },
  ])('is $way', ({ choice, way }) => {
    expect(wayOf(choice)).toBe(way);
  });
});

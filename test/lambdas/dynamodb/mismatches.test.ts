import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compileChange } from '../../../lambdas/dynamodb/change.ts';
import { changedTable } from '../../../lambdas/dynamodb/change-definition.ts';
import type { Comparison } from '../../../lambdas/dynamodb/compare.ts';
import type { TableEngine, WireItem } from '../../../lambdas/dynamodb/engine.ts';
import type { Entry, PageTotals } from '../../../lambdas/dynamodb/merge.ts';
import { settleMismatches } from '../../../lambdas/dynamodb/mismatches.ts';
import { canonicalWireItem, parseItem, serializeItem } from '../../../lambdas/dynamodb/wire-item.ts';
import { environments, makeDefinition, makeTables, segmentGroup } from '../../support/factories.ts';
import { memorySealing } from '../../support/sealing.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0));
afterEach(() => vi.restoreAllMocks());

const key = (id: string): WireItem => ({ pk: { S: id } });
const item = (id: string, value = '1'): WireItem => ({ ...key(id), value: { N: value } });

/** A table in memory that answers reads by key; `stale` says what its first read answers instead. */
function makeTable(items: WireItem[], stale?: WireItem[]) {
  let reads = 0;
  const engine: Pick<TableEngine, 'read' | 'write'> = {
    async read(keys) {
      const now = stale && reads++ === 0 ? stale : items;
      const wanted = new Set(keys.map((one) => canonicalWireItem(one)));
      return now.filter(({ pk }) => wanted.has(canonicalWireItem({ pk: pk as never }))).map(serializeItem);
    },
    async write(all) {
      items.push(...all.map((bytes) => parseItem(bytes)));
      return [];
    },
  };
  return { engine: engine as TableEngine, items };
}

function makeComparison(source: TableEngine, destination: TableEngine, fields: object = {}, repairs = false) {
  const written = new Map<string, string>();
  const request = makeTables(fields);
  const comparison = {
    run: { promotionId: 'p', onlyIfAbsent: request.onlyIfAbsent },
    group: segmentGroup({ sourceKey: ['pk'], destinationKey: ['pk'] }),
    surroundings: {
      environments,
      artefacts: { write: async (name: string, text: string) => void written.set(name, text) },
      sealing: memorySealing(),
    },
    scope: 'run/',
    tables: { source, destination },
    change: compileChange(request, changedTable(makeDefinition())),
    repairs,
  } as unknown as Comparison;
  return { comparison, written };
}

const emptyPage = (): PageTotals => ({
  next: null,
  open: 0,
  compared: 0,
  missing: 0,
  extra: 0,
  different: 0,
  written: 0,
  fingerprint: 0,
  examples: [],
});
const entry = (id: string, side: Entry['side'] = 'source'): Entry => ({
  side,
  key: key(id),
  item: serializeItem(item(id)),
  page: emptyPage(),
});

describe('settling what found no equal', () => {
  it('counts and lists what is missing, extra and different, by both sides’ keys', async () => {
    const source = makeTable([item('a'), item('b'), item('c')]);
    const destination = makeTable([item('b', '2'), item('c'), item('d')]);
    const { comparison, written } = makeComparison(source.engine, destination.engine);
    const entries = [entry('a'), entry('b'), entry('c'), entry('d', 'destination')];
    await settleMismatches(comparison, 0)(entries, []);
    expect(entries.map(({ page }) => [page.missing, page.different, page.extra])).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
      [0, 0, 1],
    ]);
    const [[name, text] = ['', '']] = written;
    expect(name).toMatch(/^promotions\/p\/dynamodb\/verify\/differences\/run\/PROD-orders\/[0-9a-f]{24}\.jsonl$/);
    expect(text.trim().split('\n')).toHaveLength(3);
  });

  it('counts a difference for the source’s side alone, because both see it', async () => {
    const { comparison } = makeComparison(makeTable([item('a')]).engine, makeTable([item('a', '2')]).engine);
    const [one, other] = [entry('a'), entry('a', 'destination')];
    await settleMismatches(comparison, 0)([one, other], []);
    expect([one.page.different, other.page.different]).toEqual([1, 0]);
  });
});

describe('pitfall 43: a comparison right after a write', () => {
  it('reads both sides once more before anything counts as a mismatch', async () => {
    const destination = makeTable([item('a')], []);
    const { comparison, written } = makeComparison(makeTable([item('a')]).engine, destination.engine);
    const one = entry('a');
    await settleMismatches(comparison, 0)([one], []);
    expect(one.page).toMatchObject({ missing: 0, different: 0 });
    expect(written.size).toBeLessThanOrEqual(1);
  });
});

describe('a repair', () => {
  it('writes what is missing or different, and keeps what was there before', async () => {
    const destination = makeTable([item('b', '2'), item('d')]);
    const source = makeTable([item('a'), item('b')]);
    const { comparison, written } = makeComparison(source.engine, destination.engine, {}, true);
    const entries = [entry('a'), entry('b'), entry('d', 'destination')];
    await settleMismatches(comparison, 0)(entries, []);
    expect(entries.map(({ page }) => [page.written, page.extra])).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
    expect(destination.items).toHaveLength(4);
    expect([...written.keys()].some((name) => name.includes('/import/before/PROD-orders/'))).toBe(true);
  });

  it('leaves a key that two source items would have', async () => {
    const source = makeTable([item('DEV#1'), item('PROD#1', '2')]);
    const destination = makeTable([item('PROD#1', '3')]);
    const transform = [{ replacePrefix: ['pk', 'DEV#', 'PROD#'] }];
    const { comparison } = makeComparison(source.engine, destination.engine, { transform }, true);
    const one = entry('PROD#1');
    await settleMismatches(comparison, 0)([one], []);
    expect(one.page).toMatchObject({ different: 1, written: 0 });
    expect(destination.items).toHaveLength(1);
  });
});

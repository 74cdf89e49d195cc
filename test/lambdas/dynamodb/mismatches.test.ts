import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compileChange } from '../../../lambdas/dynamodb/change.ts';
import { changedTable } from '../../../lambdas/dynamodb/change-definition.ts';
import type { Comparison } from '../../../lambdas/dynamodb/compare.ts';
import type { TableEngine, WireItem } from '../../../lambdas/dynamodb/engine.ts';
import type { Entry, PageTotals, Refused } from '../../../lambdas/dynamodb/merge.ts';
import { settleMismatches } from '../../../lambdas/dynamodb/mismatches.ts';
import { canonicalWireItem, parseItem, serializeItem } from '../../../lambdas/dynamodb/wire-item.ts';
import { environments, makeDefinition, makeTables, segmentGroup } from '../../support/factories.ts';
import { memorySealing } from '../../support/sealing.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: async () => undefined }));

beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0));
afterEach(() => vi.restoreAllMocks());

const key = (id: string): WireItem => ({ pk: { S: id } });
const item = (id: string, value = '1'): WireItem => ({ ...key(id), value: { N: value } });

/** A table in memory that answers reads by key; `stale` says what its first read answers, `refuses` what it takes not. */
function makeTable(items: WireItem[], { stale, refuses }: { stale?: WireItem[]; refuses?: string } = {}) {
  let reads = 0;
  const engine: Pick<TableEngine, 'read' | 'write'> = {
    async read(keys) {
      const now = stale && reads++ === 0 ? stale : items;
      const wanted = new Set(keys.map((one) => canonicalWireItem(one)));
      return now.filter(({ pk }) => wanted.has(canonicalWireItem({ pk: pk as never }))).map(serializeItem);
    },
    async write(all) {
      const isRefused = (bytes: Buffer) => parseItem(bytes).pk?.S === refuses;
      items.push(...all.filter((bytes) => !isRefused(bytes)).map((bytes) => parseItem(bytes)));
      return all.filter(isRefused).map((item) => ({ item, code: 'ValidationException', message: 'too large' }));
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
    change: compileChange(request, { ...changedTable(makeDefinition()), sourceKey: ['pk'] }),
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
  rejected: 0,
  fingerprint: 0,
  examples: [],
});
const entry = (id: string, side: Entry['side'] = 'source'): Entry => ({
  side,
  key: key(id),
  item: serializeItem(item(id)),
  origin: null,
  contested: false,
  page: emptyPage(),
});
const settle = (comparison: Comparison, entries: readonly Entry[], refused: readonly Refused[] = []) =>
  settleMismatches(comparison, 0)(entries, [], refused);
const linesOf = (written: ReadonlyMap<string, string>, place: string) =>
  [...written]
    .filter(([name]) => name.includes(`/verify/${place}/run/PROD-orders/`))
    .flatMap(([, text]) => text.trim().split('\n'))
    .map((line) => JSON.parse(line));

describe('settling what found no equal', () => {
  it('counts and lists what is missing, extra and different, by both sides’ keys', async () => {
    const source = makeTable([item('a'), item('b'), item('c')]);
    const destination = makeTable([item('b', '2'), item('c'), item('d')]);
    const { comparison, written } = makeComparison(source.engine, destination.engine);
    const entries = [entry('a'), entry('b'), entry('c'), entry('d', 'destination')];
    await settle(comparison, entries);
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
    await settle(comparison, [one, other]);
    expect([one.page.different, other.page.different]).toEqual([1, 0]);
  });
});

describe('items that the change refuses', () => {
  it('are missing, with as many lines as are counted, their own keys and the reason', async () => {
    const { comparison, written } = makeComparison(makeTable([item('a')]).engine, makeTable([]).engine);
    const page = emptyPage();
    const refused = { item: serializeItem(item('x')), code: 'KeyTooLong', message: 'too long', page };
    await settle(comparison, [], [refused]);
    expect(page).toMatchObject({ missing: 1, rejected: 1, examples: [{ problem: 'missing', key: key('x') }] });
    const reason = { code: 'KeyTooLong', message: 'too long' };
    expect(linesOf(written, 'differences')).toEqual([{ problem: 'missing', key: key('x'), ...reason }]);
    expect(linesOf(written, 'rejects')).toEqual([{ ...reason, key: key('x') }]);
  });
});

describe('pitfall 4: source items that become one', () => {
  const transform = [{ replacePrefix: ['pk', 'DEV#', 'PROD#'] }];
  /** What is counted when each of these source items is judged for the key PROD#1, the contested ones always. */
  async function counted(source: WireItem[], destination: WireItem[], judgesFirst: boolean) {
    const { comparison, written } = makeComparison(makeTable(source).engine, makeTable(destination).engine, {
      transform,
    });
    const entries = [...(judgesFirst ? ['DEV#1'] : []), 'PROD#1'].map((origin) => ({
      ...entry('PROD#1'),
      origin: key(origin),
    }));
    for (const one of entries) await settle(comparison, [one]);
    const sum = (name: 'missing' | 'different') => entries.reduce((all, { page }) => all + page[name], 0);
    const lines = linesOf(written, 'differences').map((line) => [line.problem, line.key.pk.S, line.code]);
    return { missing: sum('missing'), different: sum('different'), lines };
  }
  const both = [item('DEV#1'), item('PROD#1', '2')];

  it.each([
    ['the changed one is there, and is judged', both, item('PROD#1'), true, 'PROD#1'],
    ['the changed one is there, and has met its equal', both, item('PROD#1'), false, 'PROD#1'],
    ['the other is there', both, item('PROD#1', '2'), true, 'DEV#1'],
    ['both are the same', [item('DEV#1'), item('PROD#1')], item('PROD#1'), false, 'PROD#1'],
    ['both are the same, and are judged', [item('DEV#1'), item('PROD#1')], item('PROD#1'), true, 'PROD#1'],
  ])('lose all but one, whichever is there: %s', async (_what, source, there, judgesFirst, loser) => {
    expect(await counted(source, [there], judgesFirst)).toEqual({
      missing: 1,
      different: 0,
      lines: [['missing', loser, 'KeyCollision']],
    });
  });

  it('are both to be seen where something else is there', async () => {
    expect(await counted(both, [item('PROD#1', '3')], true)).toMatchObject({ missing: 1, different: 1 });
  });
});

describe('pitfall 43: a comparison right after a write', () => {
  it('reads both sides once more before anything counts as a mismatch', async () => {
    const destination = makeTable([item('a')], { stale: [] });
    const { comparison, written } = makeComparison(makeTable([item('a')]).engine, destination.engine);
    const one = entry('a');
    await settle(comparison, [one]);
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
    await settle(comparison, entries);
    expect(entries.map(({ page }) => [page.written, page.extra])).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
    expect(destination.items).toHaveLength(4);
    expect(linesOf(written, 'differences')).toEqual([{ problem: 'extra', key: key('d') }]);
    expect([...written.keys()].some((name) => name.includes('/import/before/PROD-orders/'))).toBe(true);
  });

  it('leaves a key that two source items would have', async () => {
    const source = makeTable([item('DEV#1'), item('PROD#1', '2')]);
    const destination = makeTable([item('PROD#1', '3')]);
    const transform = [{ replacePrefix: ['pk', 'DEV#', 'PROD#'] }];
    const { comparison } = makeComparison(source.engine, destination.engine, { transform }, true);
    const one = entry('PROD#1');
    await settle(comparison, [one]);
    expect(one.page).toMatchObject({ different: 1, written: 0 });
    expect(destination.items).toHaveLength(1);
  });

  it('says of each item that the service refuses why, and counts no write of it', async () => {
    const destination = makeTable([], { refuses: 'b' });
    const source = makeTable([item('a'), item('b')]);
    const { comparison, written } = makeComparison(source.engine, destination.engine, {}, true);
    const entries = [entry('a'), entry('b')];
    await settle(comparison, entries);
    expect(entries.map(({ page }) => [page.written, page.missing, page.rejected])).toEqual([
      [1, 0, 0],
      [0, 1, 1],
    ]);
    const reason = { code: 'ValidationException', message: 'too large' };
    expect(linesOf(written, 'differences')).toEqual([{ problem: 'missing', key: key('b'), ...reason }]);
    expect(linesOf(written, 'rejects')).toEqual([{ ...reason, key: key('b') }]);
  });

  it('is noted before its first write, and not where nothing is to be written', async () => {
    const notes = async (source: WireItem[], destination: WireItem[]) => {
      const { comparison, written } = makeComparison(makeTable(source).engine, makeTable(destination).engine, {}, true);
      await settle(comparison, [entry('a', source.length > 0 ? 'source' : 'destination')]);
      return [...written.keys()].map((name) => name.split('/')[3] === 'verify' && name.split('/')[4]);
    };
    expect(await notes([item('a')], [])).toEqual(['repairs', false]);
    expect(await notes([], [item('a')])).toEqual(['differences']);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artefacts } from '../../../lambdas/core/artefacts.ts';
import type { Surroundings } from '../../../lambdas/core/handler.ts';
import { keys } from '../../../lambdas/core/keys.ts';
import {
  type Checkpoint,
  checkpointKey,
  isFinal,
  noItems,
  readCheckpoint,
  sumItems,
} from '../../../lambdas/dynamodb/checkpoint.ts';
import { changeOf as changeOfGroup } from '../../../lambdas/dynamodb/copy.ts';
import {
  collectRound,
  freezeSegments,
  readProgress,
  type SegmentedTable,
  writeFirstRound,
} from '../../../lambdas/dynamodb/rounds.ts';
import type { Run } from '../../../lambdas/dynamodb/run.ts';
import type { ItemChange, SegmentGroup } from '../../../lambdas/dynamodb/segment-contracts.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { makeDefinition, makeTables, refusal, segmentGroup } from '../../support/factories.ts';

let world: TestBucket;
beforeAll(async () => {
  world = await startBucket();
});
afterAll(() => world.close());

const runOf = (promotionId: string, segments: number | 'auto' = 'auto'): Run => ({
  promotionId,
  source: 'dev',
  destination: 'prod',
  bundle: promotionId,
  mode: 'migrate',
  request: makeTables({ segments }),
});
const table = (as = 'PROD-orders', tableId = 'id-1', bytes = 0): SegmentedTable => {
  const { total: _total, segments: _segments, at: _at, limits: _limits, ...group } = segmentGroup({ as, tableId });
  const { table: members } = makeDefinition();
  return { ...group, bytes, source: members, destination: members };
};
const list = (run: Run, ...tables: SegmentedTable[]) =>
  freezeSegments(world.artefacts, run, tables, { readsDestination: false });
const freeze = async (run: Run, ...tables: SegmentedTable[]) => [...(await list(run, ...tables)).groups];

async function put(id: string, group: SegmentGroup, fields: Partial<Checkpoint>) {
  const key = checkpointKey(id, 'import', '', group);
  await world.artefacts.write(key, { ...(await readCheckpoint(world.artefacts, key, group)), ...fields });
}
const linesOf = (key: string | undefined) =>
  (world.text(key ?? '') ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SegmentGroup);
const collect = async (id: string, round: number, concurrency = 20) =>
  (await collectRound(world.artefacts, id, 'import', '', { round, concurrency })).round;

describe('pitfall 12: going on with another number of segments', () => {
  it('never happens: the first run’s number stays, whatever is asked for later', async () => {
    const first = await freeze(runOf('frozen', 8), table());
    expect(first.map(({ total }) => total)).toEqual([8, 8]);
    expect(await freeze(runOf('frozen', 64), table())).toEqual(first);
    expect(await freeze(runOf('frozen'), table('PROD-orders', 'id-1', 1e12))).toEqual(first);
  });

  it('a table that was made anew is counted anew', async () => {
    await freeze(runOf('anew', 8), table());
    expect((await freeze(runOf('anew', 16), table('PROD-orders', 'id-2')))[0]).toMatchObject({
      total: 16,
      tableId: 'id-2',
    });
  });

  it('further tables are added beside those that are frozen', async () => {
    await freeze(runOf('further', 8), table('PROD-a'));
    const groups = await freeze(runOf('further', 4), table('PROD-a'), table('PROD-b'));
    expect(groups.map(({ as, total }) => `${as} ${total}`)).toEqual(['PROD-a 8', 'PROD-a 8', 'PROD-b 4']);
  });

  it('two workers that freeze at once do not overwrite each other', async () => {
    const key = keys.work('race', 'dynamodb', 'import', 'segments.json');
    const artefacts = {
      ...world.artefacts,
      async read(name: string, versionId?: string) {
        const found = await world.artefacts.read(name, versionId);
        if (name === key) world.put(key, { 'PROD-orders': { tableId: 'id-1', total: 99, at: 1 } });
        return found;
      },
    };
    const found = await refusal(() =>
      freezeSegments(artefacts, runOf('race', 8), [table()], { readsDestination: false }),
    );
    expect(found).toMatchObject({ name: 'Promotion.Transient', code: 'SegmentsChanged' });
    expect((await freeze(runOf('race', 8), table()))[0]?.total).toBe(99);
  });
});

describe('checkpoints', () => {
  it('of different tables, totals and segments have keys of their own', () => {
    const group = segmentGroup({ total: 8, segments: [0, 2] });
    const others = [
      { ...group, as: 'other' },
      { ...group, tableId: 'id-2' },
      { ...group, total: 16 },
      { ...group, segments: [1, 3] },
    ];
    const all = [group, ...others].map((one) => checkpointKey('p', 'import', '', one));
    expect(new Set([...all, checkpointKey('p', 'verify', 'run/', group)]).size).toBe(6);
  });

  it('that were not begun are empty', async () => {
    const group = segmentGroup({ total: 8, segments: [0] });
    expect(await readCheckpoint(world.artefacts, 'nowhere.json', group)).toMatchObject({
      table: 'DEV-orders',
      as: 'PROD-orders',
      total: 8,
      done: false,
      segments: {},
      items: noItems,
      examples: [],
    });
  });

  it('add up, and leave the zeros alone', () => {
    const items = { ...noItems, read: 2, missing: 1 };
    expect(sumItems([{ items }, { items }])).toEqual({ ...noItems, read: 4, missing: 2 });
    expect(noItems.read).toBe(0);
  });

  it.each([
    ['Promotion.Permission', true],
    ['Promotion.Conflict', true],
    ['Promotion.Data', true],
    ['Promotion.Throttled', false],
    ['Promotion.Transient', false],
    ['Promotion.NotYetConsistent', false],
    ['States.Timeout', false],
    ['Sandbox.Timedout', false],
  ])('that failed with %s are final: %s', (error, final) => {
    expect(isFinal({ error, cause: '' })).toBe(final);
  });

  it('without a failure are not final', () => {
    expect(isFinal(undefined)).toBe(false);
  });
});

describe('a round', () => {
  const start = async (id: string, segments = 16) => {
    const { groups, concurrency } = await list(runOf(id, segments), table());
    return { groups, round: await writeFirstRound(world.artefacts, id, 'import', '', { groups, concurrency }) };
  };

  it('lists all groups at first, one a line, in the version that the pointer names', async () => {
    const { groups, round } = await start('first');
    expect(round).toMatchObject({ round: 0, concurrency: 4, segments: { count: 4 } });
    expect(round.segments?.versionId).toBeTruthy();
    expect(linesOf(round.segments?.key)).toEqual(groups);
  });

  it('is the list of all groups itself where none is copied yet, and of a run that begins no checkpoint is read', async () => {
    const { round } = await start('same');
    expect(round.segments?.key).toMatch(/all\.jsonl$/);
    const asked: string[] = [];
    const artefacts: Artefacts = {
      ...world.artefacts,
      read: async (key, versionId) => {
        asked.push(key);
        return await world.artefacts.read(key, versionId);
      },
    };
    const { groups, concurrency } = await list(runOf('same'), table());
    const compared = await writeFirstRound(artefacts, 'same', 'verify', 'run/', { groups, concurrency });
    expect(linesOf(compared.segments?.key)).toEqual(groups);
    expect(asked).toEqual([]);
  });

  it('leaves out what an earlier run has copied', async () => {
    const { groups } = await start('continued');
    await put('continued', groups[1] as SegmentGroup, { done: true });
    const { round } = await start('continued');
    expect(linesOf(round.segments?.key)).toEqual([groups[0], groups[2], groups[3]]);
  });

  it('is empty where all is copied', async () => {
    const { groups } = await start('copied');
    for (const group of groups) await put('copied', group, { done: true });
    expect((await start('copied')).round.segments).toBeNull();
    expect(await collect('copied', 0)).toMatchObject({ segments: null });
  });
});

describe('what becomes of items on their way', () => {
  const changeOf = async (id: string, change: ItemChange) => {
    const groups = await freeze(runOf(id, 8), { ...table(), change });
    return groups.map((group) => group.change);
  };
  const filtered = (length: number): ItemChange => ({
    filter: { expression: 'a = :a', names: {}, values: { ':a': { S: 'x'.repeat(length) } } },
    skipExpired: false,
  });

  it('stands in every line while it is short', async () => {
    expect(await changeOf('short', filtered(10))).toEqual([filtered(10), filtered(10)]);
  });

  it('stands once beside the list when it is long, in the version that the lines name', async () => {
    const [first, second] = await changeOf('long', filtered(30_000));
    expect(second).toEqual(first);
    expect(JSON.stringify(first).length).toBeLessThan(300);
    const { key, versionId } = first as { key: string; versionId: string };
    expect(versionId).toBeTruthy();
    const group = segmentGroup({ change: { key, versionId }, sourceKey: ['id'] });
    const change = await changeOfGroup({ artefacts: world.artefacts } as Surroundings, group);
    expect(change.restriction).toEqual({
      FilterExpression: 'a = :a',
      ExpressionAttributeValues: { ':a': { S: 'x'.repeat(30_000) } },
    });
  });
});

describe('pitfall 39: failed children that nobody sees', () => {
  const begin = async (id: string) => {
    const { groups, concurrency } = await list(runOf(id, 16), table());
    await writeFirstRound(world.artefacts, id, 'import', '', { groups, concurrency });
    return [...groups];
  };

  it('what is not done is the next round, at half the concurrency', async () => {
    const groups = await begin('next');
    await put('next', groups[0] as SegmentGroup, { done: true });
    await put('next', groups[1] as SegmentGroup, { failure: { error: 'Promotion.Throttled', cause: '' } });
    const round = await collect('next', 0);
    expect(round).toMatchObject({ round: 1, concurrency: 10, segments: { count: 3 } });
    expect(linesOf(round.segments?.key)).toEqual(groups.slice(1));
  });

  it('what failed for good is not tried again', async () => {
    const groups = await begin('final');
    for (const group of groups) {
      await put('final', group, { failure: { error: 'Promotion.Permission', cause: 'AccessDenied' } });
    }
    expect((await collect('final', 0)).segments).toBeNull();
  });

  it('there are four rounds in all, each with half the concurrency of the one before', async () => {
    await begin('rounds');
    const rounds = [];
    for (let round = 0, concurrency = 20; round < 5; round++) {
      const next = await collect('rounds', round, concurrency);
      concurrency = next.concurrency;
      rounds.push([next.round, next.concurrency, next.segments?.count ?? null]);
    }
    expect(rounds.slice(0, 4)).toEqual([
      [1, 10, 4],
      [2, 5, 4],
      [3, 2, 4],
      [4, 1, null],
    ]);
  });

  it('what is left after the last round is still seen as not done', async () => {
    const groups = await begin('left');
    await put('left', groups[0] as SegmentGroup, { done: true });
    const progress = await readProgress(world.artefacts, 'left', 'import', '');
    expect(progress.get('PROD-orders')?.map(({ done }) => done)).toEqual([true, false, false, false]);
  });
});

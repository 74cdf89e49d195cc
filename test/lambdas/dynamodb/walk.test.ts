import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { keys } from '../../../lambdas/core/keys.ts';
import type { Item } from '../../../lambdas/dynamodb/attributes.ts';
import { type Checkpoint, checkpointKey, readCheckpoint } from '../../../lambdas/dynamodb/checkpoint.ts';
import type { SegmentGroup } from '../../../lambdas/dynamodb/contracts.ts';
import { type PageResult, type Walk, walk } from '../../../lambdas/dynamodb/walk.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { executionArn, refusal } from '../../support/factories.ts';

let world: TestBucket;
beforeAll(async () => {
  world = await startBucket();
});
afterAll(() => world.close());
afterEach(() => vi.useRealTimers());

const me = executionArn('me');
const pagesPerSegment = 5;

/** A table of three segments with five pages of ten items each; `seen` counts how often each page was worked off. */
function makeWalk(name: string) {
  const group: SegmentGroup = { table: 'orders', as: name, tableId: 'id-1', total: 3, segments: [0, 1, 2] };
  const holder = { kind: 'dynamodb', destination: name, promotionExecution: me } as const;
  const key = checkpointKey(name, 'import', '', group);
  putLock(name, me);
  const seen = new Map<string, number>();
  const page = async (step: string, segment: number, after: Item | null): Promise<PageResult> => {
    const index = after ? Number(after.page?.N) : 0;
    const id = `${step} ${segment}.${index}`;
    seen.set(id, (seen.get(id) ?? 0) + 1);
    const next: Item | null =
      index + 1 < pagesPerSegment ? { page: { N: String(index + 1) }, bytes: { B: new Uint8Array([index]) } } : null;
    return { next, items: { read: 10 }, examples: [{ problem: 'missing', key: { id: { S: id } } }] };
  };
  return {
    group,
    key,
    seen,
    page,
    checkpoint: () => readCheckpoint(world.artefacts, key, group),
    stored: () => JSON.parse(world.text(key) ?? 'null') as Checkpoint | null,
    async run(work: Partial<Walk> = {}, remaining: () => number = () => 60_000, isStopped = async () => false) {
      const checkpoint = await readCheckpoint(world.artefacts, key, group);
      const keeping = { artefacts: world.artefacts, key, holder, remaining, isStopped };
      return await walk(checkpoint, group, { steps: ['copy'], page, ...work }, keeping);
    },
  };
}

function putLock(destination: string, execution: string): void {
  world.put(keys.destinationLock('dynamodb', destination), {
    promotionId: 'p',
    execution,
    children: [],
    takenAt: '2026-11-21T00:00:00.000Z',
  });
}

/** Time that is over after so many looks at it. */
const timeFor = (looks: number) => {
  let left = looks;
  return () => left--;
};

describe('walk', () => {
  it('works off every page of every segment once, and says that it is done', async () => {
    const table = makeWalk('whole');
    expect(await table.run()).toEqual({ more: false, stopped: false });
    expect(table.seen.size).toBe(3 * pagesPerSegment);
    expect([...table.seen.values()].every((times) => times === 1)).toBe(true);
    expect(table.stored()).toMatchObject({ done: true, items: { read: 150 } });
  });

  it('goes through all pages once for each step, in order', async () => {
    const table = makeWalk('steps');
    await table.run({ steps: ['source', 'destination'] });
    const ofFirst = [...table.seen.keys()].filter((id) => / 0\./.test(id)).map((id) => id.split(' ')[0]);
    expect(ofFirst).toEqual([...Array(5).fill('source'), ...Array(5).fill('destination')]);
    expect(table.stored()).toMatchObject({ items: { read: 300 } });
  });

  it('keeps 20 examples at most', async () => {
    const table = makeWalk('examples');
    await table.run({ steps: ['source', 'destination'] });
    expect(table.stored()?.examples).toHaveLength(20);
  });

  it('stops when its time is over, and goes on where it stopped', async () => {
    const table = makeWalk('resumed');
    expect(await table.run({}, timeFor(7))).toEqual({ more: true, stopped: false });
    expect(table.stored()).toMatchObject({ done: false, items: { read: 70 } });
    expect(await table.run()).toEqual({ more: false, stopped: false });
    expect([...table.seen.values()].every((times) => times === 1)).toBe(true);
    expect(table.stored()).toMatchObject({ done: true, items: { read: 150 } });
  });

  it('comes to the same whenever it is stopped', async () => {
    for (let looks = 1; looks <= 3 * pagesPerSegment; looks++) {
      const table = makeWalk(`stopped-${looks}`);
      let runs = 0;
      while ((await table.run({}, timeFor(looks))).more) expect(++runs).toBeLessThan(20);
      expect(table.seen.size).toBe(3 * pagesPerSegment);
      expect(table.stored()).toMatchObject({ done: true, items: { read: 150 } });
    }
  });

  it('notes how many items it had come to at each checkpoint, in a number of samples that stays bounded', async () => {
    const table = makeWalk('samples');
    for (let runs = 0; runs < 80; runs++) await table.run({}, () => 0);
    await table.run();
    const samples = table.stored()?.samples ?? [];
    expect(samples.at(-1)?.items).toBe(150);
    expect(samples.length).toBeLessThanOrEqual(64);
    const times = samples.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
  });

  it('forgets an earlier failure at the next progress', async () => {
    const table = makeWalk('failed');
    const failed = { ...(await table.checkpoint()), failure: { error: 'Promotion.Transient', cause: '' } };
    await world.artefacts.write(table.key, failed);
    await table.run();
    expect(table.stored()?.failure).toBeUndefined();
  });
});

describe('pitfall 10: a checkpoint ahead of the work', () => {
  it('never is: whatever page the worker dies at, no page is left out and none is counted twice', async () => {
    for (let fatal = 0; fatal < 3 * pagesPerSegment; fatal++) {
      const table = makeWalk(`killed-${fatal}`);
      let pages = 0;
      // Every page takes longer than the interval of checkpoints, so that there is one after each.
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
      const dying = async (step: string, segment: number, after: Item | null) => {
        if (pages++ === fatal) throw new Error('killed');
        vi.setSystemTime(Date.now() + 2_001);
        return await table.page(step, segment, after);
      };
      await expect(table.run({ page: dying })).rejects.toThrow('killed');
      vi.useRealTimers();
      expect(table.stored()?.items.read ?? 0).toBe(fatal * 10);
      await table.run();
      expect(table.seen.size).toBe(3 * pagesPerSegment);
      expect(table.stored()).toMatchObject({ done: true, items: { read: 150 } });
    }
  });

  it('pages since the last checkpoint are repeated and counted once', async () => {
    const table = makeWalk('repeated');
    let pages = 0;
    const dying = async (step: string, segment: number, after: Item | null) => {
      if (pages++ === 8) throw new Error('killed');
      return await table.page(step, segment, after);
    };
    await expect(table.run({ page: dying })).rejects.toThrow('killed');
    expect(table.stored()).toBeNull();
    await table.run();
    expect([...table.seen.values()].filter((times) => times === 2)).toHaveLength(8);
    expect(table.stored()).toMatchObject({ items: { read: 150 } });
  });
});

describe('pitfall 13: the end of a worker’s time', () => {
  it('is seen before a page is begun, and the checkpoint is written', async () => {
    const table = makeWalk('no-time');
    expect(await table.run({}, () => 0)).toEqual({ more: true, stopped: false });
    expect(table.seen.size).toBe(0);
    expect(table.stored()).toMatchObject({ done: false, items: { read: 0 } });
  });
});

describe('pitfall 42: a worker that goes on after its execution was stopped', () => {
  it('does not begin where the lock names another execution', async () => {
    const table = makeWalk('foreign');
    putLock('foreign', executionArn('other'));
    expect(await refusal(() => table.run())).toMatchObject({ name: 'Promotion.Conflict', code: 'LockLost' });
    expect(table.seen.size).toBe(0);
  });

  it('ends at the next checkpoint, and does not write it', async () => {
    const table = makeWalk('overtaken');
    const overtaken = async (step: string, segment: number, after: Item | null) => {
      if (segment === 1 && !after) putLock('overtaken', executionArn('other'));
      return await table.page(step, segment, after);
    };
    expect(await refusal(() => table.run({ page: overtaken }))).toMatchObject({ code: 'LockLost' });
    expect(table.stored()).toBeNull();
  });
});

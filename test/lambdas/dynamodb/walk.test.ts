import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { keys } from '../../../lambdas/core/keys.ts';
import { type Checkpoint, checkpointKey, readCheckpoint } from '../../../lambdas/dynamodb/checkpoint.ts';
import { type PageResult, type Position, type Walk, walk } from '../../../lambdas/dynamodb/walk.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { executionArn, refusal, segmentGroup } from '../../support/factories.ts';

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
  const group = segmentGroup({ as: name, total: 3, segments: [0, 1, 2] });
  const holder = { kind: 'dynamodb', destination: name, promotionExecution: me } as const;
  const key = checkpointKey(name, 'import', '', group);
  putLock(name, me);
  const seen = new Map<string, number>();
  const work = async (segment: number, index: number, next: Position | null): Promise<PageResult> => {
    const id = `${segment}.${index}`;
    seen.set(id, (seen.get(id) ?? 0) + 1);
    return {
      next,
      items: { read: 10 },
      fingerprint: index,
      examples: [{ problem: 'missing', key: { id: { S: id } } }],
    };
  };
  const page: Walk['page'] = async (segment, after) => {
    const index = indexOf(after);
    const next = index + 1 < pagesPerSegment ? { page: { N: String(index + 1) } } : null;
    return { ahead: next, result: work(segment, index, next) };
  };
  return {
    group,
    key,
    seen,
    page,
    work,
    checkpoint: () => readCheckpoint(world.artefacts, key, group),
    stored: () => JSON.parse(world.text(key) ?? 'null') as Checkpoint | null,
    async run(walked: Walk['page'] = page, remaining: () => number = () => 60_000, isStopped = async () => false) {
      const checkpoint = await readCheckpoint(world.artefacts, key, group);
      const keeping = { artefacts: world.artefacts, key, holder, remaining, isStopped };
      return await walk(checkpoint, group, { page: walked }, keeping);
    },
  };
}

const indexOf = (after: Position | null) => Number((after?.page as { N?: string } | undefined)?.N ?? 0);

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
    expect(table.stored()?.segments).toMatchObject({ 0: { done: true, after: null, fingerprint: 10 } });
  });

  it('has all segments under way at once, and two pages of each', async () => {
    const table = makeWalk('at-once');
    let [underWay, most] = [0, 0];
    const waiting: (() => void)[] = [];
    const slow: Walk['page'] = async (segment, after) => {
      const { ahead } = await table.page(segment, after);
      underWay += 1;
      most = Math.max(most, underWay);
      const result = new Promise<void>((resolve) => waiting.push(resolve)).then(() => {
        underWay -= 1;
        return table.work(segment, indexOf(after), ahead);
      });
      return { ahead, result };
    };
    const running = table.run(slow);
    while ((table.stored()?.done ?? false) === false) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      for (const resolve of waiting.splice(0)) resolve();
    }
    await running;
    expect(most).toBe(6);
  });

  it('keeps 20 examples at most', async () => {
    const table = makeWalk('examples');
    const many: Walk['page'] = async (segment, after) => {
      const { ahead, result } = await table.page(segment, after);
      return { ahead, result: result.then((one) => ({ ...one, examples: Array(7).fill(one.examples?.[0]) })) };
    };
    await table.run(many);
    expect(table.stored()?.examples).toHaveLength(20);
  });

  it('stops when its time is over, and goes on where it stopped', async () => {
    const table = makeWalk('resumed');
    expect(await table.run(table.page, timeFor(12))).toEqual({ more: true, stopped: false });
    expect(table.stored()).toMatchObject({ done: false });
    expect(table.stored()?.items.read).toBe(table.seen.size * 10);
    expect(await table.run()).toEqual({ more: false, stopped: false });
    expect([...table.seen.values()].every((times) => times === 1)).toBe(true);
    expect(table.stored()).toMatchObject({ done: true, items: { read: 150 } });
  });

  it('comes to the same whenever it is stopped', async () => {
    for (let looks = 4; looks <= 6 * pagesPerSegment; looks++) {
      const table = makeWalk(`stopped-${looks}`);
      let runs = 0;
      while ((await table.run(table.page, timeFor(looks))).more) expect(++runs).toBeLessThan(20);
      expect(table.seen.size).toBe(3 * pagesPerSegment);
      expect(table.stored()).toMatchObject({ done: true, items: { read: 150 } });
    }
  });

  it('notes how many items it had come to at each checkpoint, in a number of samples that stays bounded', async () => {
    const table = makeWalk('samples');
    for (let runs = 0; runs < 80; runs++) await table.run(table.page, () => 0);
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

  it('ends only when all that was under way has ended, also after an error', async () => {
    const table = makeWalk('drained');
    let underWay = 0;
    const failing: Walk['page'] = async (segment, after) => {
      const index = indexOf(after);
      underWay += 1;
      // The lane that fails has a page under way for longer than all other lanes.
      const milliseconds = segment === 1 && index > 0 ? 150 : 20 * (index + 1);
      const result = new Promise((resolve) => setTimeout(resolve, milliseconds)).then(() => {
        underWay -= 1;
        if (segment === 1 && index === 0) throw new Error('refused');
        return table.work(segment, index, { page: { N: String(index + 1) } });
      });
      return { ahead: { page: { N: String(index + 1) } }, result };
    };
    await expect(table.run(failing)).rejects.toThrow('refused');
    expect(underWay).toBe(0);
  });
});

/** Every page takes longer than the interval of checkpoints, so that there is one after each. */
function slowClock(page: Walk['page'], dieAt: (pages: number) => boolean): Walk['page'] {
  let pages = 0;
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  return async (segment, after) => {
    if (dieAt(pages++)) throw new Error('killed');
    vi.setSystemTime(Date.now() + 2_001);
    const { ahead, result } = await page(segment, after);
    // So that other segments' checkpoints come while a page is open.
    const late = new Promise((resolve) => setTimeout(resolve, pages % 3));
    return { ahead, result: Promise.all([result, late]).then(([one]) => one) };
  };
}

describe('pitfall 10: a checkpoint ahead of the work', () => {
  it('never is: whatever page the worker dies at, no page is left out and none is counted twice', async () => {
    for (let fatal = 0; fatal < 3 * pagesPerSegment; fatal++) {
      const table = makeWalk(`killed-${fatal}`);
      await expect(table.run(slowClock(table.page, (pages) => pages === fatal))).rejects.toThrow('killed');
      vi.useRealTimers();
      const { items, segments } = table.stored() ?? { items: { read: 0 }, segments: {} };
      const passed = Object.values(segments).map(({ done, after }) => (done ? pagesPerSegment : indexOf(after)));
      expect(items.read).toBe(10 * passed.reduce((sum, pages) => sum + pages, 0));
      await table.run();
      expect(table.seen.size).toBe(3 * pagesPerSegment);
      expect(table.stored()).toMatchObject({ done: true, items: { read: 150 } });
    }
  });

  it('pages since the last checkpoint are repeated and counted once', async () => {
    const table = makeWalk('repeated');
    let pages = 0;
    const dying: Walk['page'] = async (segment, after) => {
      if (pages++ === 12) throw new Error('killed');
      return await table.page(segment, after);
    };
    await expect(table.run(dying)).rejects.toThrow('killed');
    expect(table.stored()).toBeNull();
    const repeated = table.seen.size;
    await table.run();
    expect([...table.seen.values()].filter((times) => times === 2)).toHaveLength(repeated);
    expect(table.stored()).toMatchObject({ items: { read: 150 } });
  });
});

describe('pitfall 11: pages that end in another order than they were read in', () => {
  it('move the position only when the lowest of them has ended', async () => {
    const table = makeWalk('reversed');
    const ends = new Map<string, () => void>();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const reversed: Walk['page'] = async (segment, after) => {
      const index = indexOf(after);
      const { ahead, result } = await table.page(segment, after);
      const gate = new Promise<void>((resolve) => ends.set(`${segment}.${index}`, resolve));
      return { ahead, result: gate.then(() => result) };
    };
    const running = table.run(reversed);
    const look = () => new Promise((resolve) => setTimeout(resolve, 10));
    while (ends.size < 6) await look();
    vi.setSystemTime(Date.now() + 2_001);
    // The second page of each segment has ended, the first has not.
    for (const segment of [0, 1, 2]) ends.get(`${segment}.1`)?.();
    await look();
    expect(table.stored()).toBeNull();
    ends.get('0.0')?.();
    while (!table.stored()) await look();
    expect(table.stored()?.segments).toMatchObject({ 0: { after: { page: { N: '1' } } }, 1: { after: null } });
    expect(table.stored()?.items.read).toBe(10);
    for (let done = false; !done; await look()) {
      for (const end of ends.values()) end();
      done = table.stored()?.done ?? false;
    }
    await running;
    expect(table.stored()).toMatchObject({ done: true, items: { read: 150 } });
  });
});

describe('pitfall 16: an error of the destination that nobody hears', () => {
  it('moves no checkpoint, is thrown, and the next worker does what was not done', async () => {
    const table = makeWalk('down');
    const down: Walk['page'] = async (segment, after) => {
      const { ahead, result } = await table.page(segment, after);
      await result;
      // The destination takes the first page of each segment, then nothing.
      const refused = async () => {
        throw new Error('the destination is down');
      };
      return { ahead, result: indexOf(after) === 0 ? result : refused() };
    };
    for (let tries = 0; tries < 3; tries++) {
      await expect(table.run(slowClock(down, () => false))).rejects.toThrow('the destination is down');
      vi.useRealTimers();
      expect(Object.values(table.stored()?.segments ?? {}).every(({ after }) => indexOf(after) <= 1)).toBe(true);
    }
    await table.run();
    expect(table.stored()).toMatchObject({ done: true, items: { read: 150 } });
  });
});

describe('pitfall 13: the end of a worker’s time', () => {
  it('is seen before a page is begun, and the checkpoint is written', async () => {
    const table = makeWalk('no-time');
    expect(await table.run(table.page, () => 0)).toEqual({ more: true, stopped: false });
    expect(table.seen.size).toBe(0);
    expect(table.stored()).toMatchObject({ done: false, items: { read: 0 } });
  });

  it('waits for what is under way, and counts it', async () => {
    const table = makeWalk('late');
    expect(await table.run(table.page, timeFor(4))).toEqual({ more: true, stopped: false });
    expect(table.seen.size).toBeGreaterThan(0);
    expect(table.stored()?.items.read).toBe(table.seen.size * 10);
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
    const overtaken: Walk['page'] = async (segment, after) => {
      if (segment === 1 && !after) putLock('overtaken', executionArn('other'));
      return await table.page(segment, after);
    };
    expect(await refusal(() => table.run(overtaken))).toMatchObject({ code: 'LockLost' });
    expect(table.stored()).toBeNull();
  });

  it('ends at a checkpoint when the stop flag is up', async () => {
    const table = makeWalk('flagged');
    const end = await table.run(
      slowClock(table.page, () => false),
      () => 60_000,
      async () => true,
    );
    vi.useRealTimers();
    expect(end).toEqual({ more: false, stopped: true });
    expect(table.seen.size).toBeLessThan(3 * pagesPerSegment);
  });
});

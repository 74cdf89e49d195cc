import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artefacts } from '../../../lambdas/core/artefacts.ts';
import { openJournal } from '../../../lambdas/core/journal.ts';
import { sha256, stableJson } from '../../../lambdas/core/json.ts';
import { keys } from '../../../lambdas/core/keys.ts';
import { type Lock, readLock } from '../../../lambdas/core/lock.ts';
import type { RequestFile } from '../../../lambdas/promotion/contracts.ts';
import { type Liveness, lock } from '../../../lambdas/promotion/lock.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { executionArn, makeRequest, makeTables, refusal } from '../../support/factories.ts';

let world: TestBucket;
beforeAll(async () => {
  world = await startBucket();
});
afterAll(() => world.close());

type State = Awaited<ReturnType<Liveness>>;
const me = executionArn('me');
const other = executionArn('other');

/** Step Functions as this test has it: executions by name, all others have ended. */
const living =
  (states: Readonly<Record<string, State>> = {}): Liveness =>
  async (execution) =>
    states[execution] ?? 'ended';

/** Every test has a promotion and a destination of its own. */
const requestOf = (name: string, fields: Partial<RequestFile> = {}) =>
  makeRequest({ promotionId: name, bundle: name, destination: `${name}-destination`, ...fields });

const take = (
  request: RequestFile,
  { polls = 0, execution = me, liveness = living(), artefacts = world.artefacts as Artefacts } = {},
) => {
  pauses = [];
  const pause = async (milliseconds: number) => void pauses.push(milliseconds);
  return lock(request, { execution, polls }, { artefacts, liveness, pause });
};
/** Milliseconds that the last lock has waited, each time. */
let pauses: number[] = [];

function putLock(key: string, fields: Partial<Lock> = {}): void {
  world.put(key, { promotionId: 'p', execution: other, children: [], takenAt: '2026-11-21T00:00:00.000Z', ...fields });
}

const promotionKey = (name: string) => keys.promotionLock(name);
const destinationKey = (name: string) => keys.destinationLock('dynamodb', `${name}-destination`);
const ownerOf = async (key: string) => (await readLock(world.artefacts, key))?.lock.execution;

describe('lock', () => {
  it('takes the promotion and the destination, and writes the request under them', async () => {
    const request = requestOf('fresh');
    const locked = await take(request);
    expect(await ownerOf(promotionKey('fresh'))).toBe(me);
    expect(await ownerOf(destinationKey('fresh'))).toBe(me);
    expect(world.text(keys.request('fresh'))).toBe(stableJson(request));
    expect(locked).toMatchObject({ more: false, waitSeconds: 0 });
    expect(locked.request).toMatchObject({ key: keys.request('fresh'), sha256: sha256(stableJson(request)) });
    expect(locked.request?.versionId).toBeTruthy();
    expect(Object.keys(locked.request ?? {})).not.toContain('etag');
  });

  it('takes nothing twice: called again by the same execution, it answers the same', async () => {
    const first = await take(requestOf('again'));
    putLock(destinationKey('again'), { execution: me, children: ['child-1'] });
    expect(await take(requestOf('again'))).toEqual(first);
    expect((await readLock(world.artefacts, destinationKey('again')))?.lock.children).toEqual(['child-1']);
  });

  it.each([1, 2, 3])('takes its locks although the answer of write %i was lost', async (lostWrite) => {
    const name = `lost-${lostWrite}`;
    let writes = 0;
    const artefacts: Artefacts = {
      ...world.artefacts,
      async write(key, content, condition) {
        if (++writes === lostWrite) world.loseNextAnswer();
        return await world.artefacts.write(key, content, condition);
      },
    };
    expect((await take(requestOf(name), { artefacts })).request).not.toBeNull();
    expect(await ownerOf(promotionKey(name))).toBe(me);
    expect(await ownerOf(destinationKey(name))).toBe(me);
  });

  it('takes a lock that a repetition of this worker wrote at another moment', async () => {
    const artefacts: Artefacts = {
      ...world.artefacts,
      async write(key, content, condition) {
        if (key === destinationKey('repeated')) putLock(key, { execution: me });
        return await world.artefacts.write(key, content, condition);
      },
    };
    expect((await take(requestOf('repeated'), { artefacts })).request).not.toBeNull();
  });
});

describe('a lock that somebody holds', () => {
  it.each([
    ['the promotion', promotionKey],
    ['the destination', destinationKey],
  ])('who is running refuses %s, and nothing is taken', async (what, keyOf) => {
    const name = what.replace(' ', '-');
    putLock(keyOf(name), { promotionId: 'theirs' });
    const found = await refusal(() => take(requestOf(name), { liveness: living({ [other]: 'running' }) }));
    expect(found).toMatchObject({ name: 'Promotion.Conflict', code: 'Locked' });
    expect(found.message).toContain('"theirs"');
    expect(found.message).toContain(other);
    const owners = await Promise.all([promotionKey(name), destinationKey(name)].map(ownerOf));
    expect(owners).not.toContain(me);
    expect(world.text(keys.request(name))).toBeNull();
  });

  it('who has ended is taken over, without the children of the old one', async () => {
    putLock(promotionKey('ended'));
    putLock(destinationKey('ended'), { children: ['child-1'] });
    await take(requestOf('ended'));
    const { lock: found } = (await readLock(world.artefacts, destinationKey('ended'))) ?? {};
    expect(found).toMatchObject({ promotionId: 'ended', execution: me, children: [] });
    expect(await ownerOf(promotionKey('ended'))).toBe(me);
  });

  it('who was stopped is taken over when what his workers have under way is over; who has ended, at once', async () => {
    putLock(destinationKey('stopped'));
    await take(requestOf('stopped'), { liveness: living({ [other]: 'stopped' }) });
    expect([pauses, await ownerOf(destinationKey('stopped'))]).toEqual([[5_000], me]);
    // A repetition after a lost answer does not know any more.
    await take(requestOf('stopped'));
    expect(pauses).toEqual([5_000]);
    putLock(destinationKey('at-once'));
    await take(requestOf('at-once'));
    expect(pauses).toEqual([]);
  });

  it('who has ended is not taken over while a child of his goes on', async () => {
    putLock(destinationKey('child'), { children: ['child-1', 'child-2'] });
    const liveness = living({ 'child-2': 'running' });
    expect(await refusal(() => take(requestOf('child'), { liveness }))).toMatchObject({ code: 'Locked' });
    expect(await ownerOf(destinationKey('child'))).toBe(other);
  });

  it('whom nobody knows is waited for, and taken over at the third look', async () => {
    putLock(destinationKey('unknown'));
    const liveness = living({ [other]: 'unknown' });
    for (const polls of [0, 1]) {
      expect(await take(requestOf('unknown'), { polls, liveness })).toEqual({
        more: true,
        waitSeconds: 5,
        request: null,
      });
      expect(await ownerOf(destinationKey('unknown'))).toBe(other);
    }
    expect(await take(requestOf('unknown'), { polls: 2, liveness })).toMatchObject({ more: false });
    expect(await ownerOf(destinationKey('unknown'))).toBe(me);
  });

  it('whom nobody knows is still refused where a child of his runs', async () => {
    putLock(destinationKey('half'), { children: ['child-1'] });
    const liveness = living({ [other]: 'unknown', 'child-1': 'running' });
    expect(await refusal(() => take(requestOf('half'), { polls: 2, liveness }))).toMatchObject({ code: 'Locked' });
  });

  it('is refused to whoever comes second in a race for it', async () => {
    const runs = Array.from({ length: 5 }, (_, index) => executionArn(`racer-${index}`));
    const liveness = living(Object.fromEntries(runs.map((execution) => [execution, 'running'])));
    const ended = await Promise.allSettled(runs.map((execution) => take(requestOf('race'), { execution, liveness })));
    const won = runs.filter((_, index) => ended[index]?.status === 'fulfilled');
    expect(won).toHaveLength(1);
    expect(await ownerOf(promotionKey('race'))).toBe(won[0]);
    expect(await ownerOf(destinationKey('race'))).toBe(won[0]);
    for (const end of ended)
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ name: 'Promotion.Conflict' });
  });

  it('is refused where it changes hands between the look and the takeover', async () => {
    putLock(destinationKey('overtaken'));
    const liveness: Liveness = async () => {
      putLock(destinationKey('overtaken'), { execution: executionArn('third') });
      return 'ended';
    };
    const found = await refusal(() => take(requestOf('overtaken'), { liveness }));
    expect(found).toMatchObject({ name: 'Promotion.Conflict', code: 'Locked' });
    expect(await ownerOf(destinationKey('overtaken'))).toBe(executionArn('third'));
  });
});

describe('another input under the same promotion id', () => {
  const begin = async (name: string) => {
    const journal = await openJournal(world.artefacts, { promotionId: name, kind: 'dynamodb', execution: me });
    await journal.append({ asset: 'orders', step: 'create', phase: 'intent' });
  };
  const changed = (name: string) =>
    requestOf(name, {
      kinds: { dynamodb: makeTables({ tables: ['users'] }) },
    });

  it('replaces the request while nothing was changed', async () => {
    await take(requestOf('before'));
    const { request } = await take(changed('before'), { execution: executionArn('next') });
    expect(world.text(keys.request('before'))).toBe(stableJson(changed('before')));
    expect(request?.sha256).toBe(sha256(stableJson(changed('before'))));
  });

  it('is a conflict once the journal has an entry, and the request stays', async () => {
    await take(requestOf('after'));
    await begin('after');
    const found = await refusal(() => take(changed('after'), { execution: executionArn('next') }));
    expect(found).toMatchObject({
      name: 'Promotion.Conflict',
      code: 'InputChanged',
      pointer: expect.stringMatching(/^\/kinds\/dynamodb\/tables/),
    });
    expect(found.message).toContain('promotion "after" has already begun with another value here');
    expect(world.text(keys.request('after'))).toBe(stableJson(requestOf('after')));
  });

  it('is no conflict where it only runs otherwise', async () => {
    await take(requestOf('tuned'));
    await begin('tuned');
    const tuned = requestOf('tuned', {
      mode: 'import',
      kinds: { dynamodb: makeTables({ segments: 128 }) },
    });
    await take(tuned, { execution: executionArn('next') });
    expect(world.text(keys.request('tuned'))).toBe(stableJson(tuned));
  });

  it('is a conflict where a kind that has changed something is left out', async () => {
    await take(requestOf('left-out'));
    await begin('left-out');
    const without = requestOf('left-out', { kinds: { dms: {} } });
    expect(await refusal(() => take(without, { execution: executionArn('next') }))).toMatchObject({
      code: 'InputChanged',
    });
  });
});

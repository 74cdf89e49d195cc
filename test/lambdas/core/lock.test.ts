import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artefacts } from '../../../lambdas/core/artefacts.ts';
import { keys } from '../../../lambdas/core/keys.ts';
import { assertLock, type Holder, joinLock, type Lock, readLock, watchLock } from '../../../lambdas/core/lock.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { executionArn, refusal } from '../../support/factories.ts';

let world: TestBucket;
beforeAll(async () => {
  world = await startBucket();
});
afterAll(() => world.close());

const holderOf = (destination: string): Holder => ({
  kind: 'dynamodb',
  destination,
  promotionExecution: executionArn('run-1'),
});

function putLock(destination: string, fields: Partial<Lock> = {}): string {
  const key = keys.destinationLock('dynamodb', destination);
  const lock = {
    promotionId: 'p',
    execution: executionArn('run-1'),
    children: [],
    takenAt: '2026-11-21T00:00:00.000Z',
  };
  world.put(key, { ...lock, ...fields });
  return key;
}

describe('readLock', () => {
  it('answers null where nobody ever took it', async () => {
    expect(await readLock(world.artefacts, 'locks/dynamodb/nobody.json')).toBeNull();
  });

  it.each([
    ['a file of another shape', { execution: 5 }],
    [
      'a file with a member too many',
      { owner: 'me', ...{ promotionId: 'p', execution: 'e', children: [], takenAt: '' } },
    ],
    ['a file that is not JSON', '{"promotionId": '],
    ['an empty file', ''],
  ])('refuses %s: never is it free', async (_what, content) => {
    world.put('locks/dynamodb/damaged.json', content);
    const found = await refusal(() => readLock(world.artefacts, 'locks/dynamodb/damaged.json'));
    expect(found).toMatchObject({ name: 'Promotion.Data', code: 'LockDamaged' });
    expect(found.message).toContain('locks/dynamodb/damaged.json');
  });
});

describe('joinLock', () => {
  it('adds the child once, and keeps the others', async () => {
    const key = putLock('joined', { children: ['child-0'] });
    await joinLock(world.artefacts, holderOf('joined'), 'child-1');
    await joinLock(world.artefacts, holderOf('joined'), 'child-1');
    expect((await readLock(world.artefacts, key))?.lock.children).toEqual(['child-0', 'child-1']);
  });

  it('joins although the answer of its write was lost', async () => {
    const key = putLock('lost');
    world.loseNextAnswer();
    await joinLock(world.artefacts, holderOf('lost'), 'child-1');
    expect((await readLock(world.artefacts, key))?.lock.children).toEqual(['child-1']);
  });

  it('reads again where somebody wrote in between', async () => {
    const key = putLock('between');
    let reads = 0;
    const artefacts: Artefacts = {
      ...world.artefacts,
      async read(name, versionId) {
        const found = await world.artefacts.read(name, versionId);
        if (++reads === 1) putLock('between', { children: ['child-0'] });
        return found;
      },
    };
    await joinLock(artefacts, holderOf('between'), 'child-1');
    expect((await readLock(world.artefacts, key))?.lock.children).toEqual(['child-0', 'child-1']);
  });

  it('refuses a lock that names another execution', async () => {
    const key = putLock('other', { execution: executionArn('run-2') });
    const found = await refusal(() => joinLock(world.artefacts, holderOf('other'), 'child-1'));
    expect(found).toMatchObject({ name: 'Promotion.Conflict', code: 'LockLost' });
    expect(found.message).toContain(executionArn('run-2'));
    expect((await readLock(world.artefacts, key))?.lock.children).toEqual([]);
  });
});

describe('assertLock', () => {
  it('passes while the lock names this execution', async () => {
    putLock('held');
    await expect(assertLock(world.artefacts, holderOf('held'))).resolves.toBeUndefined();
  });

  it('ends a worker whose lock was taken over', async () => {
    putLock('held');
    await assertLock(world.artefacts, holderOf('held'));
    putLock('held', { execution: executionArn('run-2') });
    const found = await refusal(() => assertLock(world.artefacts, holderOf('held')));
    expect(found).toMatchObject({ name: 'Promotion.Conflict', code: 'LockLost' });
  });

  it('ends a worker whose lock is not there', async () => {
    const found = await refusal(() => assertLock(world.artefacts, holderOf('absent')));
    expect(found).toMatchObject({ name: 'Promotion.Conflict', code: 'LockLost' });
    expect(found.message).toContain('nobody');
  });
});

describe('watchLock', () => {
  it('looks at the lock when it was not seen for two seconds, once for all who ask then', async () => {
    putLock('watched');
    let time = 0;
    let reads = 0;
    const artefacts: Artefacts = {
      ...world.artefacts,
      read: async (key) => {
        reads += 1;
        return await world.artefacts.read(key);
      },
    };
    const mayWrite = watchLock(artefacts, holderOf('watched'), () => time);
    time = 1_999;
    expect([mayWrite(), reads]).toEqual([undefined, 0]);
    time = 2_000;
    await Promise.all([mayWrite(), mayWrite()]);
    expect(reads).toBe(1);
    time = 3_999;
    expect(mayWrite()).toBeUndefined();
  });

  it('ends a worker that was stopped for a while and has lost its lock, at every call from then on', async () => {
    putLock('taken-over', { execution: executionArn('run-2') });
    let time = 0;
    const mayWrite = watchLock(world.artefacts, holderOf('taken-over'), () => time);
    time = 600_000;
    for (let calls = 0; calls < 2; calls++) {
      expect(await refusal(async () => await mayWrite())).toMatchObject({ code: 'LockLost' });
    }
  });
});

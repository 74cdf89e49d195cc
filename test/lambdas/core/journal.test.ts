import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isComplete, openJournal } from '../../../lambdas/core/journal.ts';
import { keys } from '../../../lambdas/core/keys.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { executionArn, refusal } from '../../support/factories.ts';

let world: TestBucket;
beforeAll(async () => {
  world = await startBucket();
});
afterAll(() => world.close());

const open = (promotionId: string, execution = 'run-1') =>
  openJournal(world.artefacts, { promotionId, kind: 'dynamodb', execution: executionArn(execution) });

const entryOf = (asset: string, step: string) => ({
  asset,
  step,
  phase: 'result',
  execution: executionArn('run-0'),
  at: '2026-11-21T00:00:00.000Z',
});

describe('a journal', () => {
  it('is empty before anything was done', async () => {
    const journal = await open('empty');
    expect(journal.assets).toEqual([]);
    expect(journal.of('orders')).toEqual([]);
  });

  it('shows an entry at once, and to whoever opens it later, over all runs', async () => {
    const first = await open('runs', 'run-1');
    await first.append({ asset: 'orders', step: 'create', phase: 'intent', before: null });
    expect(first.of('orders')).toHaveLength(1);
    const second = await open('runs', 'run-2');
    await second.append({ asset: 'orders', step: 'create', phase: 'result', after: { id: 'table-1' } });
    await second.append({ asset: 'users', step: 'create', phase: 'intent' });

    const third = await open('runs', 'run-3');
    expect(third.assets).toEqual(['orders', 'users']);
    expect(third.of('orders')).toMatchObject([
      { step: 'create', phase: 'intent', execution: executionArn('run-1'), before: null },
      { step: 'create', phase: 'result', execution: executionArn('run-2'), after: { id: 'table-1' } },
    ]);
  });

  it('is one object an entry, numbered so that a listing has them in order', async () => {
    const journal = await open('numbered');
    for (let entry = 0; entry < 12; entry++) {
      await journal.append({ asset: 'orders', step: `step ${entry}`, phase: 'result' });
    }
    const listed = await world.artefacts.list(keys.journal('numbered', 'dynamodb'));
    expect(listed.at(0)).toBe('promotions/numbered/dynamodb/import/journal/orders/000001.json');
    expect(listed.at(-1)).toBe('promotions/numbered/dynamodb/import/journal/orders/000012.json');
    const steps = (await open('numbered')).of('orders').map(({ step }) => step);
    expect(steps).toEqual(Array.from({ length: 12 }, (_, entry) => `step ${entry}`));
  });

  it('keeps assets apart whose names begin alike', async () => {
    const journal = await open('alike');
    await journal.append({ asset: 'orders', step: 'create', phase: 'intent' });
    await journal.append({ asset: 'orders-2', step: 'create', phase: 'intent' });
    const later = await open('alike');
    expect(later.of('orders')).toHaveLength(1);
    expect(later.of('orders-2')).toHaveLength(1);
    expect([...later.assets].sort()).toEqual(['orders', 'orders-2']);
  });

  it('has an entry once although the answer of its write was lost', async () => {
    const journal = await open('lost');
    world.loseNextAnswer();
    await journal.append({ asset: 'orders', step: 'create', phase: 'intent' });
    await journal.append({ asset: 'orders', step: 'create', phase: 'result' });
    expect((await open('lost')).of('orders').map(({ phase }) => phase)).toEqual(['intent', 'result']);
  });

  it('refuses the entry of a worker that another one has overtaken, and keeps the other’s', async () => {
    const [one, other] = [await open('race', 'run-1'), await open('race', 'run-2')];
    await one.append({ asset: 'orders', step: 'create', phase: 'intent' });
    const found = await refusal(() => other.append({ asset: 'orders', step: 'adopt', phase: 'result' }));
    expect(found).toMatchObject({ name: 'Promotion.Conflict', code: 'JournalChanged' });
    expect(other.of('orders')).toEqual([]);
    expect((await open('race')).of('orders')).toMatchObject([{ step: 'create', execution: executionArn('run-1') }]);
  });

  it('of several appends at once keeps exactly one at each place', async () => {
    const journals = await Promise.all(Array.from({ length: 6 }, (_, index) => open('crowd', `run-${index}`)));
    const ended = await Promise.allSettled(
      journals.map((journal) => journal.append({ asset: 'orders', step: 'create', phase: 'intent' })),
    );
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await open('crowd')).of('orders')).toHaveLength(1);
  });

  it('reads an entry once in the life of a process', async () => {
    await (await open('again')).append({ asset: 'orders', step: 'create', phase: 'intent' });
    world.put(`${keys.journal('again', 'dynamodb')}users/000001.json`, entryOf('users', 'create'));
    const reads = () => world.world.gateway.calls().filter(({ operation }) => operation === 'GetObject').length;
    const before = reads();
    expect((await open('again')).assets).toEqual(['orders', 'users']);
    expect(reads() - before).toBe(1);
    expect((await open('again')).of('users')).toMatchObject([{ step: 'create' }]);
    expect(reads() - before).toBe(1);
  });

  it('reads an entry that was written over since', async () => {
    const key = `${keys.journal('over', 'dynamodb')}orders/000001.json`;
    world.put(key, entryOf('orders', 'create'));
    await open('over');
    world.put(key, entryOf('orders', 'adopt'));
    expect((await open('over')).of('orders')).toMatchObject([{ step: 'adopt' }]);
  });

  it('is read no further back than the entry that is enough, and goes on behind it all the same', async () => {
    for (const [index, step] of ['create', 'timeToLive', 'complete'].entries()) {
      world.put(`${keys.journal('last', 'dynamodb')}orders/00000${index + 1}.json`, entryOf('orders', step));
    }
    for (const [index, step] of ['create', 'timeToLive'].entries()) {
      world.put(`${keys.journal('last', 'dynamodb')}users/00000${index + 1}.json`, entryOf('users', step));
    }
    const owner = { promotionId: 'last', kind: 'dynamodb', execution: executionArn('run-1') } as const;
    const journal = await openJournal(world.artefacts, owner, isComplete);
    expect(journal.of('orders').map(({ step }) => step)).toEqual(['complete']);
    expect(journal.of('users').map(({ step }) => step)).toEqual(['create', 'timeToLive']);
    await journal.append({ asset: 'orders', step: 'remove', phase: 'intent' });
    expect((await open('last')).of('orders').map(({ step }) => step)).toEqual([
      'create',
      'timeToLive',
      'complete',
      'remove',
    ]);
  });

  it('refuses an entry that was changed by hand', async () => {
    world.put(`${keys.journal('damaged', 'dynamodb')}orders/000001.json`, { asset: 'orders', step: 'create' });
    const found = await refusal(() => open('damaged'));
    expect(found).toMatchObject({ name: 'Promotion.Data', code: 'JournalDamaged' });
    expect(found.message).toContain('orders/000001.json');
  });

  it('refuses an entry that is not even JSON', async () => {
    world.put(`${keys.journal('cut', 'dynamodb')}orders/000001.json`, '{"asset": "ord');
    expect(await refusal(() => open('cut'))).toMatchObject({ name: 'Promotion.Data', code: 'JournalDamaged' });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanAction, Verb } from '../../../lambdas/core/contracts.ts';
import { openJournal } from '../../../lambdas/core/journal.ts';
import { keys } from '../../../lambdas/core/keys.ts';
import { tally } from '../../../lambdas/promotion/tally.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { executionArn, makeRequest } from '../../support/factories.ts';

let world: TestBucket;
beforeAll(async () => {
  world = await startBucket();
});
afterAll(() => world.close());

const now = executionArn('now');
const earlier = executionArn('earlier');
const copied = { read: 10, written: 10, rejected: 0, compared: 0, missing: 0, extra: 0, different: 0 };

const planned = (asset: string, action: PlanAction) => ({
  asset,
  destination: `PROD-${asset}`,
  action,
  reason: `because ${action}`,
});
const putPlan = (id: string, assets: readonly object[], findings: readonly object[] = [], execution = now) =>
  world.put(keys.plan(id, 'dynamodb', 'json'), { execution, assets, findings });

async function complete(id: string, asset: string, execution: string, outcome = 'created') {
  const journal = await openJournal(world.artefacts, { promotionId: id, kind: 'dynamodb', execution });
  const after = { outcome, items: copied };
  await journal.append({ asset: `PROD-${asset}`, step: 'complete', phase: 'result', after });
}

const putVerified = (id: string, assets: readonly object[]) =>
  world.put(keys.work(id, 'dynamodb', 'verify', 'result.json'), { assets });
const verified = (asset: string, ok: boolean, items: object = {}) => ({
  asset,
  destination: `PROD-${asset}`,
  verified: ok,
  reason: ok ? 'equal' : '1 items missing',
  items: { ...copied, read: 0, written: 0, compared: 10, ...items },
});

const importing = ['export', 'plan', 'import', 'verify'] as const;
const run = (
  id: string,
  {
    mode = 'migrate',
    verbs = importing as readonly Verb[],
    ended = verbs,
    bundle = id,
  }: {
    mode?: 'migrate' | 'plan' | 'verify' | 'rollback';
    verbs?: readonly Verb[];
    ended?: readonly Verb[];
    bundle?: string;
  } = {},
) => {
  const request = makeRequest({ promotionId: id, bundle, mode });
  return tally(world.artefacts, 'dynamodb', { request, execution: now, verbs, ended });
};

describe('tally of an import', () => {
  it('counts what the journal says was done in this run, and what the comparison found', async () => {
    putPlan('all', [planned('a', 'create'), planned('b', 'adopt'), planned('c', 'update'), planned('d', 'unchanged')]);
    await complete('all', 'a', now);
    await complete('all', 'b', now, 'adopted');
    await complete('all', 'c', now, 'updated');
    putVerified('all', [
      verified('a', true),
      verified('b', true),
      verified('c', false, { missing: 1 }),
      verified('d', true),
    ]);
    const { result, changed } = await run('all');
    expect(changed).toBe(true);
    expect(result.counts).toEqual({
      planned: 4,
      created: 1,
      updated: 1,
      replaced: 0,
      adopted: 1,
      unchanged: 1,
      skipped: 0,
      failed: 0,
      verified: 3,
      mismatched: 1,
    });
    expect(result.items).toEqual({ ...copied, read: 30, written: 30, compared: 40, missing: 1 });
    expect(result.assets[2]).toMatchObject({ asset: 'c', outcome: 'updated', verified: false, items: { missing: 1 } });
  });

  it('counts an asset as failed that the journal does not have as complete', async () => {
    putPlan('open', [planned('a', 'create'), planned('b', 'create')]);
    await complete('open', 'a', now);
    const { result } = await run('open', { ended: ['export', 'plan'] });
    expect(result.counts).toMatchObject({ planned: 2, created: 1, failed: 1, verified: 0, mismatched: 0 });
    expect(result.assets[1]).toMatchObject({ outcome: 'failed', reason: 'the import did not complete it' });
  });

  it('does not count what an earlier run completed as done by this one', async () => {
    putPlan('earlier', [planned('a', 'unchanged')]);
    await complete('earlier', 'a', earlier);
    const { result, changed } = await run('earlier', { ended: ['export', 'plan', 'import'] });
    expect(changed).toBe(false);
    expect(result.counts).toMatchObject({ planned: 1, unchanged: 1, created: 0 });
    expect(result.items).toBeUndefined();
  });

  it('does not take an earlier run’s completion for that of a table which had to be made again', async () => {
    putPlan('again', [planned('a', 'create')]);
    await complete('again', 'a', earlier);
    const { result } = await run('again', { ended: ['export', 'plan'] });
    expect(result.counts).toMatchObject({ planned: 1, created: 0, failed: 1 });
  });

  it('counts a conflict as failed and what is unsupported as skipped', async () => {
    putPlan('conflict', [planned('a', 'conflict'), planned('b', 'unsupported'), planned('c', 'skip')]);
    const { result, changed } = await run('conflict', { verbs: ['export', 'plan'], ended: ['export'] });
    expect(changed).toBe(false);
    expect(result.counts).toMatchObject({ planned: 3, failed: 1, skipped: 2 });
    expect(result.assets[0]).toMatchObject({ outcome: 'failed', reason: 'because conflict' });
  });

  it('leaves out an earlier run’s plan where the planning of this one failed', async () => {
    putPlan('stale', [planned('a', 'create')]);
    const { result } = await run('stale', { verbs: ['export', 'plan'], ended: ['export'] });
    expect(result.counts.planned).toBe(0);
  });

  it('leaves out the conflicts that an earlier run’s plan had, and those of a plan that names no run', async () => {
    const failed = { verbs: ['export', 'plan'], ended: ['export'] } as const;
    putPlan('old-conflict', [planned('a', 'conflict')], [{ code: 'Old', message: 'of another run' }], earlier);
    expect((await run('old-conflict', failed)).result).toMatchObject({ assets: [], findings: [] });
    world.put(keys.plan('unnamed', 'dynamodb', 'json'), { assets: [planned('a', 'conflict')], findings: [] });
    expect((await run('unnamed', failed)).result.counts.planned).toBe(0);
    expect((await run('unnamed')).result.counts).toMatchObject({ planned: 1, failed: 1 });
  });

  it.each(['plan', 'migrate'] as const)(
    'skips in mode %s what only another asset’s conflict keeps out',
    async (mode) => {
      const assets = [
        planned('a', 'create'),
        planned('b', 'conflict'),
        planned('c', 'conflict'),
        planned('d', 'unchanged'),
      ];
      putPlan(`innocent-${mode}`, assets);
      const { result } = await run(`innocent-${mode}`, { mode, verbs: ['plan'], ended: [] });
      expect(result.counts).toMatchObject({ planned: 4, created: 0, unchanged: 1, skipped: 1, failed: 2 });
      expect(result.assets[0]).toMatchObject({
        action: 'create',
        outcome: 'skipped',
        reason: 'nothing is imported, because the plan failed for PROD-b and 1 more; without that: because create',
      });
    },
  );

  it('skips what the failed plan of another kind keeps out', async () => {
    putPlan('other-kind', [planned('a', 'create')]);
    const { counts, assets } = (await run('other-kind', { verbs: ['export', 'plan'] })).result;
    expect(counts).toMatchObject({ planned: 1, skipped: 1, failed: 0 });
    expect(assets[0]?.reason).toMatch(/^nothing was imported, because the plan of another/);
  });

  it('leaves out an earlier run’s comparison where this one’s failed', async () => {
    putPlan('compared', [planned('a', 'create')]);
    await complete('compared', 'a', now);
    putVerified('compared', [verified('a', true)]);
    const { result } = await run('compared', { ended: ['export', 'plan', 'import'] });
    expect(result.counts).toMatchObject({ created: 1, verified: 0, mismatched: 0 });
    expect(result.assets[0]?.verified).toBeNull();
  });

  it('always has planned equal to the sum of the seven outcomes', async () => {
    const actions: PlanAction[] = [
      'create',
      'update',
      'replace',
      'adopt',
      'unchanged',
      'skip',
      'conflict',
      'unsupported',
    ];
    putPlan(
      'sum',
      actions.map((action) => planned(action, action)),
    );
    await complete('sum', 'create', now);
    for (const mode of ['plan', 'migrate'] as const) {
      const { counts } = (await run('sum', { mode })).result;
      const { planned: all, verified: _v, mismatched: _m, ...outcomes } = counts;
      expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(all);
      expect(all).toBe(actions.length);
    }
  });

  it('passes on the findings of the plan', async () => {
    const finding = { code: 'KeyNotCarried', asset: 'a', message: 'a is encrypted' };
    putPlan('finding', [planned('a', 'create')], [finding]);
    expect((await run('finding')).result.findings).toEqual([finding]);
  });
});

describe('what the input asks for', () => {
  it('is told by the plan, and by the comparison where nothing was planned', async () => {
    const changes = ['writing takes at most 100 units a second'];
    world.put(keys.plan('asks', 'dynamodb', 'json'), { execution: now, changes, assets: [], findings: [] });
    expect((await run('asks', { verbs: ['plan'] })).result.changes).toEqual(changes);
    const compared = { execution: now, changes: ['only some'], assets: [] };
    world.put(keys.work('asks', 'dynamodb', 'verify', 'result.json'), compared);
    expect((await run('asks', { verbs: ['verify'] })).result.changes).toEqual(['only some']);
  });

  it('is nothing in files of earlier versions', async () => {
    putPlan('old', []);
    expect((await run('old', { verbs: ['plan'] })).result.changes).toEqual([]);
  });
});

describe('tally of other modes', () => {
  it('mode plan counts what an import would come to', async () => {
    putPlan('plan', [planned('a', 'create'), planned('b', 'unchanged')]);
    const { result, changed } = await run('plan', { mode: 'plan', verbs: ['plan'] });
    expect(changed).toBe(false);
    expect(result.counts).toMatchObject({ planned: 2, created: 1, unchanged: 1, failed: 0 });
  });

  it('mode verify counts the compared assets as unchanged', async () => {
    putVerified('verify', [verified('a', true), verified('b', false, { missing: 1 })]);
    const { result } = await run('verify', { mode: 'verify', verbs: ['verify'] });
    expect(result.counts).toMatchObject({ planned: 2, unchanged: 2, verified: 1, mismatched: 1 });
    expect(result.assets[1]).toMatchObject({ action: null, reason: '1 items missing' });
    expect(result.items).toMatchObject({ compared: 20, missing: 1, read: 0 });
  });

  it('mode rollback tells what was removed or restored, what had gone and what was left', async () => {
    await complete('undone', 'a', now);
    world.put(keys.work('undoing', 'dynamodb', 'rollback', 'result.json'), {
      assets: [
        { asset: 'PROD-a', outcome: 'removed', reason: 'the promotion had created it' },
        { asset: 'PROD-b', outcome: 'gone', reason: 'it is not there any more' },
        { asset: 'PROD-c', outcome: 'left', reason: 'somebody made it anew since' },
        { asset: 'PROD-d', outcome: 'restored', reason: 'the promotion had replaced it' },
        { asset: 'PROD-e', outcome: 'failed', reason: 'Promotion.Permission: AccessDenied: removing table PROD-e' },
      ],
      findings: [{ code: 'NotRolledBack', asset: 'PROD-c', message: 'PROD-c was left' }],
    });
    const { result, changed } = await run('undoing', { mode: 'rollback', verbs: ['rollback'], bundle: 'undone' });
    expect(changed).toBe(true);
    expect(result.counts).toMatchObject({ planned: 5, updated: 2, unchanged: 1, skipped: 1, failed: 1 });
    expect(result.findings).toHaveLength(1);
  });

  it('is empty where nothing was begun', async () => {
    const { result, changed } = await run('nothing', { verbs: [] });
    expect(changed).toBe(false);
    expect(result).toMatchObject({ assets: [], findings: [] });
    expect(Object.values(result.counts).every((count) => count === 0)).toBe(true);
  });
});

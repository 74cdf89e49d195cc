import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys } from '../../../lambdas/core/keys.ts';
import { validate } from '../../../lambdas/promotion/validate.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { environments, makeInput, makeRequest, refusal } from '../../support/factories.ts';

let world: TestBucket;
beforeAll(async () => {
  world = await startBucket();
  for (const bundle of ['exported', 'foreign']) {
    world.put(keys.manifest(bundle, 'dynamodb'), {
      schemaVersion: 1,
      tool: { name: 'cross-account-promoter', version: '0.1.0', sdk: '3.1162.0' },
      promotionId: bundle,
      kind: 'dynamodb',
      source: { environment: bundle === 'foreign' ? 'archive' : 'dev', account: '222222222222', region: 'us-east-1' },
      exportedAt: '2026-11-21T00:00:00.000Z',
      files: [],
      findings: [],
    });
  }
  world.put(keys.request('done-before'), makeRequest({ promotionId: 'done-before', bundle: 'done-before' }));
  const undone = { promotionId: 'undone-before', bundle: 'done-before', mode: 'rollback' } as const;
  world.put(keys.request('undone-before'), makeRequest(undone));
});
afterAll(() => world.close());

const run = (fields: Record<string, unknown>, executionName = 'run-1') =>
  validate({ input: makeInput(fields), executionName }, { environments, artefacts: world.artefacts });
const verbs = async (fields: Record<string, unknown>) => (await run(fields)).steps.map(({ verb }) => verb);

describe('validate', () => {
  it('answers the promotion and the verbs of the run', async () => {
    expect(await run({}, 'november-sales')).toEqual({
      promotionId: 'november-sales',
      steps: [
        { verb: 'export', kinds: ['dynamodb'] },
        { verb: 'plan', kinds: ['dynamodb'] },
        { verb: 'import', kinds: ['dynamodb'] },
        { verb: 'verify', kinds: ['dynamodb'] },
      ],
    });
  });

  it('plans from the bundle that is there, and exports where there is none', async () => {
    expect(await verbs({ mode: 'plan', promotionId: 'exported' })).toEqual(['plan']);
    expect(await verbs({ mode: 'plan', promotionId: 'not-exported' })).toEqual(['export', 'plan']);
  });

  it.each(['import', 'verify'])('mode %s takes the bundle of another promotion', async (mode) => {
    expect(await verbs({ mode, bundle: 'exported' })).not.toContain('export');
  });

  it.each([
    ['import without a bundle', { mode: 'import' }, 'BundleMissing'],
    ['verify without a bundle', { mode: 'verify' }, 'BundleMissing'],
    ['a plan of another promotion that has exported nothing', { mode: 'plan', bundle: 'absent' }, 'BundleMissing'],
    ['a bundle of another source', { mode: 'import', bundle: 'foreign' }, 'BundleSource'],
    ['a plan from a bundle of another source', { mode: 'plan', promotionId: 'foreign' }, 'BundleSource'],
    ['the rollback of a promotion that never was', { mode: 'rollback', bundle: 'absent' }, 'BundleMissing'],
  ])('refuses %s', async (_what, fields, code) => {
    const pointer = 'bundle' in fields ? '/bundle' : '/promotionId';
    expect(await refusal(() => run(fields))).toMatchObject({ name: 'Promotion.Config', code, pointer });
  });

  it('rolls back a promotion that was run before', async () => {
    expect(await verbs({ mode: 'rollback', bundle: 'done-before' })).toEqual(['rollback']);
    expect(await verbs({ mode: 'rollback', promotionId: 'done-before' })).toEqual(['rollback']);
  });

  it.each([
    ['destination', 'done-before', 'BundleDestination', '"prod" as destination, not "dev-west"'],
    ['source', 'done-before', 'BundleSource', '"dev" as source, not "dev-west"'],
    ['destination', 'undone-before', 'BundleDestination', '"prod" as destination, not "dev-west"'],
  ])('refuses to roll back with another %s than promotion %s has', async (field, bundle, code, says) => {
    const found = await refusal(() => run({ mode: 'rollback', bundle, [field]: 'dev-west' }));
    expect(found).toMatchObject({ name: 'Promotion.Config', code, pointer: `/${field}` });
    expect(found.message).toContain(says);
  });

  it('writes nothing', async () => {
    const calls = world.world.gateway.calls().map(({ operation }) => operation);
    await run({});
    expect(calls).toContain('GetObject');
    expect(world.world.gateway.calls().map(({ operation }) => operation)).not.toContain('PutObject');
  });
});

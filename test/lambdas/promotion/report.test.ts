import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { openJournal } from '../../../lambdas/core/journal.ts';
import { keys } from '../../../lambdas/core/keys.ts';
import type { reportInput, StepResult } from '../../../lambdas/promotion/contracts.ts';
import { type RunResult, report } from '../../../lambdas/promotion/report.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { environments, executionArn, makeRequest } from '../../support/factories.ts';

let world: TestBucket;
beforeAll(async () => {
  world = await startBucket();
});
afterAll(() => world.close());

const me = executionArn('me');
const step = (verb: StepResult['verb'], fields: Partial<StepResult> = {}): StepResult => ({
  kind: 'dynamodb',
  verb,
  ...fields,
});
const done = [step('export'), step('plan'), step('import'), step('verify')];
const failure = (error: string, message: string) => ({
  error: 'States.TaskFailed',
  cause: JSON.stringify({ Status: 'FAILED', Error: error, Cause: JSON.stringify({ errorMessage: message }) }),
});

/** A promotion of one table as its workers leave it. */
async function prepare(id: string, { complete = true, verified = true } = {}): Promise<void> {
  const asset = { asset: 'orders', destination: 'PROD-orders' };
  world.put(keys.plan(id, 'dynamodb', 'json'), {
    assets: [{ ...asset, action: 'create', reason: 'there is no such table' }],
    findings: [{ code: 'KeyNotCarried', asset: 'orders', message: 'orders is encrypted' }],
  });
  if (complete) {
    const journal = await openJournal(world.artefacts, { promotionId: id, kind: 'dynamodb', execution: me });
    const after = { outcome: 'created', items: { read: 3, written: 3 } };
    await journal.append({ asset: 'PROD-orders', step: 'complete', phase: 'result', after });
  }
  const items = { compared: 3, missing: verified ? 0 : 1 };
  const result = { ...asset, verified, reason: verified ? 'equal' : '1 items missing', items };
  world.put(keys.work(id, 'dynamodb', 'verify', 'result.json'), { assets: [result] });
}

async function run(id: string, results: StepResult[], fields: Partial<z.infer<typeof reportInput>> = {}) {
  const { etag: _, ...request } = await world.artefacts.write(
    keys.request(id),
    makeRequest({ promotionId: id, bundle: id }),
  );
  const input = {
    execution: me,
    executionName: 'me',
    promotionId: id,
    startedAt: '2026-11-21T00:00:00.000Z',
    request,
    results,
    rejected: null,
    ...fields,
  };
  const { artefacts, bucket } = world;
  return await report(input, {
    environments,
    artefacts,
    bucket,
    bucketKeyArn: '',
    sealing: {} as never,
    sts: {} as never,
    remaining: () => 60_000,
  });
}
const causeOf = (reported: Awaited<ReturnType<typeof run>>): RunResult =>
  JSON.parse('cause' in reported ? reported.cause : '{}');

describe('report', () => {
  it('of a run in which all went well is the output of the execution', async () => {
    await prepare('well');
    const reported = await run('well', done);
    expect(reported).toMatchObject({
      outcome: 'succeeded',
      result: {
        promotionId: 'well',
        outcome: 'succeeded',
        kinds: {
          dynamodb: {
            counts: { planned: 1, created: 1, failed: 0, verified: 1, mismatched: 0 },
            findings: 1,
            items: { read: 3, written: 3, compared: 3, missing: 0 },
          },
        },
        report: { bucket: world.bucket, key: 'promotions/well/report.json' },
      },
    });
  });

  it('is written in three forms that say the same outcome', async () => {
    await prepare('forms');
    await run('forms', done);
    const json = JSON.parse(world.text(keys.report('forms', 'json')) ?? '');
    expect(json).toMatchObject({
      schemaVersion: 1,
      promotionId: 'forms',
      outcome: 'succeeded',
      execution: me,
      source: { environment: 'dev', account: '222222222222', region: 'us-east-1' },
      destination: { environment: 'prod', account: '333333333333', region: 'us-east-1' },
      steps: [{ verb: 'export' }, { verb: 'plan' }, { verb: 'import' }, { verb: 'verify' }],
    });
    expect(json).not.toHaveProperty('error');
    for (const form of ['md', 'html'] as const) expect(world.text(keys.report('forms', form))).toContain('PROD-orders');
  });

  it('is Promotion.Partial only where no step failed but assets differ', async () => {
    await prepare('differs', { verified: false });
    const reported = await run('differs', done);
    expect(reported).toMatchObject({ outcome: 'partial', error: 'Promotion.Partial' });
    expect(causeOf(reported)).toMatchObject({
      outcome: 'partial',
      error: 'Promotion.Partial',
      message: '1 asset differs from the source',
      kinds: { dynamodb: { counts: { mismatched: 1 } } },
    });
  });

  it('has the name of the step that failed; "partial" where something was changed', async () => {
    await prepare('partial');
    const reported = await run('partial', [
      ...done.slice(0, 3),
      step('verify', failure('Promotion.Throttled', 'slow')),
    ]);
    expect(reported).toMatchObject({ outcome: 'partial', error: 'Promotion.Throttled' });
    expect(causeOf(reported)).toMatchObject({ promotionId: 'partial', outcome: 'partial', message: 'slow' });
  });

  it('is "failed" where nothing was changed', async () => {
    await prepare('nothing', { complete: false });
    const reported = await run('nothing', [step('export', failure('Promotion.Config', 'TableNotFound: no table'))]);
    expect(reported).toMatchObject({ outcome: 'failed', error: 'Promotion.Config' });
    expect(causeOf(reported)).toMatchObject({ outcome: 'failed', message: 'TableNotFound: no table' });
  });

  it('names the first failing kind in the fixed order, not the first in time', async () => {
    await prepare('order');
    const results = [
      { ...step('import'), kind: 'dms' as const, ...failure('Promotion.Quota', 'dms') },
      step('import', failure('Promotion.Permission', 'dynamodb')),
    ];
    expect(await run('order', results)).toMatchObject({ error: 'Promotion.Permission' });
  });

  it('keeps the cause within 32 KiB, whatever the steps said', async () => {
    await prepare('long');
    const cause = '"ä\u0001'.repeat(7000).slice(0, 20_000);
    for (const error of ['Promotion.Data', 'States.TaskFailed']) {
      const reported = await run('long', [step('plan', { error, cause })]);
      expect(Buffer.byteLength('cause' in reported ? reported.cause : '')).toBeLessThanOrEqual(32 * 1024);
    }
  });
});

describe('report of a run that was rejected', () => {
  const rejected = {
    error: 'Promotion.Conflict',
    cause: JSON.stringify({ errorMessage: 'Locked: held by another run' }),
  };

  it('ends as failed with the error of Validate or Lock, and touches no report', async () => {
    world.put(keys.report('held', 'json'), { of: 'another run' });
    const reported = await run('held', [], { request: null, rejected });
    expect(reported).toMatchObject({ outcome: 'failed', error: 'Promotion.Conflict' });
    expect(causeOf(reported)).toMatchObject({
      promotionId: 'held',
      outcome: 'failed',
      kinds: {},
      report: null,
      message: 'Locked: held by another run',
    });
    expect(world.text(keys.report('held', 'json'))).toBe('{"of":"another run"}');
  });

  it('makes the promotion’s name from that of the execution where the input has none', async () => {
    const reported = await run('unnamed', [], { request: null, rejected, promotionId: null, executionName: 'nightly' });
    expect(causeOf(reported).promotionId).toBe('nightly');
  });
});

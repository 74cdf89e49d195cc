import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Surroundings } from '../../../lambdas/core/handler.ts';
import { keys } from '../../../lambdas/core/keys.ts';
import { type Checkpoint, checkpointKey } from '../../../lambdas/dynamodb/checkpoint.ts';
import type { SegmentGroup, SegmentInput } from '../../../lambdas/dynamodb/contracts.ts';
import { scopeOf, workOnSegments } from '../../../lambdas/dynamodb/segment-worker.ts';
import { startBucket, type TestBucket } from '../../support/bucket.ts';
import { environments, executionArn, segmentGroup } from '../../support/factories.ts';

let world: TestBucket;
const promotionId = 'segments';
const promotionExecution = executionArn('one');

beforeAll(async () => {
  world = await startBucket();
  const lock = { promotionId, execution: promotionExecution, children: [], takenAt: '2026-11-21T00:00:00.000Z' };
  world.put(keys.destinationLock('dynamodb', 'prod'), lock);
});
afterAll(() => world.close());

const group = (as: string, first: number): SegmentGroup =>
  segmentGroup({ table: 'DEV-a', as, total: 8, segments: [first] });

async function work(of: SegmentGroup, failure?: SegmentInput['failure'], execution = promotionExecution) {
  const { artefacts, bucket } = world;
  const surroundings: Surroundings = {
    artefacts,
    bucket,
    bucketKeyArn: '',
    sealing: {} as never,
    environments,
    sts: {} as never,
    remaining: () => 60_000,
  };
  let pages = 0;
  const input: SegmentInput = {
    promotionId,
    promotionExecution: execution,
    group: of,
    ...(failure ? { failure } : {}),
  };
  const answer = await workOnSegments(input, surroundings, {
    stage: 'import',
    scope: '',
    open: async () => ({
      page: async () => {
        pages += 1;
        return { ahead: null, result: Promise.resolve({ next: null, items: { read: 3 } }) };
      },
    }),
  });
  const stored = world.text(checkpointKey(promotionId, 'import', '', of));
  return { answer, pages, checkpoint: stored && (JSON.parse(stored) as Checkpoint) };
}

const denied = { Error: 'Promotion.Permission', Cause: 'not authorized' };

describe('pitfall 41: an error that every child would meet', () => {
  it('ends the other groups of that table without a page, under the same name', async () => {
    await work(group('denied', 0), denied);
    const other = await work(group('denied', 1));
    expect(other.pages).toBe(0);
    expect(other.answer).toEqual({ more: false });
    expect(other.checkpoint).toMatchObject({
      done: false,
      failure: { error: 'Promotion.Permission', cause: 'not authorized' },
    });
  });

  it('leaves other tables alone', async () => {
    await work(group('refused', 0), denied);
    expect((await work(group('allowed', 0))).checkpoint).toMatchObject({ done: true, items: { read: 3 } });
  });

  it('is forgotten by the next run', async () => {
    await work(group('mended', 0), denied);
    const next = executionArn('two');
    const lock = { promotionId, execution: next, children: [], takenAt: '2026-11-21T00:00:00.000Z' };
    world.put(keys.destinationLock('dynamodb', 'prod'), lock);
    const again = await work(group('mended', 0), undefined, next);
    expect(again.checkpoint).toMatchObject({ done: true });
    expect(again.checkpoint).not.toHaveProperty('failure');
    world.put(keys.destinationLock('dynamodb', 'prod'), { ...lock, execution: promotionExecution });
  });

  it('is not an error that may pass', async () => {
    await work(group('throttled', 0), { Error: 'Promotion.Throttled', Cause: null });
    expect((await work(group('throttled', 1))).checkpoint).toMatchObject({ done: true });
  });
});

describe('a group that has failed', () => {
  it.each([
    [
      'what the worker said',
      '{"errorType":"Promotion.Data","errorMessage":"KeyMissing: no key","trace":[""]}',
      'KeyMissing: no key',
    ],
    ['all that is known where no worker said anything', '{"message":"Killed"}', '{"message":"Killed"}'],
    ['what is no JSON', 'Task timed out', 'Task timed out'],
  ])('keeps %s', async (what, Cause, cause) => {
    const { checkpoint } = await work(group(`said-${what.length}`, 0), { Error: 'Promotion.Data', Cause });
    expect(checkpoint).toMatchObject({ failure: { error: 'Promotion.Data', cause } });
  });
});

describe('a group that is done', () => {
  it('is not worked on again, nor marked as failed', async () => {
    await work(group('done', 0));
    const again = await work(group('done', 0), denied);
    expect(again.pages).toBe(0);
    expect(again.checkpoint).toMatchObject({ done: true });
    expect(again.checkpoint).not.toHaveProperty('failure');
  });
});

it('keeps comparisons of two runs apart', () => {
  expect(scopeOf(executionArn('one'))).not.toBe(scopeOf(executionArn('two')));
});

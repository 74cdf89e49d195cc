import { describe, expect, it } from 'vitest';
import type { PlanAction } from '../../../lambdas/core/contracts.ts';
import type { Journal } from '../../../lambdas/core/journal.ts';
import { type Imported, importedAsset } from '../../../lambdas/promotion/tally-assets.ts';
import { executionArn } from '../../support/factories.ts';

const now = executionArn('now');
const hindrance = 'nothing is imported, because the plan failed for PROD-b';
const planned = (action: PlanAction) => ({
  asset: 'a',
  destination: 'PROD-a',
  action,
  reason: 'the destination has none',
  differences: [],
});

/** A journal in which an execution completed a table of ten items. */
const completedBy = (execution: string): Journal => ({
  of: (asset) => [
    {
      asset,
      step: 'complete',
      phase: 'result',
      execution,
      at: '2026-11-21T00:00:00.000Z',
      after: { outcome: 'created', items: { read: 10, written: 10 } },
    },
  ],
  assets: ['PROD-a'],
  append: () => Promise.reject(new Error('this journal is not written to')),
});
const became = (action: PlanAction, change: Partial<Imported> = {}) =>
  importedAsset(planned(action), {
    journal: completedBy(now),
    execution: now,
    mode: 'migrate',
    hindrance: null,
    compared: undefined,
    ...change,
  });

describe('importedAsset', () => {
  it('has the items that this run has copied', () => {
    expect(became('create')).toMatchObject({ outcome: 'created', items: { read: 10, written: 10, compared: 0 } });
  });

  it.each(['plan', 'migrate'] as const)('has no items in mode %s that an earlier run has copied', (mode) => {
    expect(became('create', { mode, journal: completedBy(executionArn('earlier')) })).not.toHaveProperty('items');
  });

  it('has no items where nothing was to be copied', () => {
    expect(became('unchanged')).not.toHaveProperty('items');
  });

  it.each([
    ['create', 'skipped', `${hindrance}; without that: the destination has none`],
    ['unchanged', 'unchanged', 'the destination has none'],
    ['unsupported', 'skipped', 'the destination has none'],
    ['conflict', 'failed', 'the destination has none'],
  ] as const)('is for action %s %s where the plan failed', (action, outcome, reason) => {
    const journal = completedBy(executionArn('earlier'));
    expect(became(action, { hindrance, journal })).toMatchObject({ action, outcome, reason });
  });
});

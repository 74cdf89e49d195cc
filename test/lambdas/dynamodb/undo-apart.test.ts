import { describe, expect, it } from 'vitest';
import { type ErrorName, PromotionError } from '../../../lambdas/core/errors.ts';
import { changedBy } from '../../../lambdas/core/journal.ts';
import { apart, refusable } from '../../../lambdas/dynamodb/undo-apart.ts';
import type { Undoing, Undone } from '../../../lambdas/dynamodb/undone.ts';
import { executionArn } from '../../support/factories.ts';
import { type Entries, memoryJournal, stepsOf } from '../../support/memory-journal.ts';

const error = (name: ErrorName) => new PromotionError(name, { code: 'Said', message: 'what was said' });
const undoingOf = (entries: Entries, run = 'undo') => {
  const execution = executionArn(run);
  return { journal: memoryJournal(entries, execution), holder: { promotionExecution: execution } } as Undoing;
};
const removed: Undone = { asset: 'orders', outcome: 'removed', reason: 'the promotion had created it' };

/** A part that notes its intent, and is refused as long as it is told. */
const removing = (undoing: Undoing, refusal: PromotionError | null) => async (): Promise<Undone> => {
  await undoing.journal.append({ asset: 'orders', step: 'remove', phase: 'intent' });
  await refusable(undoing, 'orders', 'remove', async () => {
    if (refusal) throw refusal;
  });
  return removed;
};

describe('apart', () => {
  it.each<ErrorName>(['Promotion.Permission', 'Promotion.Quota', 'Promotion.Data', 'Promotion.Config'])(
    'lets %s end the part of one table, which has changed nothing',
    async (name) => {
      const entries: Entries = [];
      const undoing = undoingOf(entries);
      const failed = { asset: 'orders', outcome: 'failed', reason: `${name}: Said: what was said` };
      expect(await apart(undoing, 'orders', removing(undoing, error(name)))).toEqual(failed);
      expect(stepsOf(entries)).toEqual(['remove intent', 'remove refused']);
      expect(changedBy(undoing.journal, undoing.holder.promotionExecution)).toBe(false);
      // The same run does not ask again, the next one does.
      expect(await apart(undoing, 'orders', removing(undoing, null))).toEqual(failed);
      expect(entries).toHaveLength(2);
      const next = undoingOf(entries, 'undo-again');
      expect(await apart(next, 'orders', removing(next, null))).toEqual(removed);
      expect(changedBy(next.journal, next.holder.promotionExecution)).toBe(true);
    },
  );

  it.each<ErrorName>([
    'Promotion.Conflict',
    'Promotion.Throttled',
    'Promotion.Transient',
    'Promotion.NotYetConsistent',
  ])('raises %s, after which nobody knows what was done', async (name) => {
    const entries: Entries = [];
    const undoing = undoingOf(entries);
    await expect(apart(undoing, 'orders', removing(undoing, error(name)))).rejects.toMatchObject({ name });
    expect(stepsOf(entries)).toEqual(['remove intent']);
    expect(changedBy(undoing.journal, undoing.holder.promotionExecution)).toBe(true);
  });

  it('raises what is no error of ours', async () => {
    const part = () => Promise.reject(new TypeError('a defect'));
    await expect(apart(undoingOf([]), 'orders', part)).rejects.toThrow(TypeError);
  });
});

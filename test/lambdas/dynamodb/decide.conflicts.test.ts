import { describe, expect, it } from 'vitest';
import { makeDefinition } from '../../support/factories.ts';
import { type Case, complete, decided, index, journalOf, plain, protectedTable, result, stateOf } from './decisions.ts';

describe('what to do about a conflict', () => {
  const undone = journalOf(result('adopt'), result('undo'));
  const other = makeDefinition({ GlobalSecondaryIndexes: [index] });

  it.each<[string, Case, string]>([
    [
      'existing is "fail"',
      { request: { existing: 'fail' } },
      'remove the table, name another, or choose existing adopt',
    ],
    ['the table was made from another file', { journal: journalOf(result('create'), complete('x')) }, 'put the defin'],
    ['it was rolled back', { journal: undone }, 'use another promotionId'],
    [
      'it has replicas',
      { found: stateOf(plain, { replicas: ['eu-west-1'] }), request: { existing: 'adopt' } },
      'name a',
    ],
    ['it is not active', { found: stateOf(plain, { active: false, status: 'UPDATING' }) }, 'wait until it is active'],
    ['it has other keys', { found: stateOf(other) }, 'name another table, or choose existing replace'],
    [
      'it is protected',
      { found: protectedTable, request: { existing: 'replace' } },
      'take the protection off, or choo',
    ],
    ['the engine is impossible', { found: null, request: { engine: 'exportImport' } }, 'choose engine auto or raw'],
  ])('fits where %s', async (_why, of, resolution) => {
    const { asset } = await decided({ found: stateOf(plain), ...of });
    expect(asset).toMatchObject({ action: 'conflict', resolution: expect.stringMatching(`^${resolution}`) });
  });

  it('is said of conflicts alone', async () => {
    expect((await decided({})).asset).not.toHaveProperty('resolution');
  });
});

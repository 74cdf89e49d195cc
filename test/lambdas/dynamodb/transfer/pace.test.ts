import { describe, expect, it } from 'vitest';
import { isTransferred, paceOf } from '../../../../lambdas/dynamodb/transfer/pace.ts';

const copied = { action: 'create', engine: 'raw' } as const;
const transferred = { action: 'create', engine: 'exportImport' } as const;

describe('isTransferred', () => {
  it('is true only for a table that an import makes', () => {
    expect(isTransferred(transferred)).toBe(true);
    expect(isTransferred(copied)).toBe(false);
    expect(isTransferred({ action: 'adopt', engine: 'raw' })).toBe(false);
    expect(isTransferred({ action: 'conflict', engine: 'exportImport' })).toBe(false);
  });
});

describe('paceOf', () => {
  it('is slow when only exports and imports are waited for, and quick while a table is created', () => {
    expect(paceOf([transferred, transferred]).waitSeconds).toBe(60);
    expect(paceOf([transferred, copied]).waitSeconds).toBe(5);
  });

  it('keeps the history of an execution below its 25,000 events, with an hour of settings after a day', () => {
    const eventsOfPoll = 9;
    const { polls } = paceOf([transferred]);
    expect((polls + paceOf([copied]).polls) * eventsOfPoll).toBeLessThan(20_000);
  });
});

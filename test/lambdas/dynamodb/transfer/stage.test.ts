import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../../../lambdas/core/journal.ts';
import { importedItems, isImportBegun, nextToken, stageOf } from '../../../../lambdas/dynamodb/transfer/stage.ts';
import { begun, exportArn } from './fixture.ts';

const { exportIntent, exported, createIntent, created, loaded, failed, removed } = begun;
const refused = { step: 'export', phase: 'refused', after: { token: 'token-1', code: 'ExportFailed' } };
const complete = { step: 'complete', phase: 'result', after: { id: 'id-1' } };
const undone = { step: 'remove', phase: 'result', after: null };
const byCopy = { step: 'create', phase: 'result', after: { id: 'id-0', arn: 'arn' } };
const entries = (...all: readonly object[]) => all as readonly JournalEntry[];

describe('stageOf', () => {
  it.each([
    ['nothing was begun', [], 'new'],
    ['an export was asked for', [exportIntent], 'export'],
    ['an export goes on', [exportIntent, exported], 'export'],
    ['the export was refused', [exportIntent, refused], 'new'],
    ['the export was of no use', [exportIntent, exported, refused], 'new'],
    ['an import was asked for', [exported, createIntent], 'beginImport'],
    ['an import goes on', [exported, createIntent, created], 'import'],
    ['an import was refused', [exported, createIntent, removed], 'export'],
    ['the import failed', [exported, createIntent, created, failed], 'remove'],
    ['the table of a failed import was removed', [exported, createIntent, created, failed, removed], 'new'],
    ['the table is loaded', [exported, createIntent, created, loaded], 'filled'],
    ['a finished table has gone', [exported, createIntent, created, loaded, complete], 'new'],
    ['the promotion was rolled back', [exported, createIntent, created, loaded, undone], 'new'],
    ['a copy had begun before', [byCopy], 'new'],
    ['an export goes on after a copy', [byCopy, exportIntent, exported], 'export'],
  ])('where %s', (_, all, name) => {
    expect(stageOf(entries(...all)).name).toBe(name);
  });

  it('tells the ARN of an export once it was answered', () => {
    expect(stageOf(entries(exportIntent))).toEqual({ name: 'export', token: 'token-1', arn: null });
    expect(stageOf(entries(exportIntent, exported))).toEqual({ name: 'export', token: 'token-1', arn: exportArn });
  });
});

describe('isImportBegun', () => {
  it('is true from the call on until the table is removed', () => {
    expect(isImportBegun(entries(exported, createIntent))).toBe(true);
    expect(isImportBegun(entries(exported, createIntent, created, failed))).toBe(true);
    expect(isImportBegun(entries(exported))).toBe(false);
    expect(isImportBegun(entries(exported, createIntent, created, failed, removed))).toBe(false);
    expect(isImportBegun(entries(byCopy))).toBe(false);
  });
});

describe('importedItems', () => {
  it('answers the counts of a loaded table, finished or not, and of no other', () => {
    const items = { read: 5, written: 5 };
    expect(importedItems(entries(created, loaded))).toEqual(items);
    expect(importedItems(entries(created, loaded, complete))).toEqual(items);
    expect(importedItems(entries(created, loaded, complete, byCopy))).toBeNull();
    expect(importedItems(entries(created, failed))).toBeNull();
    expect(importedItems(entries(created))).toBeNull();
  });
});

describe('nextToken', () => {
  const owner = { bucket: 'artefacts', promotionId: 'p-1', as: 'PROD-orders' };
  it('is the same for a repetition, and another for the next attempt, step, table, promotion and deployment', () => {
    const first = nextToken([], 'export', owner);
    expect(nextToken([], 'export', owner)).toBe(first);
    const others = [
      nextToken(entries(exportIntent, refused), 'export', owner),
      nextToken([], 'create', owner),
      nextToken([], 'export', { ...owner, as: 'PROD-users' }),
      nextToken([], 'export', { ...owner, promotionId: 'p-2' }),
      nextToken([], 'export', { ...owner, bucket: 'other' }),
    ];
    expect(new Set([first, ...others]).size).toBe(6);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
  });
});

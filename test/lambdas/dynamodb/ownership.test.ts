import { describe, expect, it } from 'vitest';
import type { Journal, JournalEntry } from '../../../lambdas/core/journal.ts';
import { ownershipTag } from '../../../lambdas/dynamodb/definition.ts';
import { idOf, lastOf, ownership } from '../../../lambdas/dynamodb/ownership.ts';
import type { TableState } from '../../../lambdas/dynamodb/read-table.ts';
import { executionArn, makeDefinition } from '../../support/factories.ts';

type Entry = Pick<JournalEntry, 'step' | 'phase'> & { after?: unknown };
const entry = (fields: Entry): JournalEntry => ({
  asset: 'PROD-orders',
  execution: executionArn('run-1'),
  at: '2026-11-21T00:00:00.000Z',
  ...fields,
});

/** A journal as it was read, which nobody writes to. */
const journalOf = (...entries: Entry[]): Journal => ({
  of: (asset) => (asset === 'PROD-orders' ? entries.map(entry) : []),
  assets: ['PROD-orders'],
  append: () => Promise.reject(new Error('this journal is not written to')),
});

const tagged = [{ Key: ownershipTag, Value: 'arn:source' }];
const found = (
  fields: { id?: string; tags?: typeof tagged; table?: Parameters<typeof makeDefinition>[0] } = {},
): TableState => ({
  definition: makeDefinition({ TableName: 'PROD-orders', ...fields.table }, { tags: fields.tags ?? tagged }),
  arn: 'arn:destination',
  id: fields.id ?? 'id-1',
  status: 'ACTIVE',
  active: true,
  statistics: { items: 0, bytes: 0 },
  replicas: [],
  findings: [],
});
const of = (journal: Journal, state = found()) => ownership(journal, 'PROD-orders', state, makeDefinition());

const intent = (step: string): Entry => ({ step, phase: 'intent' });
const result = (step: string, id = 'id-1'): Entry => ({ step, phase: 'result', after: { id } });
const complete = (id = 'id-1'): Entry => ({ step: 'complete', phase: 'result', after: { id, bundleSha256: 'sha' } });

describe('ownership', () => {
  it('is foreign without an entry, whatever the tag says', () => {
    expect(of(journalOf())).toEqual({ state: 'foreign' });
    expect(of(journalOf(intent('timeToLive')))).toEqual({ state: 'foreign' });
  });

  it.each(['create', 'adopt', 'update', 'replace'])('is begun after a result of %s', (step) => {
    expect(of(journalOf(intent(step), result(step)))).toEqual({ state: 'begun', action: step });
  });

  it('is complete after a "complete", with the bundle that it was made from', () => {
    const journal = journalOf(intent('create'), result('create'), intent('timeToLive'), complete());
    expect(of(journal)).toEqual({ state: 'complete', bundleSha256: 'sha' });
  });

  it('is begun where an import was asked for, which sets no tag but has a token to be known by', () => {
    const asked = { ...intent('create'), after: { token: 'token-1' } };
    expect(of(journalOf(asked), found({ tags: [] }))).toEqual({ state: 'begun', action: 'create' });
    const other = found({ tags: [], table: { KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }] } });
    expect(of(journalOf(asked), other)).toEqual({ state: 'foreign' });
  });

  it('is foreign where the table was deleted and made anew by somebody', () => {
    expect(of(journalOf(result('create')), found({ id: 'id-2' }))).toEqual({ state: 'foreign' });
    expect(of(journalOf(result('create'), complete()), found({ id: 'id-2' }))).toEqual({ state: 'foreign' });
  });

  it('is begun again where this promotion has made the table a second time', () => {
    const journal = journalOf(result('create'), complete(), intent('create'), result('create', 'id-2'));
    expect(of(journal, found({ id: 'id-2' }))).toEqual({ state: 'begun', action: 'create' });
  });

  it('is ours where the answer of the create was lost: intent, our tag and the same keys', () => {
    expect(of(journalOf(intent('create')))).toEqual({ state: 'begun', action: 'create' });
  });

  it('is foreign where there is an intent, but not our tag or other keys', () => {
    expect(of(journalOf(intent('create')), found({ tags: [] }))).toEqual({ state: 'foreign' });
    const table = { AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' as const }] };
    expect(of(journalOf(intent('create')), found({ table }))).toEqual({ state: 'foreign' });
  });
});

describe('ownership after a rollback', () => {
  it('is undone, finished or not, whatever was complete before', () => {
    const entries = [result('update'), complete(), intent('undo')];
    expect(of(journalOf(...entries))).toEqual({ state: 'undone' });
    expect(of(journalOf(...entries, result('undo')))).toEqual({ state: 'undone' });
  });

  it('is foreign where the table was restored: it has another id than the one that replaced it', () => {
    const entries = [result('replace'), complete(), intent('restore'), result('restore', 'id-2')];
    expect(of(journalOf(...entries), found({ id: 'id-2' }))).toEqual({ state: 'foreign' });
  });
});

describe('lastOf and idOf', () => {
  it('find the newest entry of some steps, and the table id in it', () => {
    const entries = [result('create', 'id-1'), intent('timeToLive'), result('create', 'id-2'), complete()].map(entry);
    const last = lastOf(entries, ['create', 'adopt']);
    expect(last && idOf(last)).toBe('id-2');
    expect(lastOf(entries, ['remove'])).toBeUndefined();
  });

  it('an entry without an id has none', () => {
    expect(idOf(entry(intent('create')))).toBe('');
  });
});

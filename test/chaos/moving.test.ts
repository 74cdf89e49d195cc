import { describe, expect, it } from 'vitest';
import { makeDefinition } from '../support/factories.ts';
import type { Ended, Item } from '../support/world.ts';
import { isMovedEnd, versionDifferences } from './moving.ts';
import { plain } from './scenario.ts';

const definition = makeDefinition({ TableName: 'T', KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] });
const one: Item = { pk: { S: 'one' }, n: { N: '1' } };
const other: Item = { pk: { S: 'other' }, n: { N: '1' } };
const changed: Item = { ...one, n: { N: '2' } };
const table = { name: 'T', copy: 'C', definition, items: [one, other] };
const keyOfOne = '{"pk":S"one"}';
const judge = (present: readonly Item[], history: Map<string, (Item | null)[]>, before: readonly Item[] = []) =>
  versionDifferences({ ...table, before }, plain('raw'), present, history);

describe('versionDifferences', () => {
  it('accepts each version that a touched item had, absence only where it was absent', () => {
    const history = new Map([[keyOfOne, [one, changed]]]);
    expect(judge([one, other], history)).toEqual([]);
    expect(judge([changed, other], history)).toEqual([]);
    expect(judge([other], history)).toHaveLength(1);
    expect(judge([other], new Map([[keyOfOne, [one, null]]]))).toEqual([]);
  });

  it('tells a touched item in a version that it never had', () => {
    const [problem] = judge([{ ...one, n: { N: '3' } }, other], new Map([[keyOfOne, [one, changed]]]));
    expect(problem).toMatch(/^C: touched \(2 versions\) item .*one.* is .*N3/);
  });

  it('tells untouched items that are missing, different, or never were at the source', () => {
    expect(judge([one], new Map())).toEqual([expect.stringMatching(/^C: untouched item .*other.* is absent/)]);
    expect(judge([changed, other], new Map())).toHaveLength(1);
    expect(judge([one, other, { pk: { S: 'third' } }], new Map())).toHaveLength(1);
  });

  it('accepts what a merge found under a key that the source lacked, nothing else of it', () => {
    const remnant: Item = { ...one, n: { N: '0' } };
    expect(judge([remnant, other], new Map([[keyOfOne, [one, null]]]), [remnant])).toEqual([]);
    expect(judge([remnant, other], new Map(), [remnant])).toHaveLength(1);
  });

  it('judges items as the promotion should have changed them', () => {
    const wanted = (item: Item) => (item.pk?.S === 'one' ? null : { ...item, env: { S: 'prod' } });
    const judged = (present: readonly Item[]) => versionDifferences(table, { wanted }, present, new Map());
    expect(judged([{ ...other, env: { S: 'prod' } }])).toEqual([]);
    expect(judged([one, other])).toHaveLength(2);
  });
});

describe('isMovedEnd', () => {
  const ended = (status: string, error: string | null, counts: object) =>
    ({ status, error, result: { kinds: { dynamodb: { counts } } }, executionArn: '' }) satisfies Ended;

  it('takes an end with mismatches alone, no other failure', () => {
    expect(isMovedEnd(ended('SUCCEEDED', null, {}))).toBe(true);
    expect(isMovedEnd(ended('FAILED', 'Promotion.Partial', { failed: 0, mismatched: 1 }))).toBe(true);
    expect(isMovedEnd(ended('FAILED', 'Promotion.Partial', { failed: 1, mismatched: 1 }))).toBe(false);
    expect(isMovedEnd(ended('FAILED', 'Promotion.Data', { failed: 0, mismatched: 1 }))).toBe(false);
  });
});

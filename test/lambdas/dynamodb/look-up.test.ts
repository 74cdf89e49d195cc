import { describe, expect, it } from 'vitest';
import { compileChange } from '../../../lambdas/dynamodb/change.ts';
import { changedTable } from '../../../lambdas/dynamodb/change-definition.ts';
import type { WireItem } from '../../../lambdas/dynamodb/engine.ts';
import { lookUp } from '../../../lambdas/dynamodb/look-up.ts';
import { canonicalWireItem, serializeItem, wireKeyOf } from '../../../lambdas/dynamodb/wire-item.ts';
import { makeDefinition, makeTables } from '../../support/factories.ts';

const now = 1_790_000_000;
const expiring = makeDefinition({}, { timeToLive: { AttributeName: 'expires' } });
const change = (fields: object, definition = makeDefinition()) =>
  compileChange(makeTables(fields), changedTable(definition));
const bytes = (...items: WireItem[]) => items.map(serializeItem);
const prefix = { transform: [{ replacePrefix: ['id', 'DEV#', 'PROD#'] }] };
const id = (S: string, rest: WireItem = {}): WireItem => ({ id: { S }, ...rest });

/** Looks keys up in a source of these items. */
async function look(source: readonly WireItem[], keys: readonly WireItem[], fields: object = prefix) {
  const asked: WireItem[][] = [];
  const read = async (wanted: readonly WireItem[]) => {
    asked.push([...wanted]);
    const texts = new Map(source.map((item) => [canonicalWireItem(wireKeyOf(item, ['id'])), item]));
    return bytes(...wanted.map((key) => texts.get(canonicalWireItem(key))).filter((item) => item !== undefined));
  };
  const found = await lookUp({ read }, change(fields, expiring), keys, ['id'], now);
  for (const one of asked) expect(new Set(one.map(canonicalWireItem)).size).toBe(one.length);
  return found;
}

describe('pitfall 4: two items that become one key', () => {
  it('are both found behind the key by whoever looks it up, on whatever pages they were', async () => {
    const found = await look([id('DEV#1', { from: { S: 'dev' } }), id('PROD#1')], [id('PROD#1')]);
    expect(found.get(canonicalWireItem(id('PROD#1')))).toEqual([
      { key: id('PROD#1'), item: id('PROD#1') },
      { key: id('DEV#1'), item: id('PROD#1', { from: { S: 'dev' } }) },
    ]);
  });
});

describe('lookUp', () => {
  it('answers items as the copy writes them, and nothing for keys that have none', async () => {
    const found = await look([id('DEV#1', { n: { N: '1' } })], [id('PROD#1'), id('PROD#2'), id('PROD#1')]);
    const behind = { key: id('DEV#1'), item: id('PROD#1', { n: { N: '1' } }) };
    expect([...found]).toEqual([[canonicalWireItem(id('PROD#1')), [behind]]]);
  });

  it('asks for no key that is longer than one may be', async () => {
    const asked: WireItem[] = [];
    const read = async (wanted: readonly WireItem[]) => {
      asked.push(...wanted);
      return [];
    };
    const longer = change({ transform: [{ replacePrefix: ['id', 'DEVELOPMENT#', 'D#'] }] });
    const key = id(`D#${'x'.repeat(2040)}`);
    await lookUp({ read }, longer, [key], ['id'], now);
    expect(asked).toEqual([key]);
  });

  it('leaves out what the filter leaves out, also by the key, and what has expired', async () => {
    const filter = { expression: 'begins_with(id, :dev)', values: { ':dev': { S: 'DEV#' } } };
    const source = [id('DEV#1'), id('PROD#2'), id('DEV#3', { expires: { N: String(now - 1) } })];
    const found = await look(source, [id('PROD#1'), id('PROD#2'), id('PROD#3')], {
      ...prefix,
      filter,
      skipExpired: true,
    });
    expect([...found.keys()]).toEqual([canonicalWireItem(id('PROD#1'))]);
  });
});

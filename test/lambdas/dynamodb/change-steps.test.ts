import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isContested,
  keysBefore,
  nameAfter,
  prefixStepsOf,
  transformItem,
} from '../../../lambdas/dynamodb/change-steps.ts';
import type { TransformStep } from '../../../lambdas/dynamodb/contracts.ts';
import type { WireItem } from '../../../lambdas/dynamodb/engine.ts';
import { canonicalWireItem } from '../../../lambdas/dynamodb/wire-item.ts';

const transform = (item: WireItem, ...steps: TransformStep[]) => transformItem(item, steps);

describe('transformItem', () => {
  it('carries out the steps in the order of the input', () => {
    const item = { pk: { S: 'DEV#1' }, a: { N: '1.10' }, c: { S: 'gone' } };
    expect(
      transform(
        item,
        { renameAttribute: ['a', 'b'] },
        { dropAttribute: 'c' },
        { setAttribute: ['env', { S: 'prod' }] },
        { replacePrefix: ['pk', 'DEV#', 'PROD#'] },
        { renameAttribute: ['pk', 'id'] },
      ),
    ).toEqual({ item: { id: { S: 'PROD#1' }, b: { N: '1.10' }, env: { S: 'prod' } } });
    expect(item).toEqual({ pk: { S: 'DEV#1' }, a: { N: '1.10' }, c: { S: 'gone' } });
  });

  it.each<[string, TransformStep]>([
    ['renaming', { renameAttribute: ['absent', 'b'] }],
    ['dropping', { dropAttribute: 'absent' }],
    ['a prefix of an absent attribute', { replacePrefix: ['absent', 'a', 'b'] }],
    ['a prefix that the text does not begin with', { replacePrefix: ['s', 'bc', 'x'] }],
    ['a prefix of a number', { replacePrefix: ['n', '1', '2'] }],
    ['a prefix of a list', { replacePrefix: ['l', 'a', 'b'] }],
    ['a member that every object has', { renameAttribute: ['constructor', 'b'] }],
  ])('leaves an item as it is for %s', (_what, step) => {
    const item = { s: { S: 'abc' }, n: { N: '12' }, l: { L: [{ S: 'abc' }] } };
    expect(transform(item, step)).toEqual({ item });
  });

  it('replaces the beginning of a text alone', () => {
    expect(transform({ s: { S: 'aXa' } }, { replacePrefix: ['s', 'a', '$&'] })).toEqual({ item: { s: { S: '$&Xa' } } });
    expect(transform({ s: { S: 'a' } }, { replacePrefix: ['s', 'a', ''] })).toEqual({ item: { s: { S: '' } } });
  });

  it('sets an attribute anew that is there', () => {
    expect(transform({ env: { N: '1' } }, { setAttribute: ['env', { S: 'prod' }] })).toEqual({
      item: { env: { S: 'prod' } },
    });
  });

  it('never writes over an attribute by a rename, and says which one', () => {
    expect(transform({ a: { S: '1' }, b: { S: '2' } }, { renameAttribute: ['a', 'b'] })).toEqual({ taken: 'b' });
    // There is nothing to rename.
    expect(transform({ b: { S: '2' } }, { renameAttribute: ['a', 'b'] })).toEqual({ item: { b: { S: '2' } } });
    expect(
      transform({ a: { S: '1' }, b: { S: '2' } }, { dropAttribute: 'b' }, { renameAttribute: ['a', 'b'] }),
    ).toEqual({ item: { b: { S: '1' } } });
  });

  it('keeps an attribute named __proto__, and takes it as the name of another', () => {
    const item = JSON.parse('{"__proto__":{"S":"own"},"a":{"S":"x"}}');
    const kept = transform(item, { dropAttribute: 'a' }) as { item: WireItem };
    expect(JSON.stringify(kept.item)).toBe('{"__proto__":{"S":"own"}}');
    const renamed = transform({ a: { S: 'x' } }, { renameAttribute: ['a', '__proto__'] }) as { item: WireItem };
    expect(JSON.stringify(renamed.item)).toBe('{"__proto__":{"S":"x"}}');
    const set = transform({}, { setAttribute: ['__proto__', { S: 'y' }] }) as { item: WireItem };
    expect(JSON.stringify(set.item)).toBe('{"__proto__":{"S":"y"}}');
  });
});

describe('keysBefore', () => {
  const step = (...prefix: [string, string, string]): TransformStep => ({ replacePrefix: prefix });

  it.each<[string, TransformStep[], WireItem, WireItem[]]>([
    ['one that nothing changes', [{ dropAttribute: 'x' }], { pk: { S: 'a' } }, [{ pk: { S: 'a' } }]],
    [
      'one with a new prefix: with it and without',
      [step('pk', 'D#', 'P#')],
      { pk: { S: 'P#1' } },
      [{ pk: { S: 'P#1' } }, { pk: { S: 'D#1' } }],
    ],
    ['one with another prefix: itself', [step('pk', 'D#', 'P#')], { pk: { S: 'X#1' } }, [{ pk: { S: 'X#1' } }]],
    ['one that still has the old prefix: none', [step('pk', 'D#', 'P#')], { pk: { S: 'D#1' } }, []],
    ['one with the old prefix twice: one', [step('pk', 'D', '')], { pk: { S: 'D1' } }, [{ pk: { S: 'DD1' } }]],
    ['a number: itself', [step('pk', '1', '2')], { pk: { N: '21' } }, [{ pk: { N: '21' } }]],
    ['one with another name', [{ renameAttribute: ['pk', 'id'] }], { id: { S: 'a' } }, [{ pk: { S: 'a' } }]],
    [
      'one of two attributes, one of which has another name',
      [{ renameAttribute: ['pk', 'id'] }],
      { id: { S: 'a' }, sk: { S: 'b' } },
      [{ pk: { S: 'a' }, sk: { S: 'b' } }],
    ],
    ['one that still has the old name: none', [{ renameAttribute: ['pk', 'id'] }], { pk: { S: 'a' } }, []],
    [
      'one that has lost its old name only to another attribute',
      [{ renameAttribute: ['pk', 'id'] }, { dropAttribute: 'pk' }],
      { id: { S: 'a' } },
      [{ pk: { S: 'a' } }],
    ],
    [
      'one by prefixes of both attributes',
      [step('pk', 'D', 'P'), step('sk', 'd', 'p')],
      { pk: { S: 'P' }, sk: { S: 'p' } },
      [
        { pk: { S: 'P' }, sk: { S: 'p' } },
        { pk: { S: 'D' }, sk: { S: 'p' } },
        { pk: { S: 'P' }, sk: { S: 'd' } },
        { pk: { S: 'D' }, sk: { S: 'd' } },
      ],
    ],
  ])('of %s', (_what, steps, key, expected) => {
    const text = (keys: readonly WireItem[]) => keys.map(canonicalWireItem).sort();
    expect(text(keysBefore(key, steps))).toEqual(text(expected));
  });

  it('finds every key that the steps make this one, and no other', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 });
    const prefix = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 2 });
    const steps = fc.array(
      fc.oneof(
        fc.tuple(prefix, fc.oneof(prefix, fc.constant(''))).map(([from, to]) => step('pk', from, to)),
        fc.constant<TransformStep>({ setAttribute: ['other', { S: 'x' }] }),
      ),
      { maxLength: 3 },
    );
    const all = (length: number): string[] =>
      length === 0 ? [''] : all(length - 1).flatMap((one) => [one, `${one}a`, `${one}b`]);
    const universe = [...new Set(all(7))].map((S): WireItem => ({ pk: { S } }));
    const keyAfter = (key: WireItem, chosen: TransformStep[]) => {
      const result = transformItem(key, chosen);
      return 'item' in result ? canonicalWireItem({ pk: result.item.pk ?? {} }) : '';
    };
    fc.assert(
      fc.property(text, steps, (S, chosen) => {
        const key: WireItem = { pk: { S } };
        const expected = universe.filter((one) => keyAfter(one, chosen) === canonicalWireItem(key));
        const found = keysBefore(key, chosen).map(canonicalWireItem);
        expect(new Set(found).size).toBe(found.length);
        expect(found).toEqual(expect.arrayContaining(expected.map(canonicalWireItem)));
        for (const before of keysBefore(key, chosen)) expect(keyAfter(before, chosen)).toBe(canonicalWireItem(key));
      }),
      { numRuns: 60 },
    );
  });
});

describe('isContested', () => {
  const key = (S: string): WireItem => ({ pk: { S } });
  const step = (from: string, to: string): TransformStep => ({ replacePrefix: ['pk', from, to] });

  it.each<[string, string, TransformStep[], boolean]>([
    ['has what others get', 'PROD#1', [step('DEV#', 'PROD#')], true],
    ['gets it itself', 'DEV#1', [step('DEV#', 'PROD#')], false],
    ['has nothing to do with it', 'TEST#1', [step('DEV#', 'PROD#')], false],
    [
      'has what others get by another name',
      'PROD#1',
      [{ renameAttribute: ['pk', 'id'] }, step('DEV#', 'PROD#')],
      false,
    ],
    ['gets what others get later', 'a1', [step('a', 'b'), step('c', 'b')], true],
    ['keeps its beginning where others lose theirs', 'x', [step('DEV#', '')], true],
  ])('is said of a key that %s', (_what, S, steps, expected) => {
    expect(isContested(key(S), steps)).toBe(expected);
  });

  it('holds for all but one at most of the keys that become one', () => {
    const prefix = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 2 });
    const steps = fc.array(
      fc
        .tuple(prefix, prefix)
        .filter(([from, to]) => from !== '' && from !== to)
        .map(([from, to]) => step(from, to)),
      { minLength: 1, maxLength: 3 },
    );
    const all = (length: number): string[] =>
      length === 0 ? [''] : all(length - 1).flatMap((one) => [one, `${one}a`, `${one}b`]);
    const universe = [...new Set(all(6))].map(key);
    fc.assert(
      fc.property(steps, (chosen) => {
        const free = new Map<string, number>();
        for (const one of universe.filter((each) => !isContested(each, chosen))) {
          const result = transformItem(one, chosen);
          const text = 'item' in result ? canonicalWireItem(result.item) : '';
          free.set(text, (free.get(text) ?? 0) + 1);
        }
        expect(Math.max(0, ...free.values())).toBeLessThanOrEqual(1);
      }),
      { numRuns: 100 },
    );
  });
});

describe('names on the way', () => {
  const steps: TransformStep[] = [
    { replacePrefix: ['pk', 'a', 'b'] },
    { renameAttribute: ['pk', 'id'] },
    { replacePrefix: ['pk', 'a', 'b'] },
    { replacePrefix: ['id', 'c', 'd'] },
    { renameAttribute: ['id', 'key'] },
  ];

  it('follow every rename', () => {
    expect([nameAfter('pk', steps), nameAfter('id', steps), nameAfter('other', steps)]).toEqual([
      'key',
      'key',
      'other',
    ]);
  });

  it('are those that the attribute has when the prefix is replaced', () => {
    expect(prefixStepsOf(['pk'], steps)).toEqual([0, 3]);
  });
});

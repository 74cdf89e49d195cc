import { describe, expect, it } from 'vitest';
import { renamed, untouchedWords } from '../../../lambdas/dynamodb/rename.ts';
import { refusal } from '../../support/factories.ts';

const byRegex = (match: string, replace: string, ...tables: string[]) => renamed(tables, { regex: { match, replace } });

describe('renamed', () => {
  it('keeps the names without a rule', () => {
    expect(renamed(['orders', 'users'], undefined)).toEqual(['orders', 'users']);
  });

  it('takes names from a map, and those that are not in it for untouched', () => {
    const map = { orders: 'sales', users: 'people' };
    expect(renamed(['users', 'other', 'constructor', 'orders'], { map })).toEqual(['people', null, null, 'sales']);
  });

  it('replaces a prefix at the beginning alone, and once', () => {
    const prefix = { from: 'DEV-', to: 'PROD-' };
    const tables = ['DEV-orders', 'DEV-DEV-a', 'my-DEV-b', 'dev-c', 'DEV-'];
    expect(renamed(tables, { prefix })).toEqual(['PROD-orders', 'PROD-DEV-a', null, null, 'PROD-']);
  });
});

describe('untouchedWords', () => {
  it.each([
    [{ prefix: { from: 'DEV-', to: 'PROD-' } }, 'does not begin with "DEV-"'],
    [{ map: { a: 'b' } }, 'is not in the map'],
    [{ regex: { match: 'a(b)', replace: '$1' } }, 'does not match a(b) as a whole'],
  ])('say why %j leaves a name', (rule, words) => {
    expect(untouchedWords(rule)).toBe(words);
  });
});

describe('pitfall 31: a pattern that hits a part of the name', () => {
  it.each<[string, string, string, string | null]>([
    ['DEV-(.*)', 'PROD-$1', 'DEV-orders', 'PROD-orders'],
    ['DEV-(.*)', 'PROD-$1', 'my-DEV-orders', null],
    ['DEV', 'PROD', 'DEV-orders', null],
    ['DEV|TEST-(.*)', 'PROD-$1', 'TEST-orders', 'PROD-orders'],
    ['DEV|TEST-(.*)', 'PROD-$1', 'DEV-orders', null],
    ['(?<stage>[a-z]+)-(?<rest>.*)', '$<rest>.$<stage>', 'dev-orders', 'orders.dev'],
    ['(.)(.*)', '$2$1', 'abc', 'bca'],
    ['.*', '$&-copy', 'orders', 'orders-copy'],
    ['(.*)', '$12', 'orders', 'orders2'],
    ['(a)(b)', '$02$01', 'ab', 'ba'],
    ['(a)(b)', '$2x$1', 'ab', 'bxa'],
    ['(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)(l)', '$12$1', 'abcdefghijkl', 'la'],
    ['(x)?orders', 'sales$1', 'orders', 'sales'],
    ['orders', 'sales', 'ORDERS', null],
  ])('%s → %s makes of %s %s', (match, replace, table, expected) => {
    expect(byRegex(match, replace, table)).toEqual([expected]);
  });

  it.each([
    ['no regular expression', '(', 'x', 'match', 'Unterminated group'],
    ['one that is a regular expression only inside of others', 'a)|(b', 'x', 'match', 'Unmatched'],
    ['a backslash at the end', 'a\\', 'x', 'match', 'at end of pattern'],
    ['a group that it does not have', '(a)', '$2', 'replace', '"$2"'],
    ['group 0', '(a)', '$0', 'replace', '"$0"'],
    ['a name of a group that it does not have', '(?<one>a)', '$<two>', 'replace', '"$<two>"'],
    ['a dollar sign', 'a', '$', 'replace', '"$"'],
    ['the rest after the match', 'a', "$'", 'replace', '"$"'],
  ])('refuses %s', async (_what, match, replace, member, says) => {
    const found = await refusal(() => byRegex(match, replace));
    const pointer = `/kinds/dynamodb/rename/regex/${member}`;
    expect(found).toMatchObject({ name: 'Promotion.Config', code: 'InvalidRename', pointer });
    expect(found.message).toContain(says);
  });

  it.each([
    ['(', 'x', 'write a regular expression as JavaScript has them'],
    ['a', '$1', 'refer to groups as $1 or $<name>, to the whole name as $&'],
    ['(a+)+b', 'x', 'avoid repetitions within repetitions, such as (a+)+'],
  ])('says what to do about %s → %s', (match, replace, resolution) => {
    const detail = expect.objectContaining({ resolution });
    expect(() => byRegex(match, replace, 'a'.repeat(255))).toThrow(expect.objectContaining({ detail }));
  });

  it('refuses a pattern that would not end for the names', async () => {
    const found = await refusal(() => byRegex('(a+)+b', 'x', 'a'.repeat(255)));
    expect(found).toMatchObject({ code: 'InvalidRename', pointer: '/kinds/dynamodb/rename/regex/match' });
    expect(found.message).toContain('(a+)+b');
  });
});

import { describe, expect, it } from 'vitest';
import { assertChangeInput, describeChange } from '../../../lambdas/dynamodb/change-input.ts';
import { makeTables, refusal } from '../../support/factories.ts';

const check = (fields: object) => assertChangeInput(makeTables(fields));
const filter = (expression: string, names: object = {}, values: object = {}) => ({
  filter: { expression, names, values },
});

describe('assertChangeInput', () => {
  it('takes a filter, whose placeholders are all given and used, and any right value', () => {
    check({
      ...filter('#s = :s AND size(lines) > :n', { '#s': 'status' }, { ':s': { S: 'open' }, ':n': { N: '1E3' } }),
      projection: ['status', 'a.b'],
      transform: [{ setAttribute: ['env', { M: { of: { L: [{ S: 'prod' }] } } }] }, { renameAttribute: ['a', 'b'] }],
    });
    check({});
  });

  it.each<[string, object, string, string, string]>([
    [
      'a name that is not given',
      filter('#s = size(a)'),
      'InvalidFilter',
      '/filter/expression',
      '"#s" is not among the names',
    ],
    [
      'a value that is not given',
      filter('a = :v'),
      'InvalidFilter',
      '/filter/expression',
      '":v" is not among the values',
    ],
    [
      'a name that is not used',
      filter('attribute_exists(a)', { '#s': 'a' }),
      'InvalidFilter',
      '/filter/names/#s',
      '"#s"',
    ],
    [
      'a value of which only the beginning is used',
      filter('a = :value', {}, { ':v': { S: 'x' }, ':value': { S: 'x' } }),
      'InvalidFilter',
      '/filter/values/:v',
      '":v"',
    ],
    [
      'a placeholder of wrong characters',
      filter('a = :v-1', {}, { ':v-1': { S: '' } }),
      'InvalidFilter',
      '/filter/values/:v-1',
      ':v-1',
    ],
    ['what is no expression', filter('a =='), 'InvalidFilter', '/filter/expression', 'character 4'],
    [
      'a wrong value',
      filter('a = :v', {}, { ':v': { N: 'x' } }),
      'InvalidFilter',
      '/filter/values/:v/N',
      'not a number',
    ],
    [
      'a wrong value at any depth',
      { transform: [{ dropAttribute: 'a' }, { setAttribute: ['b', { L: [{ S: 5 }] }] }] },
      'InvalidTransform',
      '/transform/1/setAttribute/1/L/0/S',
      'text',
    ],
    [
      'a number of 39 digits',
      { transform: [{ setAttribute: ['b', { N: '1'.repeat(39) }] }] },
      'InvalidTransform',
      '/transform/0/setAttribute/1/N',
      '39 digits',
    ],
    [
      'a rename to the same name',
      { transform: [{ renameAttribute: ['a', 'a'] }] },
      'InvalidTransform',
      '/transform/0/renameAttribute',
      'changes nothing',
    ],
    [
      'a prefix that stays',
      { transform: [{ replacePrefix: ['a', 'x', 'x'] }] },
      'InvalidTransform',
      '/transform/0/replacePrefix',
      '"x" becomes "x" in "a"',
    ],
  ])('refuses %s', async (_what, fields, code, place, says) => {
    const found = await refusal(() => check(fields));
    expect(found).toMatchObject({ name: 'Promotion.Config', code, pointer: `/kinds/dynamodb${place}` });
    expect(found.message).toContain(says);
  });
});

describe('describeChange', () => {
  it('says what becomes of the items, in the order in which it happens', () => {
    const words = describeChange(
      makeTables({
        ...filter('a > :n', {}, { ':n': { N: '1' } }),
        projection: ['a', 'b'],
        skipExpired: true,
        transform: [
          { renameAttribute: ['a', 'c'] },
          { dropAttribute: 'b' },
          { setAttribute: ['env', { S: 'prod' }] },
          { replacePrefix: ['pk', 'DEV#', ''] },
        ],
      }),
    );
    expect(words).toEqual([
      'only items that meet a > :n are promoted',
      'of each item the key and "a", "b" are promoted',
      'items whose time to live is over are left out',
      'attribute "a" is renamed to "c"',
      'attribute "b" is dropped',
      'attribute "env" is set to {"S":"prod"} in every item',
      'in attribute "pk" the prefix "DEV#" becomes ""',
    ]);
  });

  it('says nothing where nothing is changed', () => {
    expect(describeChange(makeTables())).toEqual([]);
  });
});

import { expect, it } from 'vitest';
import { describeRequest } from '../../../lambdas/dynamodb/request-words.ts';
import { makeTables } from '../../support/factories.ts';

it('says nothing of a plain copy', () => {
  expect(describeRequest(makeTables())).toEqual([]);
});

it('says what a filter leaves and what a limit allows', () => {
  const filter = { expression: 'age > :a', names: {}, values: { ':a': { N: '3' } } };
  expect(describeRequest({ ...makeTables(), filter, limits: { readUnits: '50%', writeUnits: 100 } })).toEqual([
    'only items that meet age > :a are promoted',
    'reading takes at most 50% of what each source table has',
    'writing takes at most 100 units a second',
  ]);
});

import { describe, expect, it } from 'vitest';
import { checkInput } from '../../../lambdas/promotion/request.ts';
import { environments, makeInput, refusal } from '../../support/factories.ts';

const check = (input: unknown) => checkInput(input, 'run-1', environments);
const tables = (fields: object) => makeInput({ kinds: { dynamodb: { tables: ['orders'], ...fields } } });

describe('what the contract has and this version does not carry out', () => {
  it.each<[string, unknown, string]>([
    ['approval', makeInput({ approval: 'required' }), '/approval'],
    ['rollback on failure', makeInput({ onFailure: 'rollback' }), '/onFailure'],
    ['stages of a rollback', makeInput({ mode: 'rollback', rollback: { stages: ['assets'] } }), '/rollback'],
    ...(['quicksight', 'dms', 'databricks'] as const).map((kind): [string, unknown, string] => [
      kind,
      makeInput({ kinds: { [kind]: {} } }),
      `/kinds/${kind}`,
    ]),
    ['replacing tables', tables({ existing: 'replace' }), '/kinds/dynamodb/existing'],
    ...(['sample', 'count', 'none'] as const).map((verify): [string, unknown, string] => [
      `verify "${verify}"`,
      tables({ verify }),
      '/kinds/dynamodb/verify',
    ]),
    ['the other engine', tables({ engine: 'sdk' }), '/kinds/dynamodb/engine'],
    ['a filter', tables({ filter: { expression: 'a = b' } }), '/kinds/dynamodb/filter'],
    ['limits', tables({ limits: { readUnits: 5 } }), '/kinds/dynamodb/limits'],
    ['a map of names alone', tables({ rename: { map: { orders: 'sales' } } }), '/kinds/dynamodb/rename/map'],
    [
      'a map of names beside a prefix',
      tables({ rename: { prefix: { from: 'o', to: 'p' }, map: { orders: 'sales' } } }),
      '/kinds/dynamodb/rename/map',
    ],
  ])('refuses %s by name', async (_what, input, pointer) => {
    const found = await refusal(() => check(input));
    expect(found).toMatchObject({ name: 'Promotion.Unsupported', code: 'NotBuilt', pointer });
    expect(found.message).toContain(pointer);
  });

  it('is told only where the input is right besides', async () => {
    const found = await refusal(() => check(makeInput({ approval: 'required', mode: 'promote' })));
    expect(found).toMatchObject({ name: 'Promotion.Config', pointer: '/mode' });
  });

  it('does not hide a wrong value of such a field', async () => {
    const found = await refusal(() => check(makeInput({ approval: 'maybe' })));
    expect(found).toMatchObject({ name: 'Promotion.Config', pointer: '/approval' });
  });

  it('is not refused where it says what is done anyway', () => {
    expect(check(makeInput({ approval: 'none', onFailure: 'keep' }))).toMatchObject({ approval: 'none' });
  });
});

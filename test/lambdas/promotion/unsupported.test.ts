import { describe, expect, it } from 'vitest';
import { checkInput } from '../../../lambdas/promotion/request.ts';
import { environments, makeInput, refusal } from '../../support/factories.ts';

const check = (input: unknown) => checkInput(input, 'run-1', environments);

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

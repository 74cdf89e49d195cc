import { describe, expect, it } from 'vitest';
import { assertRepair } from '../../../lambdas/dynamodb/repair-input.ts';
import { refusal } from '../../support/factories.ts';

describe('a repair that could do nothing', () => {
  it.each(['count', 'none'] as const)('is refused in mode verify with verify "%s"', async (verify) => {
    expect(await refusal(() => assertRepair('verify', { repair: true, verify }))).toMatchObject({
      name: 'Promotion.Config',
      code: 'InvalidInput',
      pointer: '/kinds/dynamodb/repair',
      message: expect.stringContaining(`verify "${verify}"`),
    });
  });

  it.each([
    ['verify', { repair: true, verify: 'full' as const }],
    ['verify', { repair: true, verify: 'sample' as const }],
    ['verify', { repair: false, verify: 'none' as const }],
    ['verify', {}],
    ['migrate', { repair: true, verify: 'count' as const }],
  ])('is no other: mode %s with %j', (mode, request) => {
    expect(() => assertRepair(mode, request)).not.toThrow();
  });
});

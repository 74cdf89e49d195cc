import { describe, expect, it } from 'vitest';
import { errorNames, PromotionError } from '../../../lambdas/core/errors.ts';

describe('PromotionError', () => {
  it.each(errorNames)('%s is a literal name, which no minifier changes', (name) => {
    const error = new PromotionError(name, { code: 'Some', message: 'something' });
    expect(error.name).toBe(name);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe(`${name}: Some: something`);
  });

  it('says code, message and the next step', () => {
    const cause = new Error('below');
    const error = new PromotionError(
      'Promotion.Config',
      { code: 'IllegalName', message: '"a b" is not a table name', resolution: 'use letters', pointer: '/tables/0' },
      cause,
    );
    expect(error.message).toBe('IllegalName: "a b" is not a table name (use letters)');
    expect(error.detail.pointer).toBe('/tables/0');
    expect(error.cause).toBe(cause);
  });
});

describe('errorNames', () => {
  it('are those of the contract', () => {
    expect(errorNames).toEqual([
      'Promotion.Config',
      'Promotion.Permission',
      'Promotion.Conflict',
      'Promotion.Quota',
      'Promotion.Data',
      'Promotion.Unsupported',
      'Promotion.Partial',
      'Promotion.Throttled',
      'Promotion.Transient',
      'Promotion.NotYetConsistent',
    ]);
  });
});

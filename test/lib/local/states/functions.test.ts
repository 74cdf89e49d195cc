import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { evaluateTemplate } from '../../../../lib/local/states/query.ts';

const evaluate = (code: string) => evaluateTemplate(`{% ${code} %}`, 'Output', { states: {}, variables: {} });

describe('functions that Step Functions adds to JSONata', () => {
  it('$partition answers chunks, always as arrays', async () => {
    expect(await evaluate('$partition([1,2,3], 2)')).toEqual([[1, 2], [3]]);
    expect(await evaluate('$partition([0], 4)')).toEqual([[0]]);
    await expect(evaluate('$partition([0], 0)')).rejects.toThrow('must be positive');
  });
  it('$range answers both ends, and a single number alone', async () => {
    expect(await evaluate('$range(0, 10, 3)')).toEqual([0, 3, 6, 9]);
    expect(await evaluate('$range(3, -3, -3)')).toEqual([3, 0, -3]);
    expect(await evaluate('$range(1, 9, 9)')).toBe(1);
    await expect(evaluate('$range(1, 9, 0)')).rejects.toThrow('must not be zero');
    await expect(evaluate("$range('a', 9, 1)")).rejects.toThrow('must be a number');
  });
  it('$hash answers hex digests of the five algorithms', async () => {
    expect(await evaluate("$hash('text', 'SHA-256')")).toBe(createHash('sha256').update('text').digest('hex'));
    expect(await evaluate("$hash('text', 'MD5')")).toBe(createHash('md5').update('text').digest('hex'));
    expect(await evaluate("$hash({'a': 1}, 'SHA-1')")).toBe(createHash('sha1').update('{"a":1}').digest('hex'));
    await expect(evaluate("$hash('text', 'CRC32')")).rejects.toThrow('must be one of MD5, SHA-1');
  });
  it('$random answers a number from 0 up to 1, the same for the same seed', async () => {
    const [free, first, second, other] = await Promise.all(
      ['$random()', '$random(7)', '$random(7)', '$random(8)'].map(evaluate),
    );
    for (const value of [free, first, other]) {
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
    }
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });
  it('$uuid answers a version 4 UUID and $parse reads JSON', async () => {
    expect(await evaluate('$uuid()')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await evaluate(`$parse('{"a":[1]}').a`)).toEqual([1]);
    await expect(evaluate("$parse('no json')")).rejects.toThrow('threw an error during evaluation');
    await expect(evaluate('$parse(1)')).rejects.toThrow('must be a string');
  });
  it('$eval does not exist', async () => {
    await expect(evaluate("$eval('1 + 1')")).rejects.toThrow('Attempted to invoke a non-function');
  });
});

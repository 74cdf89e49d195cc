import { describe, expect, it } from 'vitest';
import { tokenPage } from '../../../../lib/local/emulators/paging.ts';

const place = { token: undefined, size: 2, name: 'Letters', code: 'InvalidToken' };

describe('tokenPage', () => {
  it('goes through a list to its end', () => {
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = tokenPage(['a', 'b', 'c', 'd', 'e'], { ...place, token });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items);
      token = page.next;
    } while (token !== undefined);
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('has no next page when the last item is on this one', () => {
    expect(tokenPage(['a', 'b'], place)).toEqual({ items: ['a', 'b'], next: undefined });
  });

  it.each([
    ['made up', 'abc'],
    ['of another list', tokenPage(['a', 'b', 'c'], { ...place, name: 'Others' }).next],
  ])('refuses a token that was %s', (_what, token) => {
    expect(() => tokenPage(['a'], { ...place, token })).toThrow(expect.objectContaining({ code: 'InvalidToken' }));
  });
});

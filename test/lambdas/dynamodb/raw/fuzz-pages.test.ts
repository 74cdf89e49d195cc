import { describe, expect, it } from 'vitest';
import { fuzzPages } from './fuzz-pages.ts';

describe('pitfall 9: random pages, in pieces that end at random offsets', () => {
  it('are read as JSON.parse reads them, and refused where they are cut short', async () => {
    const { pages, items, cut, differences } = await fuzzPages(1000, 1);
    expect(differences).toEqual([]);
    expect([pages, items > 1000, cut > 80]).toEqual([1000, true, true]);
  });
});

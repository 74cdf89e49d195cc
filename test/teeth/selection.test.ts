import { describe, expect, it } from 'vitest';
import type { Mutation } from './mutation.ts';
import { readWish, selected } from './selection.ts';

const all = Array.from(
  { length: 25 },
  (_, index): Mutation => ({
    name: `m${index}`,
    file: 'a.ts',
    search: 'a',
    replace: 'b',
    testFile: 'a.test.ts',
    test: 'a',
  }),
);
const day = (date: string) => readWish([], { CI: 'true' }, new Date(`${date}T12:00:00Z`)).tenth;

describe('readWish', () => {
  it('means all where nothing is said', () => {
    expect(selected(all, readWish([], {}, new Date()))).toHaveLength(25);
  });

  it('goes by the day of the year in CI, and ten days in a row are ten tenths', () => {
    expect(day('2026-01-01')).toBe(0);
    const days = Array.from({ length: 10 }, (_, index) => day(`2026-11-${10 + index}`));
    expect([...days].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('takes what is asked for before the day', () => {
    expect(readWish(['--tenth', '13'], { CI: 'true' }, new Date()).tenth).toBe(3);
    expect(readWish(['--only', 'm1'], { CI: 'true' }, new Date())).toEqual({ only: ['m1'], tenth: null });
  });

  it.each([[['--tenth']], [['--tenth', 'x']], [['m1']]])('refuses %j', (args) => {
    expect(() => readWish(args, {}, new Date())).toThrow('is not understood');
  });
});

describe('selected', () => {
  it('has every mutation in exactly one tenth', () => {
    const tenths = Array.from({ length: 10 }, (_, tenth) => selected(all, { only: [], tenth }));
    expect(
      tenths
        .flat()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(all.map(({ name }) => name).sort());
  });

  it('refuses a name that no mutation has', () => {
    expect(() => selected(all, { only: ['m1', 'other'], tenth: null })).toThrow('"other"');
  });
});

import { describe, expect, it } from 'vitest';
import type { Mutation } from './mutation.ts';
import { tableProblems } from './table-check.ts';

const mutation: Mutation = {
  name: 'guard',
  file: 'guard.ts',
  search: 'if (bad) throw error;',
  replace: '',
  testFile: 'guard.test.ts',
  test: 'pitfall 1: the trap is noticed',
};
const described = (title: string) => `describe(${JSON.stringify(title)}, () => {});`;
const problems = (
  fields: Partial<Mutation>,
  source = 'if (bad) throw error;',
  test = described('pitfall 1: the trap'),
) => {
  const files = new Map([
    ['guard.ts', source],
    ['guard.test.ts', test],
  ]);
  return tableProblems([{ ...mutation, ...fields }], ['guard.test.ts'], (path) => files.get(path));
};

describe('tableProblems', () => {
  it('are none where the text stands once and the pitfall is proved', () => {
    expect(problems({})).toEqual([]);
  });

  it.each(['', 'if (bad) throw error; if (bad) throw error;'])(
    'names a text that does not stand exactly once in "%s"',
    (source) => {
      expect(problems({}, source)).toEqual([expect.stringContaining('guard: its search text stands')]);
    },
  );

  it('names a test file that is not there', () => {
    expect(problems({ testFile: 'gone.test.ts' })).toContain('guard: there is no gone.test.ts');
  });

  it('names a pitfall that no mutation proves, also one of which the number alone fits', () => {
    const found = problems({}, undefined, described('pitfall 1: another trap'));
    expect(found).toEqual([expect.stringContaining('no mutation proves "pitfall 1: another trap"')]);
  });

  it('names a mutation that changes nothing or more than a line, and a name that two have', () => {
    expect(problems({ replace: mutation.search })).toEqual(['guard: it does not change one line']);
    expect(tableProblems([mutation, mutation], [], () => mutation.search)).toEqual([
      'two mutations are called "guard"',
    ]);
  });
});

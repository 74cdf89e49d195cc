import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/sources.ts';
import { groups, type Report, scoreOf, scoreTable, tally } from './score.ts';

const report = (files: Record<string, string[]>): Report => ({
  files: Object.fromEntries(
    Object.entries(files).map(([file, statuses]) => [file, { mutants: statuses.map((status) => ({ status })) }]),
  ),
});

describe('tally', () => {
  it('counts the mutants of the files that were asked for by what became of them', () => {
    const found = report({
      'a.ts': ['Killed', 'Killed', 'Survived', 'Ignored', 'CompileError'],
      'b.ts': ['Timeout', 'NoCoverage'],
      'c.ts': ['Survived'],
    });
    expect(tally(found, ['a.ts', 'b.ts'])).toEqual({ killed: 2, timeouts: 1, survived: 1, uncovered: 1 });
  });

  it('is null where one of the files was not measured, and refuses mutants that were not judged', () => {
    expect(tally(report({ 'a.ts': ['Killed'] }), ['a.ts', 'b.ts'])).toBeNull();
    expect(() => tally(report({ 'a.ts': ['Pending'] }), ['a.ts'])).toThrow('not judged: Pending');
    expect(() => tally(report({ 'a.ts': ['RuntimeError'] }), ['a.ts'])).toThrow('not judged: RuntimeError');
  });
});

describe('scoreOf', () => {
  it('counts what ran out of time as killed, and what no test reaches as survived', () => {
    expect(scoreOf({ killed: 2, timeouts: 1, survived: 1, uncovered: 1 })).toBe(60);
  });
});

describe('scoreTable', () => {
  it('has a line for each group and file, and says which were not measured', () => {
    const [first = ''] = groups.tokeniser ?? [];
    const lines = scoreTable(report({ [first]: ['Killed', 'Killed', 'Timeout', 'Survived'] })).split('\n');
    expect(lines).toContain(`| \`${first}\` | 75.0 % | 2 | 1 | 1 | 0 |`);
    expect(lines).toContain('| **planner** | not measured | | | | |');
    expect(lines).toContain('| **tokeniser** | not all measured | | | | |');
    expect(lines.at(-1)).toBe('| **all** | not all measured | | | | |');
    expect(lines).toHaveLength(2 + Object.keys(groups).length + Object.values(groups).flat().length + 1);
  });
});

describe('groups', () => {
  it('are the files that Stryker mutates, all of which exist', () => {
    const { mutate } = JSON.parse(readFileSync(join(root, 'stryker.config.json'), 'utf8')) as { mutate: string[] };
    expect(mutate).toEqual(Object.values(groups).flat());
    expect(mutate.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

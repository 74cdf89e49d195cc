import { describe, expect, it } from 'vitest';
import { outcomeOf, reasonOf, type VitestReport } from './judge.ts';

const report = (...tests: [fullName: string, status: string][]): VitestReport => ({
  testResults: [{ message: '', assertionResults: tests.map(([fullName, status]) => ({ fullName, status })) }],
});

describe('outcomeOf', () => {
  it('is red when one of the tests of that name failed, whatever the others said', () => {
    expect(outcomeOf(report(['walk ends', 'passed'], ['walk ends in time', 'failed']), 'walk ends')).toBe('red');
  });

  it('is green when all that were run passed', () => {
    expect(outcomeOf(report(['walk ends', 'passed'], ['walk ends in time', 'pending']), 'walk ends')).toBe('green');
  });

  it('does not count the failure of another test', () => {
    expect(outcomeOf(report(['walk ends', 'passed'], ['lock ends', 'failed']), 'walk ends')).toBe('green');
  });

  it('is absent, never red, where the file could not be loaded or the test was not run', () => {
    const broken = { testResults: [{ message: 'SyntaxError: x\nat y', assertionResults: [] }] };
    expect(outcomeOf(broken, 'walk ends')).toBe('absent');
    expect(outcomeOf(report(['walk ends', 'pending']), 'walk ends')).toBe('absent');
    expect(outcomeOf(null, 'walk ends')).toBe('absent');
    expect(reasonOf(broken)).toBe('SyntaxError: x');
  });
});

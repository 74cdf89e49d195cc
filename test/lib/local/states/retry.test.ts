import { describe, expect, it } from 'vitest';
import { errorOutput, matchesError, StateFailure } from '../../../../lib/local/states/failure.ts';
import { createRetryPlan, retryInterval } from '../../../../lib/local/states/retry.ts';

const failure = (name: string | null) => new StateFailure(name, 'cause');

describe('retryInterval', () => {
  it('grows from IntervalSeconds by BackoffRate up to MaxDelaySeconds', () => {
    const retrier = { ErrorEquals: ['E'], IntervalSeconds: 3, BackoffRate: 2, MaxDelaySeconds: 10 };
    expect([1, 2, 3, 4].map((attempt) => retryInterval(retrier, attempt))).toEqual([3, 6, 10, 10]);
  });
  it('starts with one second and doubles by default', () => {
    expect([1, 2, 3].map((attempt) => retryInterval({ ErrorEquals: ['E'] }, attempt))).toEqual([1, 2, 4]);
  });
});

describe('createRetryPlan', () => {
  it('allows three retries by default and none with MaxAttempts 0', () => {
    const plan = createRetryPlan([{ ErrorEquals: ['E'] }]);
    expect([1, 2, 3, 4].map(() => plan.next(failure('E')))).toEqual([1000, 2000, 4000, null]);
    expect(createRetryPlan([{ ErrorEquals: ['E'], MaxAttempts: 0 }]).next(failure('E'))).toBeNull();
  });
  it('counts each retrier on its own, and asks only the first that names the error', () => {
    const plan = createRetryPlan([
      { ErrorEquals: ['A'], MaxAttempts: 1, IntervalSeconds: 5 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 1 },
    ]);
    expect(['A', 'B', 'A', 'B'].map((name) => plan.next(failure(name)))).toEqual([5000, 1000, null, null]);
  });
  it('spreads the interval from zero with full jitter', () => {
    const plan = createRetryPlan([{ ErrorEquals: ['E'], IntervalSeconds: 8, JitterStrategy: 'FULL' }], (s) => s / 4);
    expect(plan.next(failure('E'))).toBe(2000);
  });
});

describe('matchesError', () => {
  it.each([
    [['E'], 'E', true],
    [['F'], 'E', false],
    [['States.ALL'], 'E', true],
    [['States.ALL'], null, true],
    [['States.ALL'], 'States.DataLimitExceeded', true],
    [['States.ALL'], 'States.Runtime', false],
    [['States.Runtime'], 'States.Runtime', false],
    [['States.TaskFailed'], 'E', true],
    [['States.TaskFailed'], 'States.Timeout', false],
    [['States.Timeout'], 'States.Timeout', true],
  ])('%j against %s is %s', (errorEquals, name, matches) => {
    expect(matchesError(errorEquals, failure(name))).toBe(matches);
  });
});

describe('errorOutput', () => {
  it('has an empty cause for a timeout and nulls where nothing is known', () => {
    expect(errorOutput(new StateFailure('States.Timeout', null))).toEqual({ Error: 'States.Timeout', Cause: '' });
    expect(errorOutput(new StateFailure(null, null))).toEqual({ Error: null, Cause: null });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorNames } from '../../../lambdas/core/errors.ts';
import { readCause } from '../../../lambdas/promotion/causes.ts';

/** The cause of a function's error, as Lambda makes it. */
const lambdaCause = (errorType: string, errorMessage: string) =>
  JSON.stringify({ errorType, errorMessage, trace: [''] });

/** The cause of a nested execution's failure: its description. */
const childCause = (fields: object) =>
  JSON.stringify({ ExecutionArn: 'arn:aws:states:…', Status: 'FAILED', StopDate: 1_763_000_000_000, ...fields });

const message = 'TableExists: 1 of 2 tables cannot be imported';

describe('readCause', () => {
  it('reads the error of a function', () => {
    const cause = lambdaCause('Promotion.Conflict', message);
    expect(readCause('Promotion.Conflict', cause)).toEqual({ name: 'Promotion.Conflict', message });
  });

  it('reads the error of a nested execution', () => {
    const cause = childCause({ Error: 'Promotion.Conflict', Cause: lambdaCause('Promotion.Conflict', message) });
    expect(readCause('States.TaskFailed', cause)).toEqual({ name: 'Promotion.Conflict', message });
  });

  it('reads through several levels', () => {
    const inner = childCause({ Error: 'Promotion.Quota', Cause: lambdaCause('Promotion.Quota', 'LimitExceeded: x') });
    const outer = childCause({ Error: 'States.TaskFailed', Cause: inner });
    expect(readCause('States.TaskFailed', outer)).toEqual({ name: 'Promotion.Quota', message: 'LimitExceeded: x' });
  });

  it.each(errorNames)('finds %s in a description that was cut anywhere behind it', (name) => {
    const whole = childCause({ Error: name, Cause: lambdaCause(name, message) });
    const from = whole.indexOf(name) + name.length + 1;
    for (let length = from; length < whole.length; length += 7) {
      expect(readCause('States.TaskFailed', whole.slice(0, length)).name).toBe(name);
    }
  });

  it('finds a name of ours in a description with spaces', () => {
    expect(readCause('States.TaskFailed', '{"Error" : "Promotion.Data", "Cau').name).toBe('Promotion.Data');
  });

  it('does not take a name for ours that only looks like it', () => {
    expect(readCause('States.TaskFailed', '{"Error":"Promotion.Nonsense","Cau').name).toBe('Promotion.Transient');
    expect(readCause('Promotion.Nonsense', '').name).toBe('Promotion.Data');
  });

  it.each([
    ['States.Timeout', ''],
    ['States.TaskFailed', childCause({ Status: 'TIMED_OUT' })],
    ['States.TaskFailed', childCause({ Status: 'ABORTED' })],
    ['States.TaskFailed', childCause({ Error: 'States.Timeout' })],
    ['Sandbox.Timedout', 'RequestId: 1 Error: Task timed out after 300.00 seconds'],
    ['Runtime.ExitError', 'RequestId: 1 Error: Runtime exited with error: signal: killed'],
    ['Lambda.TooManyRequestsException', 'Rate Exceeded.'],
    ['Lambda.Unknown', ''],
  ])('calls %s transient: what died may be gone on with', (error, cause) => {
    expect(readCause(error, cause).name).toBe('Promotion.Transient');
  });

  it.each([
    ['States.DataLimitExceeded', 'The state/task returned a result with a size exceeding the maximum'],
    ['States.QueryEvaluationError', "The JSONata expression '$x' returned nothing (undefined)."],
    ['TypeError', lambdaCause('TypeError', "Cannot read properties of undefined (reading 'x')")],
    ['Something.Foreign', '<html>'],
  ])('calls %s a defect in data or tool, and keeps its name in the message', (error, cause) => {
    const found = readCause(error, cause);
    expect(found.name).toBe('Promotion.Data');
    expect(found.message.startsWith(`${error}: `)).toBe(true);
  });

  it('says the error where there is no cause', () => {
    expect(readCause('Promotion.Partial', '').message).toBe('Promotion.Partial');
    expect(readCause('States.Timeout', ' ').message).toBe('States.Timeout: States.Timeout');
  });

  it('never throws, and is short, whatever the error and cause', () => {
    const texts = fc.oneof(fc.string(), fc.json(), fc.constantFrom(childCause({ Error: 5 }), 'null', '[]', '"x"'));
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom(...errorNames)),
        texts,
        fc.nat(20_000),
        (error, cause, more) => {
          const found = readCause(error, cause + 'x'.repeat(more));
          expect(errorNames).toContain(found.name);
          expect(found.message.length).toBeLessThanOrEqual(4000);
        },
      ),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { createWorld, outline, outputOf, single, skippingClock } from './machines.ts';

describe('Pass', () => {
  it('evaluates Output and Assign against the values on entry', async () => {
    const ended = await createWorld().run(
      {
        StartAt: 'First',
        States: {
          First: { Type: 'Pass', Assign: { x: 1, y: '{% $states.input.n %}' }, Next: 'Second' },
          Second: { Type: 'Pass', Assign: { x: 5 }, Output: ['{% $x %}', '{% $y %}'], Next: 'Third' },
          Third: { Type: 'Succeed', Output: { seen: '{% $states.input %}', x: '{% $x %}' } },
        },
      },
      { n: 2 },
    );
    expect(outputOf(ended)).toEqual({ seen: [1, 2], x: 5 });
    expect(ended.events[2]?.details.assignedVariables).toEqual({ x: '1', y: '2' });
  });
  it('sees the context object', async () => {
    const ended = await createWorld().run(single({ Type: 'Pass', Output: '{% $states.context %}', End: true }), {
      a: 1,
    });
    expect(outputOf(ended)).toMatchObject({
      Execution: { Id: ended.executionArn, Name: ended.name, Input: { a: 1 }, RedriveCount: 0 },
      StateMachine: { Id: ended.stateMachineArn, Name: 'machine' },
      State: { Name: 'Only', EnteredTime: expect.stringMatching(/Z$/) },
    });
  });
  it('fails when the output is larger than 256 KiB', async () => {
    const big = single({ Type: 'Pass', Output: `{% $pad('', 262143, 'é') %}`, End: true });
    const ended = await createWorld().run(big);
    expect(ended).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
      cause: "The state/task 'Only' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });
});

describe('Wait', () => {
  it('waits for so many modelled seconds', async () => {
    const clock = skippingClock();
    await createWorld({ clock }).run(single({ Type: 'Wait', Seconds: '{% $states.input.s %}', End: true }), { s: 90 });
    expect(clock.waits).toEqual([90_000]);
  });
  it('waits until a moment, not at all when it is past', async () => {
    const clock = skippingClock();
    const machine = single({ Type: 'Wait', Timestamp: '{% $states.input.at %}', End: true });
    await createWorld({ clock }).run(machine, { at: '2000-01-01T00:00:00Z' });
    const at = new Date(clock.now() + 60_000).toISOString();
    await createWorld({ clock }).run(machine, { at });
    expect(clock.waits[0]).toBe(0);
    expect(clock.waits[1]).toBeGreaterThan(59_000);
    expect(clock.waits[1]).toBeLessThanOrEqual(60_000);
  });
  it('refuses a moment without an offset, after the entry', async () => {
    const ended = await createWorld().run(single({ Type: 'Wait', Timestamp: '{% $states.input %}', End: true }), 'now');
    expect(ended.error).toBe('States.QueryEvaluationError');
    expect(outline(ended)).toEqual([
      '1 <0 ExecutionStarted',
      '2 <0 WaitStateEntered',
      '3 <2 EvaluationFailed',
      '4 <3 ExecutionFailed',
    ]);
  });
  it('refuses negative and broken seconds', async () => {
    for (const seconds of [-1, 1.5, '1']) {
      const wait = single({ Type: 'Wait', Seconds: '{% $states.input %}', End: true });
      expect((await createWorld().run(wait, seconds)).error).toBe('States.QueryEvaluationError');
    }
  });
});

describe('Choice', () => {
  const machine = {
    StartAt: 'Which',
    States: {
      Which: {
        Type: 'Choice',
        Choices: [
          { Condition: '{% $states.input.n > 1 %}', Next: 'Many', Output: 'many', Assign: { rule: 1 } },
          { Condition: '{% $states.input.n = 1 %}', Next: 'Many' },
        ],
        Default: 'None',
        Output: 'default output',
        Assign: { rule: 'default' },
      },
      Many: {
        Type: 'Pass',
        Output: { from: '{% $states.input %}', rule: "{% $exists($rule) ? $rule : 'none' %}" },
        End: true,
      },
      None: { Type: 'Pass', Output: { from: '{% $states.input %}', rule: '{% $rule %}' }, End: true },
    },
  };
  it.each([
    [2, { from: 'many', rule: 1 }],
    [1, { from: { n: 1 }, rule: 'none' }],
    [0, { from: 'default output', rule: 'default' }],
  ])('takes the first true rule, or the default, for %i', async (n, output) => {
    expect(outputOf(await createWorld().run(machine, { n }))).toEqual(output);
  });
  it('fails without a match and a default, beyond any Catch', async () => {
    const ended = await createWorld().run({
      StartAt: 'Which',
      States: { Which: { Type: 'Choice', Choices: [{ Condition: false, Next: 'End' }] }, End: { Type: 'Succeed' } },
    });
    expect(ended.error).toBe('States.Runtime');
    expect(ended.cause).toContain("'Which' (entered at the event id #2). Failed to transition out of the state.");
  });
  it('refuses a condition that is not a boolean', async () => {
    const which = { Type: 'Choice', Choices: [{ Condition: "{% 'yes' %}", Next: 'End' }], Default: 'End' };
    const ended = await createWorld().run({ StartAt: 'Which', States: { Which: which, End: { Type: 'Succeed' } } });
    expect(ended.cause).toContain("Expected 'boolean', but was 'string' for value: \"yes\"");
  });
});

describe('Fail', () => {
  it('ends the execution with its error and cause', async () => {
    const fail = single({ Type: 'Fail', Error: '{% $states.input.name %}', Cause: 'on purpose' });
    const ended = await createWorld().run(fail, { name: 'Own.Error' });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Own.Error', cause: 'on purpose', output: null });
    expect(outline(ended).at(-1)).toBe('3 <2 ExecutionFailed');
  });
});

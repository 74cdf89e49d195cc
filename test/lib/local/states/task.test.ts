import { describe, expect, it } from 'vitest';
import { createWorld, errorNamed, FUNCTION, outline, outputOf, single, skippingClock } from './machines.ts';

const INVOKE = 'arn:aws:states:::lambda:invoke';
const invoke = (more: object = {}) => ({
  Type: 'Task',
  Resource: INVOKE,
  Arguments: { FunctionName: FUNCTION, Payload: '{% $states.input %}' },
  ...more,
});

describe('lambda:invoke', () => {
  it('answers what the Invoke API does, with the payload read', async () => {
    const { run, rights } = createWorld({ work: (input) => ({ got: input }) });
    const ended = await run(single(invoke({ End: true })), { n: 1 });
    expect(outputOf(ended)).toMatchObject({
      ExecutedVersion: '$LATEST',
      Payload: { got: { n: 1 } },
      SdkResponseMetadata: { RequestId: 'request-1' },
      StatusCode: 200,
    });
    expect(rights).toEqual([{ action: 'lambda:InvokeFunction', resource: FUNCTION }]);
    expect(outline(ended)).toEqual([
      '1 <0 ExecutionStarted',
      '2 <0 TaskStateEntered',
      '3 <2 TaskScheduled',
      '4 <3 TaskStarted',
      '5 <4 TaskSucceeded',
      '6 <5 TaskStateExited',
      '7 <6 ExecutionSucceeded',
    ]);
  });
  it('takes a plain name for a function of its own account, with its qualifier', async () => {
    const { run, rights } = createWorld({ work: () => 1 });
    await run(single(invoke({ Arguments: { FunctionName: 'work', Qualifier: 'live' }, End: true })));
    expect(rights[0]?.resource).toBe(`${FUNCTION}:live`);
  });
  it.each([
    ['{% null %}', {}],
    ['"text"', 'text'],
    ['[1]', [1]],
    [{ a: 1 }, { a: 1 }],
  ])('sends the payload %j as %j', async (Payload, seen) => {
    const { run } = createWorld({ work: (input) => input });
    const ended = await run(single(invoke({ Arguments: { FunctionName: FUNCTION, Payload }, End: true })));
    expect(outputOf(ended)).toMatchObject({ Payload: seen });
  });
  it('refuses a text that is not JSON and unknown arguments', async () => {
    const { run } = createWorld({ work: (input) => input });
    const text = { FunctionName: FUNCTION, Payload: 'not json' };
    expect((await run(single(invoke({ Arguments: text, End: true })))).error).toBe(
      'Lambda.InvalidRequestContentException',
    );
    const unknown = '{% {"FunctionName": "work", "InvocationType": "Event"} %}';
    const ended = await run(single(invoke({ Arguments: unknown, End: true })), {}, 'other');
    expect(ended.cause).toContain("'InvocationType'");
  });
  it("fails with the function's error type, the payload as cause", async () => {
    const { run } = createWorld({
      work: () => {
        throw errorNamed('Own.Error', 'too bad');
      },
    });
    const ended = await run(single(invoke({ End: true })));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Own.Error' });
    expect(JSON.parse(ended.cause ?? '')).toEqual({ errorType: 'Own.Error', errorMessage: 'too bad' });
  });
  it('is Lambda.Unknown when the function gives no error type', async () => {
    const { run } = createWorld({
      work: () => {
        throw Object.assign(new Error('Task timed out'), { name: undefined });
      },
    });
    const ended = await run(single(invoke({ End: true })));
    expect(ended.error).toBe('Lambda.Unknown');
    expect(ended.cause).toContain('Lambda did not return an error type. Returned payload: {"errorMessage"');
  });
  it('fails with the error of a missing function, or of a refused right', async () => {
    expect((await createWorld().run(single(invoke({ End: true })))).error).toBe('Lambda.ResourceNotFoundException');
    const { run } = createWorld({ work: () => 1, denied: 'lambda:InvokeFunction' });
    expect((await run(single(invoke({ End: true })))).error).toBe('States.Permissions');
  });
  it('fails for a result beyond 256 KiB, which States.ALL catches', async () => {
    const { run } = createWorld({ work: () => 'a'.repeat(263_168) });
    const ended = await run({
      StartAt: 'Call',
      States: {
        Call: invoke({ End: true, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] }),
        Caught: { Type: 'Pass', End: true },
      },
    });
    expect(outputOf(ended)).toEqual({
      Error: 'States.DataLimitExceeded',
      Cause:
        "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });
});

describe('a function as resource', () => {
  it('gets the input when there are no arguments, and its answer is the result', async () => {
    const { run } = createWorld({ work: (input) => [input] });
    const task = { Type: 'Task', Resource: FUNCTION, Output: '{% $states.result[0] %}', End: true };
    const ended = await run(single(task), { n: 1 });
    expect(outputOf(ended)).toEqual({ n: 1 });
    expect(ended.events.map(({ type }) => type).slice(2, 5)).toEqual([
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
    ]);
  });
  it('answers null for a function that returns nothing', async () => {
    const { run } = createWorld({ work: () => undefined });
    expect(outputOf(await run(single({ Type: 'Task', Resource: FUNCTION, End: true })))).toBeNull();
  });
});

describe('Retry and Catch', () => {
  it('retries with growing intervals on the modelled clock and counts them in the context', async () => {
    const clock = skippingClock();
    const seen: unknown[] = [];
    const { run } = createWorld({
      clock,
      work: (input) => {
        seen.push(input);
        if (seen.length < 3) throw errorNamed('Busy');
        return 'done';
      },
    });
    const ended = await run(
      single(
        invoke({
          Arguments: { FunctionName: FUNCTION, Payload: { try: '{% $states.context.State.RetryCount %}' } },
          Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 3 }],
          End: true,
        }),
      ),
    );
    expect(ended.status).toBe('SUCCEEDED');
    expect(seen).toEqual([{ try: 0 }, { try: 1 }, { try: 2 }]);
    expect(clock.waits).toEqual([2000, 6000]);
  });
  it('catches with Output and Assign, which see the error and the input', async () => {
    const { run } = createWorld({
      work: () => {
        throw errorNamed('Bad');
      },
    });
    const ended = await run(
      {
        StartAt: 'Call',
        States: {
          Call: invoke({
            Catch: [
              { ErrorEquals: ['Other'], Next: 'End' },
              {
                ErrorEquals: ['Bad'],
                Assign: { error: '{% $states.errorOutput.Error %}' },
                Output: { input: '{% $states.input %}' },
                Next: 'End',
              },
            ],
            Next: 'End',
          }),
          End: { Type: 'Succeed', Output: ['{% $error %}', '{% $states.input.input %}'] },
        },
      },
      { n: 1 },
    );
    expect(outputOf(ended)).toEqual(['Bad', { n: 1 }]);
  });
  it('catches a failed expression, and not one inside the catcher', async () => {
    const task = invoke({
      Arguments: '{% $nothing %}',
      Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Output: '{% $states.nothing %}', Next: 'End' }],
      Next: 'End',
    });
    const ended = await createWorld().run({ StartAt: 'Call', States: { Call: task, End: { Type: 'Succeed' } } });
    expect(ended.cause).toContain("specified for the field 'Catch[0]/Output' returned nothing (undefined).");
    expect(ended.events.filter(({ type }) => type === 'EvaluationFailed')).toHaveLength(2);
  });
  it('retries a failing Output with the whole task', async () => {
    let calls = 0;
    const { run } = createWorld({ work: () => ++calls });
    const task = invoke({
      Output: "{% $states.result.Payload < 2 ? $nothing : 'ok' %}",
      Retry: [{ ErrorEquals: ['States.ALL'] }],
      End: true,
    });
    expect(outputOf(await run(single(task)))).toBe('ok');
    expect(calls).toBe(2);
  });
});

describe('TimeoutSeconds', () => {
  it('ends a task after real seconds with States.Timeout and no cause', async () => {
    const { run } = createWorld({ work: () => new Promise(() => {}) });
    const ended = await run({
      StartAt: 'Call',
      States: {
        Call: invoke({ TimeoutSeconds: 1, Next: 'End', Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'End' }] }),
        End: { Type: 'Succeed' },
      },
    });
    expect(outputOf(ended)).toEqual({ Error: 'States.Timeout', Cause: '' });
    expect(ended.events.find(({ type }) => type === 'TaskTimedOut')?.details).toMatchObject({
      error: 'States.Timeout',
    });
    expect(ended.events.find(({ type }) => type === 'TaskScheduled')?.details).toMatchObject({ timeoutInSeconds: 1 });
  });
  it('must be at least one second when it is evaluated', async () => {
    const { run } = createWorld({ work: () => 1 });
    const ended = await run(single(invoke({ TimeoutSeconds: '{% 0 %}', End: true })));
    expect(ended.cause).toContain("The field 'TimeoutSeconds' must be at least 1.");
  });
});

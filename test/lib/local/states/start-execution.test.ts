import { describe, expect, it } from 'vitest';
import { createWorld, MACHINE, outputOf, single, stoppedClock } from './machines.ts';

const CHILD = MACHINE.replace(/machine$/, 'child');
const start = (resource: string, args: object = {}) =>
  single({
    Type: 'Task',
    Resource: `arn:aws:states:::${resource}`,
    Arguments: { StateMachineArn: CHILD, ...args },
    End: true,
  });
const wait = single({ Type: 'Wait', Seconds: 60, End: true });
const echo = single({ Type: 'Pass', Output: { got: '{% $states.input %}' }, End: true });
const fail = single({ Type: 'Fail', Error: 'Child.Error', Cause: 'broken' });

describe('states:startExecution.sync:2', () => {
  it("answers the child's description with input and output read", async () => {
    const { run, create } = createWorld();
    create(echo, 'child');
    const Input = { n: 1, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: '{% $states.context.Execution.Id %}' };
    const ended = await run(start('states:startExecution.sync:2', { Input, Name: 'first' }));
    const input = { n: 1, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: ended.executionArn };
    expect(outputOf(ended)).toEqual({
      ExecutionArn: `${CHILD.replace(':stateMachine:', ':execution:')}:first`,
      Input: input,
      InputDetails: { Included: true },
      Name: 'first',
      Output: { got: input },
      OutputDetails: { Included: true },
      StartDate: expect.any(Number),
      StateMachineArn: CHILD,
      Status: 'SUCCEEDED',
      StopDate: expect.any(Number),
    });
    expect(ended.events.map(({ type }) => type).slice(2, 6)).toEqual([
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
    ]);
  });
  it('fails with States.TaskFailed and the description as cause', async () => {
    const { run, create } = createWorld();
    create(fail, 'child');
    const ended = await run(start('states:startExecution.sync:2'));
    expect(ended.error).toBe('States.TaskFailed');
    expect(ended.cause).toContain('"Error":"Child.Error"');
    expect(JSON.parse(ended.cause ?? '')).toMatchObject({ Cause: 'broken', Input: '{}', Status: 'FAILED' });
  });
  it('asks for the rights to watch and stop the child, and for the rule of its events', async () => {
    const { run, create, rights } = createWorld();
    create(echo, 'child');
    await run(start('states:startExecution.sync:2'));
    const rule = 'arn:aws:events:us-east-1:111111111111:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule';
    const children = `${CHILD.replace(':stateMachine:', ':execution:')}:*`;
    expect(rights).toEqual([
      { action: 'states:DescribeExecution', resource: children },
      { action: 'states:StopExecution', resource: children },
      { action: 'events:PutTargets', resource: rule },
      { action: 'events:PutRule', resource: rule },
      { action: 'events:DescribeRule', resource: rule },
      { action: 'states:StartExecution', resource: CHILD },
    ]);
  });
  it('aborts the child when the parent is stopped', async () => {
    const { engine, create } = createWorld({ clock: stoppedClock() });
    create(wait, 'child');
    const parent = engine.startExecution({ stateMachineArn: create(start('states:startExecution.sync:2')) });
    await expect
      .poll(() => engine.listExecutions({ stateMachineArn: CHILD, mapRunArn: null, status: 'RUNNING' }))
      .toHaveLength(1);
    engine.stopExecution({ executionArn: parent.executionArn });
    await engine.executionEnded(parent.executionArn);
    expect(engine.listExecutions({ stateMachineArn: CHILD, mapRunArn: null, status: null })).toMatchObject([
      { status: 'ABORTED' },
    ]);
    expect(parent.status).toBe('ABORTED');
  });
  it('reports an aborted child as States.TaskFailed', async () => {
    const { engine, create } = createWorld({ clock: stoppedClock() });
    create(wait, 'child');
    const stateMachineArn = create(start('states:startExecution.sync:2', { Name: 'first' }));
    const parent = engine.startExecution({ stateMachineArn });
    const child = `${CHILD.replace(':stateMachine:', ':execution:')}:first`;
    await expect
      .poll(() => engine.listExecutions({ stateMachineArn: CHILD, mapRunArn: null, status: null }))
      .toHaveLength(1);
    engine.stopExecution({ executionArn: child, error: 'Stop', cause: 'by hand' });
    const ended = await engine.executionEnded(parent.executionArn);
    expect(JSON.parse(ended.cause ?? '')).toMatchObject({ Status: 'ABORTED', Error: 'Stop', Cause: 'by hand' });
  });
});

describe('states:startExecution', () => {
  it('answers as soon as the child has started', async () => {
    const { run, create } = createWorld();
    create(fail, 'child');
    const ended = await run(start('states:startExecution'));
    expect(outputOf(ended)).toMatchObject({ ExecutionArn: expect.stringContaining(':execution:child:') });
  });
  it('fails for a machine that does not exist and for a used name', async () => {
    const { run, create } = createWorld();
    const missing = await run(start('states:startExecution'), {}, 'a');
    expect(missing.error).toBe('StepFunctions.StateMachineDoesNotExistException');
    expect(missing.cause).toMatch(
      /^State Machine Does Not Exist: '.*child' \(Service: AWSStepFunctions; Status Code: 400;/,
    );
    create(echo, 'child');
    await run(start('states:startExecution.sync', { Name: 'once' }), {}, 'b');
    const used = await run(start('states:startExecution', { Name: 'once' }), {}, 'c');
    expect(used.error).toBe('StepFunctions.ExecutionAlreadyExistsException');
    const sdk = await run(start('aws-sdk:sfn:startExecution', { Name: 'once' }), {}, 'd');
    expect(sdk.error).toBe('Sfn.ExecutionAlreadyExistsException');
  });
});

describe('states:startExecution.sync', () => {
  it('leaves input and output of the child as texts', async () => {
    const { run, create } = createWorld();
    create(echo, 'child');
    const ended = await run(start('states:startExecution.sync', { Input: { n: 1 } }));
    expect(outputOf(ended)).toMatchObject({ Input: '{"n":1}', Output: '{"got":{"n":1}}' });
  });
});

import { describe, expect, it } from 'vitest';
import type { ServiceError } from '../../../../lib/local/service.ts';
import { createWorld, MACHINE, outline, ROLE, single, stoppedClock } from './machines.ts';

const pass = single({ Type: 'Pass', End: true });
const wait = single({ Type: 'Wait', Seconds: 60, End: true });
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as ServiceError).code;
  }
  return 'none';
};

describe('createStateMachine', () => {
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', ...pass });
  const input = { arn: MACHINE, name: 'machine', roleArn: ROLE, definition, type: 'STANDARD' };
  it.each([
    [{ arn: 'arn:aws:s3:::bucket' }, 'InvalidArn'],
    [{ name: 'a b' }, 'InvalidName'],
    [{ type: 'EXPRESS' }, 'StateMachineTypeNotSupported'],
    [{ definition: '{}' }, 'InvalidDefinition'],
    [{}, 'none'],
  ])('with %j answers %s', (change, code) => {
    expect(codeOf(() => createWorld().engine.createStateMachine({ ...input, ...change }))).toBe(code);
  });
  it('refuses a second machine of the same ARN and shows the first', () => {
    const { engine } = createWorld();
    engine.createStateMachine(input);
    expect(codeOf(() => engine.createStateMachine(input))).toBe('StateMachineAlreadyExists');
    expect(engine.describeStateMachine(MACHINE)).toMatchObject({ definition, roleArn: ROLE, type: 'STANDARD' });
    expect(engine.listStateMachines().map(({ arn }) => arn)).toEqual([MACHINE]);
  });
});

describe('startExecution', () => {
  it('answers the running execution for the same name and input', () => {
    const { engine, create } = createWorld({ clock: stoppedClock() });
    const call = { stateMachineArn: create(wait), name: 'once', input: '{"a":1}' };
    const first = engine.startExecution(call);
    expect(first.executionArn).toBe(`${MACHINE.replace(':stateMachine:', ':execution:')}:once`);
    expect(engine.startExecution(call)).toBe(first);
    expect(codeOf(() => engine.startExecution({ ...call, input: '{"a":2}' }))).toBe('ExecutionAlreadyExists');
    engine.stopExecution({ executionArn: first.executionArn });
    expect(codeOf(() => engine.startExecution(call))).toBe('ExecutionAlreadyExists');
  });
  it.each([
    [{ name: 'a:b' }, 'InvalidName'],
    [{ name: 'x'.repeat(81) }, 'InvalidName'],
    [{ input: 'no json' }, 'InvalidExecutionInput'],
    [{ input: JSON.stringify('é'.repeat(131_072)) }, 'InvalidExecutionInput'],
    [{ stateMachineArn: `${MACHINE}2` }, 'StateMachineDoesNotExist'],
    [{ stateMachineArn: 'machine' }, 'InvalidArn'],
    [{ input: '"text"' }, 'none'],
  ])('with %.60j answers %s', (change, code) => {
    const { engine, create } = createWorld();
    const stateMachineArn = create(pass);
    expect(codeOf(() => engine.startExecution({ stateMachineArn, ...change }))).toBe(code);
  });
});

describe('stopExecution', () => {
  it('aborts at once, with the event that follows no other', async () => {
    const { engine, create } = createWorld({ clock: stoppedClock() });
    const execution = engine.startExecution({ stateMachineArn: create(wait) });
    await expect.poll(() => execution.events.length).toBe(2);
    engine.stopExecution({ executionArn: execution.executionArn, error: 'Stop', cause: 'by hand' });
    expect(execution).toMatchObject({ status: 'ABORTED', error: 'Stop', cause: 'by hand', output: null });
    await engine.executionEnded(execution.executionArn);
    expect(outline(execution)).toEqual(['1 <0 ExecutionStarted', '2 <0 WaitStateEntered', '3 <0 ExecutionAborted']);
  });
  it('leaves an ended execution as it is', async () => {
    const { engine, run } = createWorld();
    const ended = await run(pass);
    expect(engine.stopExecution({ executionArn: ended.executionArn })).toMatchObject({ status: 'SUCCEEDED' });
    expect(codeOf(() => engine.stopExecution({ executionArn: `${ended.executionArn}x` }))).toBe(
      'ExecutionDoesNotExist',
    );
  });
});

describe('TimeoutSeconds of a machine', () => {
  it('ends the execution after real seconds, past every Catch', async () => {
    const { engine, create } = createWorld({ clock: stoppedClock() });
    const { executionArn } = engine.startExecution({ stateMachineArn: create({ ...wait, TimeoutSeconds: 1 }) });
    const ended = await engine.executionEnded(executionArn);
    expect(ended).toMatchObject({ status: 'TIMED_OUT', error: null });
    expect(outline(ended).at(-1)).toBe('3 <0 ExecutionTimedOut');
  });
});

describe('the limit of 25,000 events', () => {
  it('fails an execution that loops for ever, with the last event in the last place', async () => {
    const again = { Type: 'Choice', Choices: [{ Condition: false, Next: 'End' }], Default: 'Again' };
    const ended = await createWorld().run({ StartAt: 'Again', States: { Again: again, End: { Type: 'Succeed' } } });
    expect(ended.error).toBe('States.Runtime');
    expect(ended.cause).toBe('The execution reached the maximum number of history events (25000).');
    expect(ended.events.at(-1)).toMatchObject({ id: 25_000, type: 'ExecutionFailed' });
  });
});

describe('listExecutions', () => {
  it('lists by machine and status, newest first', async () => {
    const { engine, create } = createWorld();
    const stateMachineArn = create(pass);
    const other = create(pass, 'other');
    const names = ['a', 'b'].map((name) => engine.startExecution({ stateMachineArn, name }).name);
    engine.startExecution({ stateMachineArn: other });
    const list = (status: string | null) => engine.listExecutions({ stateMachineArn, mapRunArn: null, status });
    expect(list('RUNNING').map(({ name }) => name)).toEqual([...names].reverse());
    await Promise.all(list(null).map(({ executionArn }) => engine.executionEnded(executionArn)));
    expect(list('RUNNING')).toEqual([]);
    expect(list('SUCCEEDED')).toHaveLength(2);
    expect(codeOf(() => engine.describeMapRun(MACHINE))).toBe('InvalidArn');
    const mapRun = `${MACHINE.replace(':stateMachine:', ':mapRun:')}/x:y`;
    expect(codeOf(() => engine.describeMapRun(mapRun))).toBe('ResourceNotFound');
  });
});

describe('onEvent', () => {
  it('tells each event as it happens, until the subscription ends', async () => {
    const { engine, run } = createWorld();
    const told: string[] = [];
    const unsubscribe = engine.onEvent(({ event, stateMachineArn }) => told.push(`${stateMachineArn} ${event.type}`));
    const ended = await run(pass);
    expect(told).toEqual(ended.events.map(({ type }) => `${MACHINE} ${type}`));
    unsubscribe();
    await run(pass, {}, 'other');
    expect(told).toHaveLength(ended.events.length);
  });
});

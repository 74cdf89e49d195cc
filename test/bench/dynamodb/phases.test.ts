import { describe, expect, it } from 'vitest';
import { createPhaseClock, phases } from '../../../bench/dynamodb/phases.ts';

const machine = 'arn:aws:states:us-east-1:111111111111:stateMachine:cross-account-promoter-dynamodb';

function makeClock() {
  let time = 0;
  const clock = createPhaseClock(() => time);
  const note = (at: number, execution: string, type: string, details: object = {}, stateMachineArn = machine) => {
    time = at * 1000;
    const event = { id: 1, previousEventId: 0, type, timestamp: 0, details: { ...details } };
    clock.note({ executionArn: execution, stateMachineArn, event });
  };
  const state = (from: number, to: number, execution: string, name: string, arn = machine) => {
    note(from, execution, 'TaskStateEntered', { name }, arn);
    note(to, execution, 'TaskStateExited', { name }, arn);
  };
  return { clock, note, state };
}

describe('a phase clock', () => {
  it('adds up the states of a phase, and leaves the rest to what lies between', () => {
    const { clock, state } = makeClock();
    state(1, 2, 'import', 'Prepare tables');
    state(2, 5, 'import', 'Copy segments');
    state(5, 5.5, 'import', 'Collect copies');
    state(6, 7, 'verify', 'Compare segments');
    expect(clock.seconds(10)).toEqual({
      export: 0,
      plan: 0,
      prepare: 1,
      copy: 3.5,
      finalize: 0,
      verify: 1,
      between: 4.5,
    });
  });

  it('knows by the verb of the execution what the loop did', () => {
    const { clock, note, state } = makeClock();
    note(0, 'one', 'ExecutionStarted', { input: '{"verb":"export"}' });
    note(0, 'two', 'ExecutionStarted', { input: '{"verb":"plan"}' });
    state(1, 3, 'one', 'Do');
    state(3, 4, 'two', 'Do');
    expect(clock.seconds(4)).toMatchObject({ export: 2, plan: 1, between: 1 });
  });

  it('counts no child of a Distributed Map beside its Map, and no other machine', () => {
    const { clock, state } = makeClock();
    state(0, 5, 'child', 'Copy segments', `${machine}/copy`);
    state(0, 5, 'parent', 'Prepare tables', machine.replace('-dynamodb', '-promotion'));
    const { between, ...rest } = clock.seconds(5);
    expect(between).toBe(5);
    expect(Object.values(rest)).toEqual(Array(phases.length - 1).fill(0));
  });
});

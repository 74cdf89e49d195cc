import { describe, expect, it } from 'vitest';
import { createWorld, errorNamed, FUNCTION, outline, outputOf, stoppedClock } from './machines.ts';

const branch = (state: object) => ({
  StartAt: `In ${JSON.stringify(state).length}`,
  States: { [`In ${JSON.stringify(state).length}`]: state },
});
const parallel = (branches: object[], more: object = { End: true }) => ({
  StartAt: 'Both',
  States: { Both: { Type: 'Parallel', Branches: branches, ...more } },
});
const boom = {
  work: () => {
    throw errorNamed('Boom');
  },
};

describe('Parallel', () => {
  it('answers the outputs in the order of the branches, whichever ends first', async () => {
    const slow = branch({ Type: 'Wait', Seconds: 9, Output: 'slow', End: true });
    const quick = branch({ Type: 'Pass', Output: '{% $states.input.a %}', End: true });
    const ended = await createWorld().run(parallel([slow, quick], { Arguments: { a: 'quick' }, End: true }));
    expect(outputOf(ended)).toEqual(['slow', 'quick']);
  });
  it('keeps the variables of a branch inside it', async () => {
    const sets = branch({ Type: 'Pass', Assign: { x: 2 }, Output: '{% $x %}', End: true });
    const ended = await createWorld().run({
      StartAt: 'Set',
      States: {
        Set: { Type: 'Pass', Assign: { x: 1 }, Next: 'Both' },
        Both: { Type: 'Parallel', Branches: [sets], Output: ['{% $states.result[0] %}', '{% $x %}'], End: true },
      },
    });
    expect(outputOf(ended)).toEqual([1, 1]);
  });
  it('stops the other branches at the first failure and records them as aborted', async () => {
    const fails = branch({ Type: 'Task', Resource: FUNCTION, End: true });
    const waits = branch({ Type: 'Wait', Seconds: 60, End: true });
    const ended = await createWorld({ ...boom, clock: stoppedClock() }).run(parallel([fails, waits]));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Boom' });
    const types = ended.events.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['TaskStateAborted', 'WaitStateAborted', 'ParallelStateFailed']));
  });
  it('starts all branches again on a retry', async () => {
    let calls = 0;
    const { run } = createWorld({
      work: () => {
        calls += 1;
        if (calls === 1) throw errorNamed('Boom');
        return calls;
      },
    });
    const fails = branch({ Type: 'Task', Resource: FUNCTION, End: true });
    const ended = await run(parallel([fails], { Retry: [{ ErrorEquals: ['Boom'] }], End: true }));
    expect(outputOf(ended)).toEqual([2]);
    expect(outline(ended)).toContain('9 <7 ParallelStateStarted');
  });
});

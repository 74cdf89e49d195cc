import { describe, expect, it } from 'vitest';
import { createWorld, errorNamed, FUNCTION, outline, outputOf, single, stoppedClock } from './machines.ts';

const map = (processor: object, more: object = {}) =>
  single({ Type: 'Map', ItemProcessor: { StartAt: 'Do', States: { Do: processor } }, End: true, ...more });
const task = { Type: 'Task', Resource: FUNCTION, End: true };

describe('an inline Map', () => {
  it('runs each item and keeps their order', async () => {
    const { run } = createWorld({ work: (input) => Number(input) * 2 });
    expect(outputOf(await run(map(task), [1, 2, 3]))).toEqual([2, 4, 6]);
  });
  it('gives each iteration its index and value, and an input by ItemSelector', async () => {
    const Output = ['{% $states.context.Map.Item.Index %}', '{% $states.input %}'];
    const ItemSelector = { all: '{% $states.input.list %}', one: '{% $states.context.Map.Item.Value %}' };
    const items = { Items: '{% $states.input.list %}', ItemSelector };
    const ended = await createWorld().run(map({ Type: 'Pass', Output, End: true }, items), { list: ['a', 'b'] });
    expect(outputOf(ended)).toEqual([
      [0, { all: ['a', 'b'], one: 'a' }],
      [1, { all: ['a', 'b'], one: 'b' }],
    ]);
  });
  it('reads outer variables and keeps its own', async () => {
    const processor = { Type: 'Pass', Assign: { own: 1 }, Output: '{% $outer + $states.input %}', End: true };
    const ended = await createWorld().run({
      StartAt: 'Set',
      States: {
        Set: { Type: 'Pass', Assign: { outer: 10 }, Output: [1, 2], Next: 'Each' },
        Each: { Type: 'Map', ItemProcessor: { StartAt: 'Do', States: { Do: processor } }, Next: 'End' },
        End: { Type: 'Succeed', Output: { sums: '{% $states.input %}', own: '{% $exists($own) %}' } },
      },
    });
    expect(outputOf(ended)).toEqual({ sums: [11, 12], own: false });
  });
  it.each([
    [{}, 40],
    [{ MaxConcurrency: 0 }, 40],
    [{ MaxConcurrency: 3 }, 3],
    [{ MaxConcurrency: 99 }, 40],
  ])('runs with %j at most %i items at once', async (more, most) => {
    let open = 0;
    let peak = 0;
    const { run } = createWorld({
      async work() {
        open += 1;
        peak = Math.max(peak, open);
        await new Promise((resolve) => setTimeout(resolve, 2));
        open -= 1;
        return null;
      },
    });
    await run(
      map(task, more),
      Array.from({ length: 60 }, (_, i) => i),
    );
    expect(peak).toBe(most);
  });
  it('fails with the first failed iteration and aborts the others', async () => {
    const { run } = createWorld({
      clock: stoppedClock(),
      work: () => {
        throw errorNamed('Boom');
      },
    });
    const Do = { Type: 'Choice', Choices: [{ Condition: '{% $states.input = 1 %}', Next: 'Call' }], Default: 'Wait' };
    const States = { Do, Call: task, Wait: { Type: 'Wait', Seconds: 9, End: true } };
    const ended = await run(single({ Type: 'Map', ItemProcessor: { StartAt: 'Do', States }, End: true }), [0, 1, 2]);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Boom' });
    const types = ended.events.map(({ type }) => type);
    expect(types.filter((type) => type === 'MapIterationFailed')).toHaveLength(1);
    expect(types.filter((type) => type === 'MapIterationAborted')).toHaveLength(2);
    expect(types.slice(-2)).toEqual(['MapStateFailed', 'ExecutionFailed']);
  });
  it('records the iterations as the service does', async () => {
    const ended = await createWorld().run(map({ Type: 'Pass', End: true }, { MaxConcurrency: 1 }), [1, 2]);
    expect(outline(ended).slice(2)).toEqual([
      '3 <2 MapStateStarted',
      '4 <3 MapIterationStarted',
      '5 <4 PassStateEntered',
      '6 <5 PassStateExited',
      '7 <6 MapIterationSucceeded',
      '8 <6 MapIterationStarted',
      '9 <8 PassStateEntered',
      '10 <9 PassStateExited',
      '11 <10 MapIterationSucceeded',
      '12 <11 MapStateSucceeded',
      '13 <11 MapStateExited',
      '14 <13 ExecutionSucceeded',
    ]);
  });
  it.each([
    [{ a: 1 }, '{"a":1}'],
    [null, 'null'],
  ])('refuses the input %j', async (input, shown) => {
    const ended = await createWorld().run(map({ Type: 'Pass', End: true }), input);
    expect(ended.cause).toContain(`Map state input must be an array but was: ${shown}`);
  });
});

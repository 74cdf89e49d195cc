import { describe, expect, it } from 'vitest';
import {
  createWorld,
  errorNamed,
  FUNCTION,
  MACHINE,
  outline,
  outputOf,
  single,
  stoppedClock,
  type World,
} from './machines.ts';

const ProcessorConfig = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
const task = { Type: 'Task', Resource: FUNCTION, End: true };
const map = (more: object = {}, Do: object = task) =>
  single({
    Type: 'Map',
    Label: 'Segments',
    ItemProcessor: { ProcessorConfig, StartAt: 'Do', States: { Do } },
    End: true,
    ...more,
  });
const failOdd = {
  work: (input: unknown) => {
    if (Number(input) % 2 === 1) throw errorNamed('Odd');
    return input;
  },
};
const reader = (InputType: string, more: object = {}, place: object = {}) => ({
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType, ...more },
    Arguments: { Bucket: 'bucket', Key: '{% $states.input.key %}', ...place },
  },
});
const onlyMapRun = ({ engine }: World, executionArn: string) => {
  const [mapRun] = engine.listMapRuns(executionArn);
  if (!mapRun) throw new Error('no Map Run');
  return mapRun;
};

describe('a distributed Map', () => {
  it('runs each item as an execution of its own', async () => {
    const world = createWorld({ work: (input) => ({ seen: input }) });
    const ended = await world.run(map(), ['a', 'b']);
    expect(outputOf(ended)).toEqual([{ seen: 'a' }, { seen: 'b' }]);
    const mapRun = onlyMapRun(world, ended.executionArn);
    expect(mapRun.mapRunArn).toMatch(/^arn:aws:states:us-east-1:111111111111:mapRun:machine\/Segments:[0-9a-f-]{36}$/);
    const children = world.engine.listExecutions({ stateMachineArn: null, mapRunArn: mapRun.mapRunArn, status: null });
    expect(children).toHaveLength(2);
    for (const child of children) {
      expect(child.executionArn).toMatch(
        /^arn:aws:states:us-east-1:111111111111:execution:machine\/Segments:[0-9a-f-]{36}$/,
      );
      expect(child).toMatchObject({ stateMachineArn: `${MACHINE}/Segments`, mapRun: { itemCount: 1 } });
      expect(child.events[0]?.type).toBe('ExecutionStarted');
    }
    expect(world.engine.listExecutions({ stateMachineArn: MACHINE, mapRunArn: null, status: null })).toHaveLength(1);
  });
  it('shows only the Map Run in the history of the parent', async () => {
    const ended = await createWorld({ work: (input) => input }).run(map(), [1]);
    expect(outline(ended).slice(2)).toEqual([
      '3 <2 MapStateStarted',
      '4 <3 MapRunStarted',
      '5 <4 MapRunSucceeded',
      '6 <5 MapStateSucceeded',
      '7 <4 MapStateExited',
      '8 <7 ExecutionSucceeded',
    ]);
  });
  it('gives children no outer variables, and ItemSelector all of them', async () => {
    const Do = { Type: 'Pass', Output: { got: '{% $states.input %}', outer: '{% $exists($outer) %}' }, End: true };
    const Each = {
      Type: 'Map',
      ItemSelector: { item: '{% $states.context.Map.Item.Value %}', run: '{% $outer %}' },
      ItemProcessor: { ProcessorConfig, StartAt: 'Do', States: { Do } },
      End: true,
    };
    const Assigning = { Type: 'Pass', Assign: { outer: 7 }, Output: ['a'], Next: 'Each' };
    const ended = await createWorld().run({ StartAt: 'Set', States: { Set: Assigning, Each } });
    expect(outputOf(ended)).toEqual([{ got: { item: 'a', run: 7 }, outer: false }]);
  });
  it('fails at the first failed child without a tolerance', async () => {
    const world = createWorld(failOdd);
    const ended = await world.run(map({ MaxConcurrency: 1 }), [0, 1, 2, 3]);
    expect(ended.error).toBe('States.ExceedToleratedFailureThreshold');
    expect(ended.cause).toBe('The specified tolerated failure threshold was exceeded');
    const mapRun = onlyMapRun(world, ended.executionArn);
    expect(mapRun).toMatchObject({ status: 'FAILED', itemCounts: { succeeded: 1, failed: 1, pending: 2, running: 0 } });
    expect(outline(ended).slice(4)).toEqual(['5 <4 MapRunFailed', '6 <5 MapStateFailed', '7 <6 ExecutionFailed']);
  });
  it.each([
    [{ ToleratedFailureCount: 2 }, 'SUCCEEDED'],
    [{ ToleratedFailureCount: 1 }, 'FAILED'],
    [{ ToleratedFailurePercentage: 50 }, 'SUCCEEDED'],
    [{ ToleratedFailurePercentage: 49.9 }, 'FAILED'],
    [{ ToleratedFailureCount: 1, ToleratedFailurePercentage: 100 }, 'FAILED'],
    [{ ToleratedFailurePercentage: '{% 100 %}' }, 'SUCCEEDED'],
  ])('with %j two failures of four are %s', async (tolerance, status) => {
    const ended = await createWorld(failOdd).run(map({ MaxConcurrency: 1, ...tolerance }), [0, 1, 2, 3]);
    expect(ended.status).toBe(status);
    if (status === 'SUCCEEDED') expect(outputOf(ended)).toEqual([0, 2]);
  });
  it('refuses a percentage beyond 100', async () => {
    const ended = await createWorld().run(map({ ToleratedFailurePercentage: '{% 100.1 %}' }), [0]);
    expect(ended.cause).toContain('ToleratedFailurePercentage must be between 0 and 100.');
  });
  it('stops the running children beyond the tolerance', async () => {
    const world = createWorld({ ...failOdd, clock: stoppedClock() });
    const States = {
      Do: { Type: 'Choice', Choices: [{ Condition: '{% $states.input = 1 %}', Next: 'Call' }], Default: 'Wait' },
      Call: task,
      Wait: { Type: 'Wait', Seconds: 9, End: true },
    };
    const machine = single({ Type: 'Map', ItemProcessor: { ProcessorConfig, StartAt: 'Do', States }, End: true });
    const ended = await world.run(machine, [0, 1, 2]);
    const { itemCounts } = onlyMapRun(world, ended.executionArn);
    expect(itemCounts).toMatchObject({ failed: 1, aborted: 2, running: 0 });
  });
  it('ends with its parent', async () => {
    const world = createWorld({ clock: stoppedClock() });
    const stateMachineArn = world.create(map({}, { Type: 'Wait', Seconds: 9, End: true }));
    const { executionArn } = world.engine.startExecution({ stateMachineArn, input: '[1,2]' });
    await expect.poll(() => world.engine.listMapRuns(executionArn)[0]?.executionCounts.running).toBe(2);
    world.engine.stopExecution({ executionArn });
    await world.engine.executionEnded(executionArn);
    expect(onlyMapRun(world, executionArn)).toMatchObject({ status: 'ABORTED', executionCounts: { aborted: 2 } });
  });
  it('asks for the rights to its own children', async () => {
    const { run, rights } = createWorld({ work: (input) => input });
    await run(map(), []);
    expect(rights.map(({ action, resource }) => `${action} ${resource.split(':').slice(5).join(':')}`)).toEqual([
      'states:StartExecution stateMachine:machine',
      'states:DescribeExecution execution:machine:*',
      'states:StopExecution execution:machine:*',
      'states:RedriveExecution execution:machine/Segments:*',
    ]);
  });
  it('runs at most MaxConcurrency children at once', async () => {
    let open = 0;
    let peak = 0;
    const { run } = createWorld({
      async work() {
        open += 1;
        peak = Math.max(peak, open);
        await new Promise((resolve) => setTimeout(resolve, 2));
        open -= 1;
        return {};
      },
    });
    await run(
      map({ MaxConcurrency: 5 }),
      Array.from({ length: 40 }, (_, i) => i),
    );
    expect(peak).toBe(5);
  });
});

describe('ItemReader', () => {
  const objects = {
    'bucket/list.json': '[{"n":1},{"n":2},{"n":3}]',
    'bucket/list.jsonl': '{"n":1}\n{"n":2}\n\n{"n":3}\n',
    'bucket/list.jsonl@v1': '{"n":0}',
    'bucket/deep.json': '{"a/b":{"items":[7]}}',
    'bucket/broken.jsonl': '{"n":1}\n{"n":',
    'bucket/object.json': '{"n":1}',
  };
  const world = () => createWorld({ objects, work: (input) => input });
  it.each([
    ['list.json', reader('JSON'), [{ n: 1 }, { n: 2 }, { n: 3 }]],
    ['list.jsonl', reader('JSONL'), [{ n: 1 }, { n: 2 }, { n: 3 }]],
    ['list.jsonl', reader('JSONL', { MaxItems: '{% 1 + 1 %}' }), [{ n: 1 }, { n: 2 }]],
    ['list.json', reader('JSON', { MaxItems: 0 }), [{ n: 1 }, { n: 2 }, { n: 3 }]],
    ['list.jsonl', reader('JSONL', {}, { VersionId: 'v1' }), [{ n: 0 }]],
    ['deep.json', reader('JSON', { ItemsPointer: '/a~1b/items' }), [7]],
  ])('reads %s with %j', async (key, itemReader, items) => {
    const ended = await world().run(map(itemReader), { key });
    expect(outputOf(ended)).toEqual(items);
    expect(ended.events.find(({ type }) => type === 'MapStateStarted')?.details).toEqual({ length: 0 });
  });
  it.each([
    ['object.json', 'JSON', 'Attempting to map over non-iterable node.'],
    ['broken.jsonl', 'JSONL', 'line 2'],
    ['list.jsonl', 'JSON', 'Unable to parse the JSON object'],
    ['none.json', 'JSON', 'The specified key does not exist.'],
  ])('fails for %s read as %s', async (key, type, cause) => {
    const ended = await world().run(map(reader(type)), { key });
    expect(ended.error).toBe('States.ItemReaderFailed');
    expect(ended.cause).toContain(cause);
    expect(ended.events.map((event) => event.type).slice(-3)).toEqual([
      'MapRunFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });
  it('asks for the right to the version that it reads', async () => {
    const { run, rights } = world();
    await run(map(reader('JSONL', {}, { VersionId: 'v1' })), { key: 'list.jsonl' });
    expect(rights.at(4)).toEqual({ action: 's3:GetObjectVersion', resource: 'arn:aws:s3:::bucket/list.jsonl' });
    const refused = createWorld({ objects, denied: 's3:GetObject' });
    expect((await refused.run(map(reader('JSON')), { key: 'list.json' })).error).toBe('States.ItemReaderFailed');
  });
});

describe('ItemBatcher', () => {
  it('puts items together with a common input', async () => {
    const Batch = { MaxItemsPerBatch: 2, BatchInput: { run: '{% $states.context.Execution.Name %}' } };
    const world = createWorld({ work: (input) => input });
    const ended = await world.run(map({ ItemBatcher: Batch }), [1, 2, 3]);
    expect(outputOf(ended)).toEqual([
      { BatchInput: { run: ended.name }, Items: [1, 2] },
      { BatchInput: { run: ended.name }, Items: [3] },
    ]);
    expect(onlyMapRun(world, ended.executionArn)).toMatchObject({
      itemCounts: { succeeded: 3 },
      executionCounts: { succeeded: 2 },
    });
  });
});

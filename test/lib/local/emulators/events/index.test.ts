import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TargetPorts } from '../../../../../lib/local/emulators/events/delivery.ts';
import { eventsService } from '../../../../../lib/local/emulators/events/index.ts';
import { createEventStore, type EventStore } from '../../../../../lib/local/emulators/events/store.ts';
import { ServiceError } from '../../../../../lib/local/service.ts';
import { callJson, startWorld, TOOLING, type World } from '../../gateway/fixture.ts';

const BUS = 'requests';
const BUS_ARN = `arn:aws:events:us-east-1:${TOOLING}:event-bus/${BUS}`;
const MACHINE = `arn:aws:states:us-east-1:${TOOLING}:stateMachine:promotion`;
const QUEUE = `arn:aws:sqs:us-east-1:${TOOLING}:undelivered`;
const ROLE = `arn:aws:iam::${TOOLING}:role/starts`;
const target = { Id: 'one', Arn: MACHINE, RoleArn: ROLE, InputPath: '$.detail.input' };
const entry = (more: object = {}) => ({
  EventBusName: BUS,
  Source: 'app',
  DetailType: 'promotion.requested',
  Detail: '{"schemaVersion":1,"input":{"mode":"plan"}}',
  ...more,
});

let world: World;
let store: EventStore;
let started: Parameters<TargetPorts['startExecution']>[0][] = [];
let aside: Parameters<TargetPorts['sendMessage']>[0][] = [];
let lost: string[] = [];
let refusal: ServiceError | null = null;
let isQueueClosed = false;

const ports: TargetPorts = {
  startExecution(call) {
    if (refusal) throw refusal;
    started.push(call);
  },
  sendMessage(call) {
    if (isQueueClosed) throw new ServiceError('AccessDenied', 'the queue is closed');
    aside.push(call);
  },
  onLost: (reason) => lost.push(reason),
};
const call = (operation: string, input: object) => callJson(world.endpoint, 'events', `AWSEvents.${operation}`, input);
const put = async (...Entries: object[]) => (await call('PutEvents', { Entries })).json;

beforeAll(async () => {
  store = createEventStore({ now: () => Date.parse('2026-11-21T10:00:00.500Z') });
  const clock = { now: () => Date.parse('2026-11-21T10:00:00.500Z') };
  world = await startWorld([eventsService({ store, ports, clock })]);
  store.putBus({ account: TOOLING, region: 'us-east-1', name: BUS, description: 'asks' });
});
afterAll(() => world.close());
beforeEach(async () => {
  [started, aside, lost, refusal, isQueueClosed] = [[], [], [], null, false];
  const EventPattern = JSON.stringify({ 'detail-type': ['promotion.requested'] });
  await call('PutRule', { Name: 'requested', EventBusName: BUS, EventPattern, Description: 'starts' });
  const DeadLetterConfig = { Arn: QUEUE };
  await call('PutTargets', { Rule: 'requested', EventBusName: BUS, Targets: [{ ...target, DeadLetterConfig }] });
});

describe('PutEvents', () => {
  it('starts the target of a rule that fits, named after the event', async () => {
    const answer = await put(entry());
    expect(answer).toEqual({ FailedEntryCount: 0, Entries: [{ EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) }] });
    const [{ EventId }] = answer.Entries as [{ EventId: string }];
    expect(started).toEqual([
      {
        roleArn: ROLE,
        ruleArn: `arn:aws:events:us-east-1:${TOOLING}:rule/${BUS}/requested`,
        stateMachineArn: MACHINE,
        name: expect.stringMatching(new RegExp(`^${EventId}_[0-9a-f-]{36}$`)),
        input: '{"mode":"plan"}',
      },
    ]);
  });
  it('hands on the whole event in the form of EventBridge where the target asks for no part', async () => {
    await call('PutTargets', {
      Rule: 'requested',
      EventBusName: BUS,
      Targets: [{ Id: 'one', Arn: MACHINE, RoleArn: ROLE }],
    });
    await put(entry({ Time: 1_763_719_200, Resources: ['arn:x'] }));
    expect(JSON.parse(started[0]?.input ?? '')).toEqual({
      version: '0',
      id: expect.any(String),
      'detail-type': 'promotion.requested',
      source: 'app',
      account: TOOLING,
      time: '2025-11-21T10:00:00Z',
      region: 'us-east-1',
      resources: ['arn:x'],
      detail: { schemaVersion: 1, input: { mode: 'plan' } },
    });
  });
  it('starts nothing for an event that fits no rule, a disabled rule, or another bus', async () => {
    await put(entry({ DetailType: 'promotion.other' }), entry({ EventBusName: 'default' }));
    const EventPattern = JSON.stringify({ source: ['app'] });
    await call('PutRule', { Name: 'requested', EventBusName: BUS, EventPattern, State: 'DISABLED' });
    expect(await put(entry())).toMatchObject({ FailedEntryCount: 0 });
    expect(started).toEqual([]);
  });
  it('refuses single entries and takes the others', async () => {
    const answer = await put(
      entry({ Source: undefined }),
      entry({ Detail: 'no json' }),
      entry({ Detail: '[1]' }),
      entry({ Source: 'aws.s3' }),
      entry({ DetailType: 'x'.repeat(129) }),
      entry(),
    );
    expect(answer).toMatchObject({
      FailedEntryCount: 5,
      Entries: [
        {
          ErrorCode: 'InvalidArgument',
          ErrorMessage: 'Parameter Source is not valid. Reason: Source is a required argument.',
        },
        { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
        { ErrorCode: 'MalformedDetail' },
        { ErrorCode: 'NotAuthorizedForSourceException' },
        { ErrorCode: 'InvalidArgument' },
        { EventId: expect.any(String) },
      ],
    });
    expect(started).toHaveLength(1);
  });
  it('refuses more than ten entries, and entries of more than 256 KB together', async () => {
    expect(await put(...Array.from({ length: 11 }, () => entry()))).toMatchObject({ __type: 'ValidationException' });
    const half = entry({ Detail: JSON.stringify({ text: 'x'.repeat(131_072) }) });
    expect(await put(half, half)).toEqual({
      __type: 'ValidationException',
      message: 'Total size of the entries in the request is over the limit.',
    });
    expect(started).toEqual([]);
  });
  it('drops an event for a bus that does not exist, and says so', async () => {
    expect(await put(entry({ EventBusName: 'gone' }))).toMatchObject({ FailedEntryCount: 0 });
    expect(lost).toEqual([expect.stringContaining('Event bus gone does not exist')]);
  });
});

describe('an event that cannot be delivered', () => {
  it.each([
    ['AccessDeniedException', 'NO_PERMISSIONS'],
    ['StateMachineDoesNotExist', 'NO_RESOURCE'],
    ['FailedToAssumeRole', 'FAILED_TO_ASSUME_ROLE'],
    ['InvalidName', 'ERROR_FROM_TARGET'],
  ])('because of %s goes whole to the dead-letter queue as %s', async (code, shown) => {
    refusal = new ServiceError(code, 'not this time');
    expect(await put(entry())).toMatchObject({ FailedEntryCount: 0 });
    expect(aside).toMatchObject([
      {
        queueArn: QUEUE,
        attributes: { ERROR_CODE: shown, ERROR_MESSAGE: 'not this time', TARGET_ARN: MACHINE, RETRY_ATTEMPTS: '0' },
      },
    ]);
    expect(JSON.parse(aside[0]?.body ?? '')).toMatchObject({ detail: { input: { mode: 'plan' } } });
  });
  it('is lost, and said to be, where the queue is closed or there is none', async () => {
    refusal = new ServiceError('AccessDeniedException', 'not this time');
    isQueueClosed = true;
    await put(entry());
    await call('PutTargets', { Rule: 'requested', EventBusName: BUS, Targets: [target] });
    await put(entry());
    expect(lost).toEqual([expect.stringContaining('the queue is closed'), expect.stringContaining('not this time')]);
  });
});

describe('rules and buses', () => {
  it('come back as they were put', async () => {
    const rule = {
      Name: 'requested',
      Arn: `arn:aws:events:us-east-1:${TOOLING}:rule/${BUS}/requested`,
      EventPattern: '{"detail-type":["promotion.requested"]}',
      State: 'ENABLED',
      Description: 'starts',
      EventBusName: BUS,
    };
    const named = { Name: 'requested', EventBusName: BUS_ARN };
    expect((await call('DescribeRule', named)).json).toEqual({ ...rule, CreatedBy: TOOLING });
    expect((await call('ListRules', { EventBusName: BUS })).json).toEqual({ Rules: [rule] });
    const { json } = await call('ListTargetsByRule', { Rule: 'requested', EventBusName: BUS });
    expect(json).toEqual({ Targets: [{ ...target, DeadLetterConfig: { Arn: QUEUE } }] });
    expect((await call('DescribeEventBus', { Name: BUS })).json).toMatchObject({ Name: BUS, Arn: BUS_ARN });
    const buses = (await call('ListEventBuses', {})).json.EventBuses as { Name: string }[];
    expect(buses.map(({ Name }) => Name).sort()).toEqual(['default', BUS]);
  });
  it('are deleted, targets first', async () => {
    const named = { EventBusName: BUS };
    expect((await call('DeleteRule', { Name: 'requested', ...named })).json).toMatchObject({
      __type: 'ValidationException',
    });
    const removed = await call('RemoveTargets', { Rule: 'requested', Ids: ['one', 'two'], ...named });
    expect(removed.json).toMatchObject({ FailedEntryCount: 1, FailedEntries: [{ TargetId: 'two' }] });
    expect((await call('DeleteRule', { Name: 'requested', ...named })).status).toBe(200);
    expect((await call('DescribeRule', { Name: 'requested', ...named })).json).toEqual({
      __type: 'ResourceNotFoundException',
      message: `Rule requested does not exist on EventBus ${BUS}.`,
    });
  });
  it('are listed in pages', async () => {
    const bus = store.putBus({ account: TOOLING, region: 'us-east-1', name: 'paged' });
    const settings = { eventPattern: '{"source":["a"]}', state: 'ENABLED', description: undefined } as const;
    for (let index = 0; index < 11; index++) store.putRule(bus, `r${index}`, settings);
    const first = (await call('ListRules', { EventBusName: 'paged' })).json;
    expect(first.Rules).toHaveLength(10);
    const rest = (await call('ListRules', { EventBusName: 'paged', NextToken: first.NextToken })).json;
    expect(rest.Rules).toMatchObject([{ Name: 'r10' }]);
  });
  it.each([
    ['PutRule', { Name: 'x', EventPattern: '{"a":[{"cidr":"x"}]}' }, 'InvalidEventPatternException'],
    ['PutRule', { Name: 'x', ScheduleExpression: 'rate(1 day)', EventPattern: '{"a":[1]}' }, 'ValidationException'],
    ['PutRule', { Name: 'x', EventPattern: '{"a":[1]}', EventBusName: 'gone' }, 'ResourceNotFoundException'],
    ['PutTargets', { Rule: 'gone', Targets: [target] }, 'ResourceNotFoundException'],
    ['PutTargets', { Rule: 'requested', EventBusName: BUS, Targets: [{ Id: 'q', Arn: QUEUE }] }, 'ValidationException'],
    [
      'PutTargets',
      { Rule: 'requested', EventBusName: BUS, Targets: [{ Id: 'q', Arn: MACHINE }] },
      'ValidationException',
    ],
    [
      'PutTargets',
      { Rule: 'requested', EventBusName: BUS, Targets: [{ ...target, SqsParameters: {} }] },
      'ValidationException',
    ],
    ['CreateArchive', {}, 'UnknownOperationException'],
  ])('%s is refused by name: %#', async (operation, input, code) => {
    expect((await call(operation, input)).json).toMatchObject({ __type: code });
  });
  it('TestEventPattern tells whether an event fits', async () => {
    const EventPattern = '{"source":["a"]}';
    expect((await call('TestEventPattern', { EventPattern, Event: '{"source":"a"}' })).json).toEqual({ Result: true });
    expect((await call('TestEventPattern', { EventPattern, Event: 'x' })).json).toMatchObject({
      __type: 'InvalidEventPatternException',
    });
  });
});

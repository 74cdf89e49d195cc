import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateActivityCommand,
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  ListMapRunsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStatesService } from '../../../../../lib/local/emulators/states/index.ts';
import { type Caller, type Service, ServiceError, type ServiceRequest } from '../../../../../lib/local/service.ts';
import { createWorld, FUNCTION, MACHINE, single } from '../../states/machines.ts';

const ACCOUNT = '111111111111';
const CALLER: Caller = {
  account: ACCOUNT,
  region: 'us-east-1',
  arn: `arn:aws:iam::${ACCOUNT}:root`,
  role: null,
  accessKeyId: ACCOUNT,
  sessionName: null,
  sourceIdentity: null,
  sessionPolicy: null,
};

const requestOf = (target: string, body: string): ServiceRequest => ({
  caller: CALLER,
  method: 'POST',
  path: '/',
  query: new URLSearchParams(),
  headers: { 'x-amz-target': target },
  body: Buffer.from(body),
  endpoint: 'http://127.0.0.1',
  requestId: 'request-1',
});

async function answer(service: Service, request: ServiceRequest) {
  try {
    return await service.handle(request, service.identify(request));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return service.refuse(request, error);
  }
}

const { engine, create, run } = createWorld({
  work: (input) => (input === 'hang' ? new Promise(() => {}) : input),
});
const service = createStatesService(engine);
let server: Server;
let client: SFNClient;

beforeAll(async () => {
  server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = requestOf(String(incoming.headers['x-amz-target']), Buffer.concat(chunks).toString());
    const { status, headers, body } = await answer(service, request);
    outgoing.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = new SFNClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'any' },
    maxAttempts: 1,
  });
});
afterAll(() => {
  client.destroy();
  server.close();
});

const pass = single({ Type: 'Pass', Assign: { x: 1 }, Output: { done: true }, End: true });

describe('the Step Functions API, seen by the SDK', () => {
  it('starts, describes and tells the history of an execution', async () => {
    const stateMachineArn = create(pass, 'first');
    const started = await client.send(new StartExecutionCommand({ stateMachineArn, name: 'one', input: '{"a":1}' }));
    const executionArn = started.executionArn ?? '';
    await engine.executionEnded(executionArn);
    expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      executionArn,
      stateMachineArn,
      name: 'one',
      status: 'SUCCEEDED',
      startDate: started.startDate,
      stopDate: expect.any(Date),
      input: '{"a":1}',
      inputDetails: { included: true },
      output: '{"done":true}',
    });
    const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events).toMatchObject([
      { id: 1, previousEventId: 0, type: 'ExecutionStarted', executionStartedEventDetails: { input: '{"a":1}' } },
      { id: 2, previousEventId: 0, type: 'PassStateEntered', stateEnteredEventDetails: { name: 'Only' } },
      { id: 3, stateExitedEventDetails: { output: '{"done":true}', assignedVariables: { x: '1' } } },
      { id: 4, executionSucceededEventDetails: { output: '{"done":true}' } },
    ]);
    expect(events[0]?.timestamp).toBeInstanceOf(Date);
  });
  it('leaves out data that was not asked for', async () => {
    const { executionArn } = await run(pass, { secret: 1 }, 'hidden');
    const described = await client.send(new DescribeExecutionCommand({ executionArn, includedData: 'METADATA_ONLY' }));
    expect(described).toMatchObject({ status: 'SUCCEEDED', inputDetails: { included: false } });
    expect(described.input ?? described.output).toBeUndefined();
    const history = new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false });
    expect(JSON.stringify((await client.send(history)).events)).not.toMatch(/secret|done/);
  });
  it('pages the history both ways, and refuses a token of another request', async () => {
    const { executionArn } = await run(pass, {}, 'paged');
    const seen: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = { executionArn, maxResults: 3, reverseOrder: true, nextToken };
      const answered = await client.send(new GetExecutionHistoryCommand(page));
      seen.push(...(answered.events ?? []));
      nextToken = answered.nextToken;
    } while (nextToken);
    expect(seen.map(({ id }) => id)).toEqual([4, 3, 2, 1]);
    const first = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1 }));
    const wrong = new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, nextToken: first.nextToken });
    await expect(client.send(wrong)).rejects.toMatchObject({ name: 'InvalidToken' });
  });
  it('lists machines of the account and their executions', async () => {
    const stateMachineArn = create(pass, 'listed');
    for (const name of ['a', 'b']) engine.startExecution({ stateMachineArn, name });
    const { stateMachines } = await client.send(new ListStateMachinesCommand({}));
    expect(stateMachines?.map((machine) => machine.stateMachineArn)).toContain(stateMachineArn);
    const page = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1 }));
    expect(page.executions?.map(({ name }) => name)).toEqual(['b']);
    const rest = await client.send(new ListExecutionsCommand({ stateMachineArn, nextToken: page.nextToken }));
    expect(rest.executions?.map(({ name }) => name)).toEqual(['a']);
    expect(await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).toMatchObject({
      name: 'listed',
      status: 'ACTIVE',
      type: 'STANDARD',
      definition: expect.stringContaining('"StartAt":"Only"'),
    });
  });
  it('shows Map Runs and their children', async () => {
    const ItemProcessor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Do',
      States: { Do: { Type: 'Task', Resource: FUNCTION, End: true } },
    };
    const map = single({ Type: 'Map', Label: 'L', MaxConcurrency: 2, ItemProcessor, End: true });
    const { executionArn } = await run(map, [1, 2, 3], 'mapping');
    const { mapRuns } = await client.send(new ListMapRunsCommand({ executionArn }));
    const mapRunArn = mapRuns?.[0]?.mapRunArn ?? '';
    expect(mapRuns).toMatchObject([{ executionArn, stateMachineArn: `${MACHINE.replace(/machine$/, 'mapping')}/L` }]);
    const counts = {
      pending: 0,
      running: 0,
      succeeded: 3,
      failed: 0,
      timedOut: 0,
      aborted: 0,
      total: 3,
      resultsWritten: 0,
    };
    expect(await client.send(new DescribeMapRunCommand({ mapRunArn }))).toMatchObject({
      status: 'SUCCEEDED',
      maxConcurrency: 2,
      itemCounts: counts,
      executionCounts: counts,
    });
    const { executions } = await client.send(new ListExecutionsCommand({ mapRunArn, statusFilter: 'SUCCEEDED' }));
    expect(executions).toMatchObject([{ mapRunArn, itemCount: 1 }, { mapRunArn }, { mapRunArn }]);
  });
  it('stops an execution and shows the error and cause given', async () => {
    const stateMachineArn = create(single({ Type: 'Task', Resource: FUNCTION, End: true }), 'stopped');
    const { executionArn } = engine.startExecution({ stateMachineArn, input: '"hang"' });
    const stop = new StopExecutionCommand({ executionArn, error: 'E', cause: 'C' });
    expect((await client.send(stop)).stopDate).toBeInstanceOf(Date);
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'C' });
  });
});

describe('refusals of the Step Functions API', () => {
  const execution = `${MACHINE.replace(':stateMachine:', ':execution:')}:gone`;
  it.each([
    [new StartExecutionCommand({ stateMachineArn: `${MACHINE}-gone` }), 'StateMachineDoesNotExist'],
    [new StartExecutionCommand({ stateMachineArn: 'x' }), 'InvalidArn'],
    [new DescribeExecutionCommand({ executionArn: execution }), 'ExecutionDoesNotExist'],
    [new ListExecutionsCommand({}), 'ValidationException'],
    [new ListExecutionsCommand({ stateMachineArn: MACHINE, maxResults: 1001 }), 'ValidationException'],
    [new CreateActivityCommand({ name: 'x' }), 'UnknownOperationException'],
  ] as const)('are named as by the service: %#', async (command, name) => {
    await expect(client.send(command as DescribeExecutionCommand)).rejects.toMatchObject({ name });
  });
  it.each([
    ['DescribeExecution', '{}', 'ValidationException'],
    ['DescribeExecution', '{"executionArn":1}', 'SerializationException'],
    ['DescribeExecution', `{"executionArn":"${execution}","extra":1}`, 'ValidationException'],
    ['DescribeExecution', 'no json', 'SerializationException'],
    ['ListExecutions', `{"stateMachineArn":"${MACHINE}","statusFilter":"DONE"}`, 'ValidationException'],
    ['DescribeExecution', `{"executionArn":"${execution.replace(ACCOUNT, '222222222222')}"}`, 'AccessDeniedException'],
    ['SendTaskSuccess', '{}', 'ValidationException'],
    ['RedriveExecution', '{}', 'UnknownOperationException'],
  ])('%s with %s is %s', async (operation, body, code) => {
    const { status, body: refused } = await answer(service, requestOf(`AWSStepFunctions.${operation}`, body));
    expect(status).toBe(400);
    expect(JSON.parse(String(refused)).__type).toBe(code);
  });
  it('names the operation and the resource for the authorizer', () => {
    const start = requestOf('AWSStepFunctions.StartExecution', JSON.stringify({ stateMachineArn: MACHINE }));
    expect(service.identify(start)).toEqual({ operation: 'StartExecution', resource: MACHINE });
    const list = requestOf('AWSStepFunctions.ListStateMachines', '{}');
    expect(service.identify(list)).toEqual({ operation: 'ListStateMachines', resource: null });
  });
});

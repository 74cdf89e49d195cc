import { describe, expect, it } from 'vitest';
import { createStatesService } from '../../../../../lib/local/emulators/states/index.ts';
import { type Caller, ServiceError, type ServiceRequest } from '../../../../../lib/local/service.ts';
import { createWorld, FUNCTION, MACHINE, outputOf, ROLE, single } from '../../states/machines.ts';

const caller = (account = '111111111111'): Caller => ({
  account,
  region: 'us-east-1',
  arn: `arn:aws:iam::${account}:root`,
  role: null,
  accessKeyId: account,
  sessionName: null,
  sourceIdentity: null,
  sessionPolicy: null,
});

const tokens: string[] = [];
const { engine, create, run } = createWorld({
  work(input) {
    tokens.push((input as { token: string }).token);
    return null;
  },
});
const service = createStatesService(engine);

/** The answer's body, or the name of the error. */
async function call(operation: string, input: object, account?: string): Promise<unknown> {
  const request: ServiceRequest = {
    caller: caller(account),
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: { 'x-amz-target': `AWSStepFunctions.${operation}` },
    body: Buffer.from(JSON.stringify(input)),
    endpoint: 'http://127.0.0.1',
    requestId: 'request-1',
  };
  try {
    return JSON.parse(String((await service.handle(request, service.identify(request))).body));
  } catch (error) {
    if (error instanceof ServiceError) return error.code;
    throw error;
  }
}

/** Starts an execution that waits for its token, and answers both. */
async function waiting(name: string) {
  const Arguments = { FunctionName: FUNCTION, Payload: { token: '{% $states.context.Task.Token %}' } };
  const Resource = 'arn:aws:states:::lambda:invoke.waitForTaskToken';
  const stateMachineArn = create(single({ Type: 'Task', Resource, Arguments, End: true }), name);
  const before = tokens.length;
  const { executionArn } = engine.startExecution({ stateMachineArn });
  await expect.poll(() => tokens.length).toBe(before + 1);
  return { executionArn, taskToken: tokens[before] ?? '', ended: engine.executionEnded(executionArn) };
}

describe('SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat', () => {
  it('end the task that waits, once', async () => {
    const { taskToken, ended } = await waiting('approved');
    expect(await call('SendTaskHeartbeat', { taskToken })).toEqual({});
    expect(await call('SendTaskSuccess', { taskToken, output: '{"ok":true}' })).toEqual({});
    expect(outputOf(await ended)).toEqual({ ok: true });
    expect(await call('SendTaskSuccess', { taskToken, output: '{}' })).toBe('TaskTimedOut');
    expect(await call('SendTaskHeartbeat', { taskToken })).toBe('TaskTimedOut');
  });
  it('end it with an error', async () => {
    const { taskToken, ended } = await waiting('refused');
    expect(await call('SendTaskFailure', { taskToken, error: 'Refused', cause: 'by hand' })).toEqual({});
    expect(await ended).toMatchObject({ status: 'FAILED', error: 'Refused', cause: 'by hand' });
  });
  it('refuse wrong outputs, wrong tokens, and tokens of another account', async () => {
    const { taskToken, executionArn, ended } = await waiting('kept');
    expect(await call('SendTaskSuccess', { taskToken, output: 'no json' })).toBe('InvalidOutput');
    expect(await call('SendTaskSuccess', { taskToken: 'x', output: '1' })).toBe('InvalidToken');
    expect(await call('SendTaskSuccess', { taskToken, output: '1' }, '222222222222')).toBe('InvalidToken');
    expect(await call('SendTaskSuccess', { taskToken })).toBe('ValidationException');
    expect(await call('SendTaskFailure', { taskToken, error: 'e'.repeat(257) })).toBe('ValidationException');
    expect(engine.describeExecution(executionArn).status).toBe('RUNNING');
    engine.stopExecution({ executionArn });
    await ended;
    expect(await call('SendTaskFailure', { taskToken })).toBe('TaskTimedOut');
  });
});

describe('DescribeStateMachineForExecution', () => {
  it('shows the machine of an execution', async () => {
    const pass = single({ Type: 'Pass', End: true });
    const { executionArn } = await run(pass, {}, 'shown');
    const shown = await call('DescribeStateMachineForExecution', { executionArn });
    expect(shown).toMatchObject({ name: 'shown', roleArn: ROLE, updateDate: expect.any(Number) });
    expect(JSON.parse((shown as { definition: string }).definition)).toMatchObject(pass);
    const hidden = await call('DescribeStateMachineForExecution', { executionArn, includedData: 'METADATA_ONLY' });
    expect(hidden).toMatchObject({ definition: '{}' });
  });
  it('shows Map Run and label for a child', async () => {
    const ItemProcessor = {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      ...single({ Type: 'Pass', End: true }),
    };
    const States = { Each: { Type: 'Map', Label: 'L', ItemProcessor, End: true } };
    const { executionArn } = await run({ StartAt: 'Each', States }, [1], 'mapped');
    const [mapRun] = engine.listMapRuns(executionArn);
    const mapRunArn = mapRun?.mapRunArn ?? '';
    const [child] = engine.listExecutions({ stateMachineArn: null, mapRunArn, status: null });
    expect(await call('DescribeStateMachineForExecution', { executionArn: child?.executionArn })).toMatchObject({
      stateMachineArn: MACHINE.replace(/machine$/, 'mapped'),
      mapRunArn,
      label: 'L',
    });
  });
});

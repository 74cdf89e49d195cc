import { describe, expect, it } from 'vitest';
import { realClock } from '../../../lib/local/clock.ts';
import { createS3Store } from '../../../lib/local/emulators/s3/store.ts';
import { createMachinePorts, type MachinePortsSettings } from '../../../lib/local/machine-ports.ts';
import { type RecordedCall, ServiceError } from '../../../lib/local/service.ts';
import type { WorkerPool } from '../../../lib/local/workers/pool.ts';

const roleArn = 'arn:aws:iam::111111111111:role/promoter/Promotion-Machine';
const functionArn = 'arn:aws:lambda:us-east-1:111111111111:function:validate';

function make(overrides: Partial<MachinePortsSettings> = {}) {
  const calls: RecordedCall[] = [];
  const invoked: unknown[] = [];
  const pool: WorkerPool = {
    async invoke(arn, payload) {
      if (arn !== functionArn) throw new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
      const input = JSON.parse(payload);
      invoked.push(input);
      const answer = input.characters ? { text: 'x'.repeat(input.characters) } : { ok: true };
      return { requestId: 'r-1', payload: JSON.stringify(answer), functionError: null };
    },
    busyProcess: () => null,
    close: async () => {},
  };
  const clock = realClock();
  const s3 = createS3Store(clock);
  const ports = createMachinePorts({ clock, s3, pool: () => pool, record: (call) => calls.push(call), ...overrides });
  return { ports, s3, calls, invoked };
}

describe('authorize', () => {
  it.each([
    ['lambda:InvokeFunction', 'lambda', 'Invoke'],
    ['states:StartExecution', 'states', 'StartExecution'],
    ['s3:GetObject', 's3', 'GetObject'],
    ['s3:GetObjectVersion', 's3', 'GetObject'],
  ])('records %s as the call that the service sees', (action, service, operation) => {
    const { ports, calls } = make();
    ports.authorize({ roleArn, action, resource: 'arn:x' });
    expect(calls).toEqual([
      {
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        account: '111111111111',
        role: 'Promotion-Machine',
        service,
        operation,
        resource: 'arn:x',
        allowed: true,
        fault: null,
      },
    ]);
  });

  it('records no call for a right that is only asked for, unless it is refused', () => {
    const asked = { roleArn, action: 'states:StopExecution', resource: 'arn:x' };
    const granted = make();
    granted.ports.authorize(asked);
    expect(granted.calls).toEqual([]);
    const refused = make({ decide: () => ({ allowed: false, reason: 'no policy allows it' }) });
    expect(() => refused.ports.authorize(asked)).toThrow();
    expect(refused.calls).toMatchObject([{ operation: 'StopExecution', allowed: false }]);
  });

  it.each([
    ['lambda:InvokeFunction', 'Lambda.AWSLambdaException'],
    ['states:StartExecution', 'StepFunctions.AWSStepFunctionsException'],
  ])('records a refused %s and fails the task by name', (action, errorName) => {
    const { ports, calls } = make({ decide: () => ({ allowed: false, reason: 'no policy allows it' }) });
    expect(() => ports.authorize({ roleArn, action, resource: 'arn:x' })).toThrow(
      expect.objectContaining({
        errorName,
        causeText: expect.stringContaining(
          `is not authorized to perform: ${action} on resource: arn:x because no policy allows it`,
        ),
      }),
    );
    expect(calls).toMatchObject([{ allowed: false }]);
  });
});

describe('invokeFunction', () => {
  const call = { roleArn, executionArn: 'arn:e', payload: '{"a":1}' };

  it('answers what the pool answers', async () => {
    const { ports, invoked } = make();
    expect(await ports.invokeFunction({ ...call, functionArn })).toEqual({
      payload: '{"ok":true}',
      functionError: null,
      statusCode: 200,
      executedVersion: '$LATEST',
      requestId: 'r-1',
    });
    expect(invoked).toEqual([{ a: 1 }]);
  });

  it('fails the task as the service does when there is no such function', async () => {
    const { ports } = make();
    await expect(ports.invokeFunction({ ...call, functionArn: `${functionArn}-2` })).rejects.toMatchObject({
      errorName: 'Lambda.ResourceNotFoundException',
      causeText: expect.stringMatching(
        /^Function not found: .*-2 \(Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: [0-9a-f-]{36}; Proxy: null\)$/,
      ),
    });
  });
});

describe('getObject', () => {
  it('reads the current and a pinned version', async () => {
    const { ports, s3 } = make();
    s3.createBucket({ name: 'artefacts', account: '111111111111', region: 'us-east-1', versioned: true });
    const { versionId } = s3.putObject('artefacts', 'k', 'old');
    s3.putObject('artefacts', 'k', 'new');
    const read = async (version: string | null) =>
      (await ports.getObject({ bucket: 'artefacts', key: 'k', versionId: version, roleArn })).toString();
    expect([await read(null), await read(versionId)]).toEqual(['new', 'old']);
  });

  it('refuses what is not there by the code of S3', async () => {
    const { ports, s3 } = make();
    const call = { bucket: 'artefacts', key: 'k', versionId: null, roleArn };
    await expect(ports.getObject(call)).rejects.toMatchObject({ code: 'NoSuchBucket' });
    s3.createBucket({ name: 'artefacts', account: '111111111111', region: 'us-east-1' });
    await expect(ports.getObject(call)).rejects.toMatchObject({ code: 'NoSuchKey' });
  });
});

it('refuses the answer of a worker that carries more than pointers and counts', async () => {
  const { ports } = make();
  const call = (characters: number) =>
    ports.invokeFunction({ functionArn, payload: JSON.stringify({ characters }), roleArn, executionArn: 'arn:e' });
  await expect(call(32 * 1024)).rejects.toMatchObject({ errorName: 'Host.WorkerOutputTooLarge' });
  expect((await call(32_000)).statusCode).toBe(200);
});

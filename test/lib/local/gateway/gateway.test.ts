import { GetObjectCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import { type AuthorizationRequest, type GatewayOptions, startGateway } from '../../../../lib/local/gateway/gateway.ts';
import { jsonService, operation } from '../../../../lib/local/gateway/operations.ts';
import { structure, text } from '../../../../lib/local/members.ts';
import { type RecordedCall, type Service, ServiceError } from '../../../../lib/local/service.ts';
import { callJson, callQuery, capture, DEV, ROOT, sendRaw, startWorld, TOOLING, type World } from './fixture.ts';

const KEYS = jsonService({
  name: 'kms',
  targetPrefix: 'TrentService',
  form: { version: '1.1' },
  operations: {
    Echo: operation({ input: structure({ Text: text({ max: 3 }) }), run: (input) => input }),
    Fail: operation({
      input: structure({}),
      run: () => {
        throw new ServiceError('NotFoundException', 'nothing here', 400, { Extra: [1] });
      },
    }),
    Break: operation({
      input: structure({}),
      run: () => {
        throw new TypeError('defect');
      },
    }),
  },
});

let world: World;
const start = async (options: Partial<GatewayOptions> = {}, services: Service[] = [KEYS]) => {
  world = await startWorld(services, options);
  return world;
};
const localCalls = async () => (await (await fetch(`${world.endpoint}/_local/calls`)).json()) as RecordedCall[];

afterEach(() => world.close());

describe('startGateway', () => {
  it('knows a twelve-digit key as the root of that account, whatever the secret', async () => {
    const { client } = await start();
    const sts = new STSClient(client({ accessKeyId: DEV, secretAccessKey: 'any' }));
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: DEV,
      Arn: `arn:aws:iam::${DEV}:root`,
      UserId: DEV,
    });
  });

  it('knows an issued key as the session it was issued for', async () => {
    const { client, workerSession, worker } = await start();
    const sts = new STSClient(client(workerSession()));
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: TOOLING,
      Arn: `arn:aws:sts::${TOOLING}:assumed-role/worker/function`,
      UserId: `${worker.roleId}:function`,
    });
  });

  it('records every call, oldest first, with the account of the credentials', async () => {
    const { client, workerSession, gateway } = await start();
    await new S3Client(client(ROOT)).send(new ListBucketsCommand({}));
    const missing = new GetObjectCommand({ Bucket: 'none', Key: 'a/b' });
    await expect(new S3Client(client(workerSession())).send(missing)).rejects.toMatchObject({ name: 'NoSuchBucket' });
    const common = {
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      account: TOOLING,
      service: 's3',
      allowed: true,
      fault: null,
    };
    const calls = await localCalls();
    expect(calls).toEqual([
      { ...common, role: null, operation: 'ListBuckets', resource: null },
      { ...common, role: 'worker', operation: 'GetObject', resource: 'arn:aws:s3:::none/a/b' },
    ]);
    expect(gateway.calls()).toEqual(calls);
  });

  it('records calls which are handed in, such as those of Step Functions', async () => {
    await start();
    const call: RecordedCall = {
      at: new Date(0).toISOString(),
      account: TOOLING,
      role: 'machine',
      service: 'lambda',
      operation: 'Invoke',
      resource: null,
      allowed: true,
      fault: null,
    };
    world.gateway.record(call);
    expect(await localCalls()).toEqual([call]);
  });

  it('asks for permission and answers a refusal in the form of the service', async () => {
    const asked: AuthorizationRequest[] = [];
    const reason = 'no identity-based policy allows it';
    const { client, workerSession } = await start({
      authorize: (call) => {
        asked.push(call);
        return { allowed: false, reason };
      },
    });
    const user = `User: arn:aws:sts::${TOOLING}:assumed-role/worker/function is not authorized to perform:`;
    const get = new GetObjectCommand({ Bucket: 'b', Key: 'k' });
    await expect(new S3Client(client(workerSession())).send(get)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `${user} s3:GetObject on resource: arn:aws:s3:::b/k because ${reason}`,
      $metadata: { httpStatusCode: 403 },
    });
    const RoleArn = `arn:aws:iam::${DEV}:role/none`;
    const assume = new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session' });
    await expect(new STSClient(client(workerSession())).send(assume)).rejects.toMatchObject({ name: 'AccessDenied' });
    const json = await callJson(world.endpoint, 'kms', 'TrentService.Echo', {});
    expect(json).toMatchObject({ status: 400, json: { __type: 'AccessDeniedException' } });
    expect(asked.map(({ service, operation, resource }) => [service, operation, resource])).toEqual([
      ['s3', 'GetObject', 'arn:aws:s3:::b/k'],
      ['sts', 'AssumeRole', RoleArn],
      ['kms', 'Echo', null],
    ]);
    expect(world.gateway.calls().map(({ allowed }) => allowed)).toEqual([false, false, false]);
  });

  it('records a call with a wrong signature as not allowed', async () => {
    const { client, workerSession } = await start();
    const sts = new STSClient(client({ ...workerSession(), secretAccessKey: 'x' }));
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    expect(world.gateway.calls()).toMatchObject([{ operation: 'GetCallerIdentity', role: 'worker', allowed: false }]);
  });

  it('refuses a service which is not there by name, in a form that the client reads', async () => {
    await start([] as Partial<GatewayOptions>);
    const json = await callJson(world.endpoint, 'sqs', 'AmazonSQS.ListQueues', {});
    expect(json).toMatchObject({ status: 501, json: { __type: 'UnknownService' } });
    expect(json.json.message).toContain("'sqs'");
    const query = await callQuery(world.endpoint, 'cloudformation', { Action: 'ListStacks', Version: '1' });
    expect(query.status).toBe(501);
    expect(query.body).toContain('<Code>UnknownService</Code>');
  });

  it('refuses what is not signed, and presigned requests by name', async () => {
    await start();
    const unsigned = await fetch(`${world.endpoint}/bucket/key`);
    expect(unsigned.status).toBe(400);
    expect(await unsigned.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
    const presigned = await fetch(`${world.endpoint}/bucket/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0`);
    expect(presigned.status).toBe(501);
    expect((await presigned.json()) as { message: string }).toMatchObject({
      message: expect.stringContaining('Presigned'),
    });
    expect((await fetch(`${world.endpoint}/_local/other`)).status).toBe(404);
  });

  it('checks the content hash of S3 for root, too', async () => {
    await start();
    const request = await capture((requestHandler) =>
      new S3Client({ ...world.client(ROOT), requestHandler }).send(new ListBucketsCommand({})),
    );
    expect((await sendRaw(world.endpoint, request)).status).toBe(200);
    const changed = await sendRaw(world.endpoint, { ...request, body: 'x' });
    expect(changed).toMatchObject({ status: 400, body: expect.stringContaining('XAmzContentSHA256Mismatch') });
  });

  it('answers a defect of an emulator with InternalFailure and reports it', async () => {
    const defects: unknown[] = [];
    await start({ onDefect: (error) => defects.push(error) });
    const broken = await callJson(world.endpoint, 'kms', 'TrentService.Break', {});
    expect(broken).toMatchObject({ status: 500, json: { __type: 'InternalFailure' } });
    expect(defects).toEqual([expect.objectContaining({ message: 'defect' })]);
  });

  it('fails when the port is taken', async () => {
    const { gateway, credentials, clock } = await start();
    await expect(startGateway({ port: gateway.port, services: [], credentials, clock })).rejects.toThrow(/EADDRINUSE/);
  });

  it('closes its services', async () => {
    let closed = 0;
    const service: Service = { ...KEYS, close: async () => void closed++ };
    const { gateway } = await start({}, [service]);
    await gateway.close();
    expect(closed).toBe(1);
    await start();
  });
});

describe('jsonService', () => {
  it('answers what the operation returns', async () => {
    await start();
    const answer = await callJson(world.endpoint, 'kms', 'TrentService.Echo', { Text: 'abc' });
    expect(answer).toMatchObject({ status: 200, json: { Text: 'abc' } });
    expect(answer.headers['content-type']).toBe('application/x-amz-json-1.1');
  });

  it('refuses inputs against the table, unknown operations and broken JSON', async () => {
    await start();
    const call = (target: string, input: unknown) => callJson(world.endpoint, 'kms', target, input);
    expect((await call('TrentService.Echo', { Other: 1 })).json.__type).toBe('ValidationException');
    expect((await call('TrentService.Nope', {})).json).toMatchObject({
      __type: 'UnknownOperationException',
      message: expect.stringContaining('Nope'),
    });
    expect((await call('Other.Echo', {})).json.__type).toBe('UnknownOperationException');
    expect((await call('TrentService.toString', {})).json.__type).toBe('UnknownOperationException');
    expect((await call('TrentService.Echo', [])).json.__type).toBe('SerializationException');
  });

  it('answers errors with their code in body and header, and their members', async () => {
    await start();
    const failed = await callJson(world.endpoint, 'kms', 'TrentService.Fail', {});
    expect(failed.json).toEqual({ __type: 'NotFoundException', message: 'nothing here', Extra: [1] });
    expect(failed.headers['x-amzn-errortype']).toBe('NotFoundException');
  });
});

import { DescribeExportCommand, DynamoDBClient, type ExportDescription } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Authorizer, createAuthorizer } from '../../../lib/local/authorizer/authorizer.ts';
import { loadCatalogue } from '../../../lib/local/authorizer/catalogue.ts';
import { realClock } from '../../../lib/local/clock.ts';
import type { CallS3 } from '../../../lib/local/emulators/dynamodb/transfer/storage.ts';
import { s3Service } from '../../../lib/local/emulators/s3/index.ts';
import { createForwardedCalls } from '../../../lib/local/forwarded-calls.ts';
import { createCredentials } from '../../../lib/local/gateway/credentials.ts';
import { type Gateway, startGateway } from '../../../lib/local/gateway/gateway.ts';
import type { Caller, RecordedCall } from '../../../lib/local/service.ts';
import { createStores, type Stores } from '../../../lib/local/services.ts';
import {
  beginExport,
  createRecoverable,
  imported,
  importInput,
  numbered,
} from './emulators/dynamodb/transfer/harness.ts';

const DEV = '222222222222';
const TOOLING = '111111111111';
const role = 'change';
const tableArn = `arn:aws:dynamodb:us-east-1:${DEV}:table/orders`;
const clock = realClock(1000);
const credentials = createCredentials(clock);
let stores: Stores;
let authorizer: Authorizer;
let callS3: CallS3;
let gateway: Gateway;
let keyArn: string;
const denials: string[] = [];
let root: DynamoDBClient;
let worker: DynamoDBClient;

beforeAll(async () => {
  stores = createStores(clock, (caller, request) => callS3(caller, request));
  const log = (line: string) => void denials.push(line);
  authorizer = createAuthorizer({ ...stores, credentials, clock, catalogue: await loadCatalogue(), log });
  const service = s3Service(stores.s3, clock);
  const authorize = authorizer.authorize;
  const record = (call: RecordedCall) => gateway.record(call);
  callS3 = createForwardedCalls({ service, store: stores.s3, clock, authorize, record });
  gateway = await startGateway({ port: 0, services: [stores.dynamodb], credentials, clock, authorize });
  const policyOfKey = { Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }] };
  keyArn = stores.kms.putKey({ account: TOOLING, region: 'us-east-1', policy: JSON.stringify(policyOfKey) }).arn;
  const bucket = { name: 'artefacts', account: TOOLING, region: 'us-east-1', kmsKeyArn: keyArn };
  const principal = { AWS: `arn:aws:iam::${DEV}:root` };
  const resource = ['arn:aws:s3:::artefacts', 'arn:aws:s3:::artefacts/*'];
  const policy = { Statement: [{ Effect: 'Allow', Principal: principal, Action: 's3:*', Resource: resource }] };
  stores.s3.createBucket({ ...bucket, policy: JSON.stringify(policy) });
  stores.s3.createBucket({ ...bucket, name: 'closed' });
  const settings = { endpoint: gateway.endpoint, region: 'us-east-1', maxAttempts: 1 };
  root = new DynamoDBClient({ ...settings, credentials: { accessKeyId: DEV, secretAccessKey: 'any' } });
  await createRecoverable(root, 'orders', numbered(5));
  grant([]);
  const session = credentials.issue({
    account: DEV,
    arn: `arn:aws:sts::${DEV}:assumed-role/${role}/session`,
    role,
    sessionName: 'session',
    sourceIdentity: null,
    sessionPolicy: null,
    durationSeconds: 3600,
  });
  worker = new DynamoDBClient({ ...settings, credentials: session });
});
afterAll(() => gateway.close());
beforeEach(() => {
  denials.length = 0;
});

const trust = {
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const newRole = () => stores.iam.putRole({ account: DEV, name: role, trustPolicy: trust as never });
/** Gives the role those actions, and all that export and import need of DynamoDB and its logs. */
function grant(actions: readonly string[]): void {
  const all = [...actions, 'dynamodb:*', 'logs:*'];
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: all, Resource: '*' }] };
  (stores.iam.roleByName(DEV, role) ?? newRole()).policies.set('rights', document as never);
}

/** Exports as the role and waits for the end. */
async function exported(S3Bucket = 'artefacts'): Promise<ExportDescription | undefined> {
  const { ExportArn } = await beginExport(worker, { TableArn: tableArn, S3Bucket, S3BucketOwner: TOOLING });
  for (;;) {
    const { ExportDescription } = await root.send(new DescribeExportCommand({ ExportArn }));
    if (ExportDescription?.ExportStatus !== 'IN_PROGRESS') return ExportDescription;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const WRITING = ['s3:PutObject', 's3:PutObjectAcl', 'kms:GenerateDataKey', 'kms:Decrypt'];

describe('an export in its caller’s name', () => {
  it('needs to write into the bucket and to use its key, and is recorded as the caller’s calls', async () => {
    grant(WRITING);
    expect(await exported()).toMatchObject({ ExportStatus: 'COMPLETED', ItemCount: 5 });
    const calls = gateway.calls().filter(({ service }) => service === 's3');
    expect(new Set(calls.map(({ operation }) => operation))).toEqual(
      new Set(['PutObject', 'CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload']),
    );
    for (const call of calls) expect(call).toMatchObject({ account: DEV, role, allowed: true, fault: null });
  });

  it.each(WRITING)('fails without %s, and the call is recorded as refused', async (missing) => {
    grant(WRITING.filter((action) => action !== missing));
    const failed = await exported();
    expect(failed).toMatchObject({ ExportStatus: 'FAILED', FailureCode: 'S3AccessDenied' });
    expect(failed?.FailureMessage).toContain(`is not authorized to perform: ${missing}`);
    expect(denials.join()).toContain(missing);
    expect(gateway.calls().at(-1)).toMatchObject({ allowed: true, operation: 'DescribeExport' });
    expect(
      gateway
        .calls()
        .filter(({ allowed }) => !allowed)
        .at(-1),
    ).toMatchObject({ service: 's3', role });
  });

  it('fails without the consent of a bucket of another account', async () => {
    grant(WRITING);
    expect(await exported('closed')).toMatchObject({ ExportStatus: 'FAILED', FailureCode: 'S3AccessDenied' });
  });
});

describe('an import in its caller’s name', () => {
  const READING = ['s3:ListBucket', 's3:GetObject', 'kms:Decrypt'];
  const source = { S3BucketSource: { S3Bucket: 'artefacts', S3BucketOwner: TOOLING, S3KeyPrefix: 'rows/' } };
  beforeAll(() => {
    stores.s3.putObject('artefacts', 'rows/one', '{"Item":{"pk":{"S":"one"}}}');
  });

  it('needs to list and read the objects and to use their key', async () => {
    grant(READING);
    expect(await imported(worker, importInput('all', source))).toMatchObject({ ImportStatus: 'COMPLETED' });
  });

  it.each(READING)('fails without %s', async (missing) => {
    grant(READING.filter((action) => action !== missing));
    const name = missing.replace(':', '-');
    expect(await imported(worker, importInput(name, source))).toMatchObject({
      ImportStatus: 'FAILED',
      FailureCode: 'S3AccessDenied',
      FailureMessage: expect.stringContaining(missing),
    });
  });
});

describe('createForwardedCalls', () => {
  const caller: Caller = {
    ...{ account: TOOLING, region: 'us-east-1', arn: `arn:aws:iam::${TOOLING}:root`, role: null, accessKeyId: TOOLING },
    ...{ sessionName: null, sourceIdentity: null, sessionPolicy: null },
  };

  it('reaches a bucket of another region, under any key', async () => {
    stores.s3.createBucket({ name: 'far', account: TOOLING, region: 'eu-west-1' });
    const key = 'a b/ü+%/c';
    await callS3(caller, { method: 'PUT', bucket: 'far', key, body: Buffer.from('text') });
    expect(stores.s3.getObject('far', key)?.body.toString()).toBe('text');
    expect(String((await callS3(caller, { method: 'GET', bucket: 'far', key })).body)).toBe('text');
  });

  it('throws the error of S3, and takes no other ACL than that of the owner', async () => {
    await expect(callS3(caller, { method: 'GET', bucket: 'none', key: 'k' })).rejects.toMatchObject({
      code: 'NoSuchBucket',
      status: 404,
    });
    const headers = { 'x-amz-acl': 'public-read' };
    await expect(callS3(caller, { method: 'PUT', bucket: 'far', key: 'k', headers })).rejects.toMatchObject({
      code: 'NotImplemented',
      message: expect.stringContaining('x-amz-acl'),
    });
  });
});

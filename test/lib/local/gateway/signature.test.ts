import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, realClock } from '../../../../lib/local/clock.ts';
import { iamService } from '../../../../lib/local/emulators/iam/index.ts';
import { createIamStore } from '../../../../lib/local/emulators/iam/store.ts';
import { jsonService, operation } from '../../../../lib/local/gateway/operations.ts';
import { parseAuthorization } from '../../../../lib/local/gateway/signature.ts';
import { structure } from '../../../../lib/local/members.ts';
import { type CapturedRequest, capture, type ROOT, sendRaw, startWorld, TOOLING, type World } from './fixture.ts';

const MINUTE = 60_000;
const skew = { milliseconds: 0 };
const clock: Clock = { ...realClock(), now: () => Date.now() + skew.milliseconds };
const tables = jsonService({
  name: 'dynamodb',
  targetPrefix: 'DynamoDB_20120810',
  form: { version: '1.0' },
  operations: { ListTables: operation({ input: structure({}), run: () => ({ TableNames: [] }) }) },
});

let world: World;
const signed: Record<'sts' | 's3' | 'dynamodb', () => Promise<CapturedRequest>> = {
  sts: () =>
    capture((requestHandler) =>
      new STSClient({ ...world.client(world.workerSession()), requestHandler }).send(new GetCallerIdentityCommand({})),
    ),
  s3: () =>
    capture((requestHandler) =>
      new S3Client({ ...world.client(world.workerSession()), requestHandler }).send(
        new PutObjectCommand({ Bucket: 'signed-bucket', Key: 'a key/+é', Body: 'body', Metadata: { a: 'b' } }),
      ),
    ),
  dynamodb: () =>
    capture((requestHandler) =>
      new DynamoDBClient({ ...world.client(world.workerSession()), requestHandler }).send(new ListTablesCommand({})),
    ),
};
const send = (request: CapturedRequest) => sendRaw(world.endpoint, request);
const services = ['sts', 's3', 'dynamodb'] as const;

beforeAll(async () => {
  world = await startWorld([tables, iamService(createIamStore(clock))], { clock });
  world.buckets.createBucket({ name: 'signed-bucket', account: TOOLING, region: 'us-east-1' });
});
afterAll(() => world.close());

describe.each(services)('a request to %s', (service) => {
  it('passes when it is left as the client signed it', async () => {
    const answer = await send(await signed[service]());
    expect(answer.status, answer.body).toBe(200);
    expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['body', (r: CapturedRequest) => ({ ...r, body: `${r.body.slice(0, -1)}~` })],
    ['path', (r: CapturedRequest) => ({ ...r, path: `${r.path}x` })],
    ['query', (r: CapturedRequest) => ({ ...r, path: `${r.path}${r.path.includes('?') ? '&' : '?'}zzz=1` })],
    ['method', (r: CapturedRequest) => ({ ...r, method: r.method === 'PUT' ? 'POST' : 'PUT' })],
    [
      'date',
      (r: CapturedRequest) =>
        withHeader(r, 'x-amz-date', (date) => `${date.slice(0, -2)}${date.endsWith('0Z') ? 1 : 0}Z`),
    ],
    ['host', (r: CapturedRequest) => withHeader(r, 'host', (host) => host.replace('127', '128'))],
    [
      'signature',
      (r: CapturedRequest) => withHeader(r, 'authorization', (a) => a.replace(/.$/, (c) => (c === '0' ? '1' : '0'))),
    ],
    [
      'region of the scope',
      (r: CapturedRequest) => withHeader(r, 'authorization', (a) => a.replace('us-east-1', 'eu-west-1')),
    ],
    [
      'list of signed headers',
      (r: CapturedRequest) => withHeader(r, 'authorization', (a) => a.replace('x-amz-date;', '')),
    ],
    [
      'security token',
      (r: CapturedRequest) =>
        withHeader(r, 'x-amz-security-token', (t) => t.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))),
    ],
  ])('is refused when its %s was changed', async (_what, change) => {
    const answer = await send(change(await signed[service]()));
    expect([400, 403]).toContain(answer.status);
    expect(answer.body).toMatch(
      /SignatureDoesNotMatch|InvalidSignatureException|XAmzContentSHA256Mismatch|AccessDenied|InvalidToken|InvalidClientTokenId|UnrecognizedClientException/,
    );
  });

  it('is refused when a header was slipped in', async () => {
    const request = await signed[service]();
    const answer = await send({ ...request, headers: { ...request.headers, 'x-amz-meta-evil': '1' } });
    expect(answer.body).toContain('not signed');
  });
});

function withHeader(request: CapturedRequest, name: string, change: (value: string) => string): CapturedRequest {
  const value = request.headers[name] ?? '';
  return { ...request, headers: { ...request.headers, [name]: change(value) } };
}

describe('the wire codes', () => {
  const codes = {
    wrongSecret: { sts: 'SignatureDoesNotMatch', s3: 'SignatureDoesNotMatch', dynamodb: 'InvalidSignatureException' },
    unknownKey: { sts: 'InvalidClientTokenId', s3: 'InvalidAccessKeyId', dynamodb: 'UnrecognizedClientException' },
    noToken: { sts: 'InvalidClientTokenId', s3: 'InvalidAccessKeyId', dynamodb: 'UnrecognizedClientException' },
    expired: { sts: 'ExpiredToken', s3: 'ExpiredToken', dynamodb: 'ExpiredTokenException' },
  };
  const call = (service: (typeof services)[number], identity: typeof ROOT & { sessionToken?: string }) => {
    const config = world.client(identity);
    if (service === 'sts') return new STSClient(config).send(new GetCallerIdentityCommand({}));
    if (service === 'dynamodb') return new DynamoDBClient(config).send(new ListTablesCommand({}));
    return new S3Client(config).send(new PutObjectCommand({ Bucket: 'signed-bucket', Key: 'k', Body: 'b' }));
  };

  it.each(services)('of %s are its own', async (service) => {
    const session = world.workerSession();
    const { accessKeyId, secretAccessKey } = session;
    await expect(call(service, { ...session, secretAccessKey: 'x' })).rejects.toMatchObject({
      name: codes.wrongSecret[service],
    });
    await expect(call(service, { ...session, accessKeyId: 'ASIAXXXXXXXXXXXXXXXX' })).rejects.toMatchObject({
      name: codes.unknownKey[service],
    });
    await expect(call(service, { accessKeyId, secretAccessKey })).rejects.toMatchObject({
      name: codes.noToken[service],
    });
    await expect(call(service, world.workerSession(-1))).rejects.toMatchObject({ name: codes.expired[service] });
    await expect(call(service, session)).resolves.toBeDefined();
  });

  it('of iam are those of the query protocol', async () => {
    const iam = new IAMClient(world.client({ ...world.workerSession(), secretAccessKey: 'x' }));
    await expect(iam.send(new ListRolesCommand({}))).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  });
});

describe('the date of a request', () => {
  it.each([
    [-6, 'sts', 'Signature not yet current'],
    [6, 'sts', 'Signature expired'],
    [6, 'dynamodb', 'Signature expired'],
    [16, 's3', 'RequestTimeTooSkewed'],
    [-16, 's3', 'RequestTimeTooSkewed'],
  ] as const)('%d minutes off is refused by %s', async (minutes, service, words) => {
    const request = await signed[service]();
    skew.milliseconds = minutes * MINUTE;
    const answer = await send(request);
    skew.milliseconds = 0;
    expect([400, 403]).toContain(answer.status);
    expect(answer.body).toContain(words);
  });

  it.each([
    [4, 'sts'],
    [-4, 'dynamodb'],
    [14, 's3'],
  ] as const)('%d minutes off is accepted by %s', async (minutes, service) => {
    const request = await signed[service]();
    skew.milliseconds = minutes * MINUTE;
    const answer = await send(request);
    skew.milliseconds = 0;
    expect(answer.status).toBe(200);
  });

  it('must be the day of the credential scope', async () => {
    const request = await signed.dynamodb();
    const answer = await send(withHeader(request, 'authorization', (a) => a.replace(/\/\d{8}\//, '/20200101/')));
    expect(answer.body).toContain('Date in Credential scope does not match');
  });
});

describe('parseAuthorization', () => {
  const good = `AWS4-HMAC-SHA256 Credential=K/20261121/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'a'.repeat(64)}`;

  it('reads key, scope, headers and signature, with or without spaces', () => {
    const expected = {
      accessKeyId: 'K',
      scope: { date: '20261121', region: 'us-east-1', service: 's3' },
      signedHeaders: ['host', 'x-amz-date'],
      signature: 'a'.repeat(64),
    };
    expect(parseAuthorization(good)).toEqual(expected);
    expect(parseAuthorization(good.replaceAll(', ', ','))).toEqual(expected);
  });

  it.each([
    ['nothing', undefined, 'missing'],
    ['another algorithm', good.replace('HMAC-SHA256', 'ECDSA-P256-SHA256'), 'malformed'],
    ['a bearer token', 'Bearer abc', 'malformed'],
    ['a short scope', good.replace('/aws4_request', ''), 'malformed'],
    ['a short signature', good.slice(0, -1), 'malformed'],
    ['no signed headers', good.replace('SignedHeaders', 'Other'), 'malformed'],
  ])('refuses %s', (_what, header, reason) => {
    expect(() => parseAuthorization(header)).toThrow(expect.objectContaining({ reason }));
  });
});

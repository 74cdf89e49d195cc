import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { realClock } from '../../../../lib/local/clock.ts';
import { createDynamoDbService } from '../../../../lib/local/emulators/dynamodb/index.ts';
import { createFaultInjector, type FaultInjector } from '../../../../lib/local/faults/injector.ts';
import type { FaultAction } from '../../../../lib/local/faults/rules.ts';
import { ROOT, startWorld, type World } from '../gateway/fixture.ts';

const table = 'orders';
const signals: string[] = [];
let world: World;
let faults: FaultInjector;
let worker: { dynamodb: DynamoDBClient; s3: S3Client; sts: STSClient };
let root: typeof worker;

beforeAll(async () => {
  const clock = realClock(1000);
  const arrive: FaultInjector['arrive'] = (call) => faults.arrive(call);
  world = await startWorld([createDynamoDbService({ clock })], { clock, faults: { arrive, use: () => undefined } });
  const signal = (accessKeyId: string, name: string) => void signals.push(`${name} ${accessKeyId}`);
  faults = createFaultInjector({ credentials: world.credentials, signal });
  const clients = (identity: Parameters<World['client']>[0]) => ({
    dynamodb: new DynamoDBClient({ ...world.client(identity), requestHandler: { requestTimeout: 400, ...throwing } }),
    s3: new S3Client({ ...world.client(identity), forcePathStyle: true }),
    sts: new STSClient(world.client(identity)),
  });
  worker = clients(world.workerSession());
  root = clients(ROOT);
  await root.s3.send(new CreateBucketCommand({ Bucket: 'bucket' }));
  await root.dynamodb.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await waitUntilTableExists(
    { client: root.dynamodb, minDelay: 0.1, maxDelay: 0.1, maxWaitTime: 20 },
    { TableName: table },
  );
  await put(root.dynamodb, 'first');
});
afterAll(() => world.close());
beforeEach(() => {
  faults.use([]);
  signals.length = 0;
});

const throwing = { throwOnRequestTimeout: true };
const put = (client: DynamoDBClient, id: string) =>
  client.send(new PutItemCommand({ TableName: table, Item: { id: { S: id }, text: { S: 'x'.repeat(200) } } }));
const isThere = async (id: string) =>
  (await root.dynamodb.send(new GetItemCommand({ TableName: table, Key: { id: { S: id } } }))).Item !== undefined;
const scan = () => worker.dynamodb.send(new ScanCommand({ TableName: table }));

/** What the SDK makes of a fault at an item write; an empty name means that the call seems to have gone well. */
const writes: readonly (readonly [FaultAction, { name?: string; status?: number }])[] = [
  ['throttle', { name: 'ProvisionedThroughputExceededException', status: 400 }],
  ['error500', { name: 'InternalServerError', status: 500 }],
  ['html503', { name: 'SyntaxError', status: 503 }],
  ['reset', { name: 'TimeoutError' }],
  ['hang', { name: 'TimeoutError' }],
  ['html', { name: 'SyntaxError', status: 200 }],
  ['truncate', { name: 'SyntaxError', status: 200 }],
  ['expired', { name: 'ExpiredTokenException', status: 400 }],
  ['kill', { name: 'TimeoutError' }],
  ['stop', { name: 'TimeoutError' }],
];

describe.each(writes)('%s', (action, { name, status }) => {
  it.each(['before', 'after'] as const)('is what a client sees %s the effect of a write', async (phase) => {
    const id = `${action}-${phase}`;
    faults.use([{ service: 'dynamodb', operation: 'PutItem', action, phase, nth: 1 }]);
    const error = await put(worker.dynamodb, id).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name, ...(status && { $metadata: { httpStatusCode: status } }) });
    expect(await isThere(id)).toBe(phase === 'after');
    expect(world.gateway.calls().at(-2)).toMatchObject({ operation: 'PutItem', allowed: true, fault: action });
    await put(worker.dynamodb, id);
    expect(world.gateway.calls().at(-1)).toMatchObject({ operation: 'PutItem', fault: null });
  });
});

describe('empty and checksum', () => {
  it.each(['before', 'after'] as const)('answer 200 without a body %s the effect', async (phase) => {
    faults.use([{ operation: 'PutItem', action: 'empty', phase, nth: 1 }]);
    expect(await put(worker.dynamodb, `empty-${phase}`)).toMatchObject({ $metadata: { httpStatusCode: 200 } });
    expect(await isThere(`empty-${phase}`)).toBe(phase === 'after');
    faults.use([{ operation: 'Scan', action: 'empty', nth: 1, phase }]);
    expect((await scan()).Items).toBeUndefined();
  });

  it('answers another CRC-32 than that of the body', async () => {
    const seen: (string | undefined)[] = [];
    const client = new DynamoDBClient(world.client(world.workerSession()));
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        seen.push((result.response as { headers: Record<string, string> }).headers['x-amz-crc32']);
        return result;
      },
      { step: 'deserialize', priority: 'low' },
    );
    faults.use([{ operation: 'Scan', action: 'checksum', nth: 2 }]);
    const query = new ScanCommand({ TableName: table });
    for (let call = 0; call < 2; call += 1) await client.send(query);
    expect(seen).toHaveLength(2);
    expect(seen[1]).not.toBe(seen[0]);
  });

  it('answers an object with another checksum than that of its body', async () => {
    const place = { Bucket: 'bucket', Key: 'object' };
    await worker.s3.send(new PutObjectCommand({ ...place, Body: '{"a":1}' }));
    faults.use([{ service: 's3', action: 'checksum', nth: 1 }]);
    const read = async () => (await worker.s3.send(new GetObjectCommand(place))).Body?.transformToString();
    await expect(read()).rejects.toThrow('Checksum mismatch');
    expect(await read()).toBe('{"a":1}');
  });
});

describe('throttle', () => {
  it('tells which limit of DynamoDB was met', async () => {
    faults.use([{ action: 'throttle', nth: 1 }]);
    await expect(scan()).rejects.toMatchObject({
      ThrottlingReasons: [
        {
          reason: 'TableReadProvisionedThroughputExceeded',
          resource: 'arn:aws:dynamodb:us-east-1:111111111111:table/orders',
        },
      ],
    });
  });

  it('is SlowDown in S3 and Throttling in STS', async () => {
    faults.use([{ action: 'throttle', every: 1 }]);
    await expect(worker.s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'a' }))).rejects.toMatchObject({
      name: 'SlowDown',
      $metadata: { httpStatusCode: 503 },
    });
    await expect(worker.sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'Throttling' });
  });
});

describe('skew', () => {
  it('misleads a client that trusts the date of the answer, until the true date sets it right', async () => {
    const client = new DynamoDBClient(world.client(world.workerSession()));
    const query = () => client.send(new ScanCommand({ TableName: table }));
    faults.use([{ action: 'skew', nth: 1 }]);
    await expect(query()).rejects.toThrow('Signature expired');
    await expect(query()).rejects.toThrow('Signature not yet current');
    expect(await query()).toMatchObject({ Count: expect.any(Number) });
    const seen = world.gateway.calls().slice(-3);
    expect(seen.map(({ fault, allowed }) => [fault, allowed])).toEqual([
      ['skew', true],
      [null, false],
      [null, true],
    ]);
  });

  it('is RequestTimeTooSkewed in S3', async () => {
    faults.use([{ action: 'skew', nth: 1 }]);
    const s3 = new S3Client({ ...world.client(world.workerSession()), forcePathStyle: true });
    await expect(s3.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'a' }))).rejects.toMatchObject({
      name: 'RequestTimeTooSkewed',
      $metadata: { httpStatusCode: 403 },
    });
  });
});

describe('drip', () => {
  it('answers truly, over some seconds', async () => {
    faults.use([{ action: 'drip', nth: 1 }]);
    const began = Date.now();
    expect((await scan()).Items?.length).toBeGreaterThan(0);
    expect(Date.now() - began).toBeGreaterThan(3_500);
  });
});

describe('unprocessed', () => {
  const ids = ['u1', 'u2', 'u3', 'u4', 'u5'];
  const batch = (some: readonly string[]) => ({
    RequestItems: { [table]: some.map((id) => ({ PutRequest: { Item: { id: { S: id } } } })) },
  });
  const keys = (some: readonly string[]) => ({
    RequestItems: { [table]: { Keys: some.map((id) => ({ id: { S: id } })) } },
  });

  it('writes the first half of a batch and answers the rest', async () => {
    faults.use([{ action: 'unprocessed', nth: 1 }]);
    const { UnprocessedItems } = await worker.dynamodb.send(new BatchWriteItemCommand(batch(ids)));
    expect(UnprocessedItems).toEqual(batch(ids.slice(2)).RequestItems);
    expect(await Promise.all(ids.map(isThere))).toEqual([true, true, false, false, false]);
    await root.dynamodb.send(new BatchWriteItemCommand(batch(ids)));
  });

  it('reads the first half of a batch and answers the other keys', async () => {
    faults.use([{ action: 'unprocessed', nth: 1 }]);
    const answer = await worker.dynamodb.send(new BatchGetItemCommand(keys(ids)));
    expect(answer.Responses?.[table]?.map(({ id }) => id?.S).sort()).toEqual(['u1', 'u2']);
    expect(answer.UnprocessedKeys).toEqual(keys(ids.slice(2)).RequestItems);
  });

  it('does nothing of a batch of one', async () => {
    faults.use([{ action: 'unprocessed', every: 1 }]);
    expect((await worker.dynamodb.send(new BatchWriteItemCommand(batch(['one'])))).UnprocessedItems).toEqual(
      batch(['one']).RequestItems,
    );
    expect(await isThere('one')).toBe(false);
    expect(await worker.dynamodb.send(new BatchGetItemCommand(keys(['one'])))).toMatchObject({
      Responses: {},
      UnprocessedKeys: keys(['one']).RequestItems,
    });
  });
});

describe('whose calls are broken', () => {
  it('signals the process whose keys began the chain', async () => {
    const session = world.workerSession();
    faults.use([{ action: 'kill', nth: 1 }]);
    const sts = new STSClient(world.client(session));
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
    expect(signals).toEqual([`SIGKILL ${session.accessKeyId}`]);
  });

  it('neither breaks nor counts calls of root and of its sessions', async () => {
    faults.use([{ action: 'reset', nth: 2 }]);
    await root.sts.send(new GetCallerIdentityCommand({}));
    const { Credentials } = await root.sts.send(new GetSessionTokenCommand({}));
    const session = new STSClient(
      world.client({
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      }),
    );
    await session.send(new GetCallerIdentityCommand({}));
    await worker.sts.send(new GetCallerIdentityCommand({}));
    await expect(worker.sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow();
  });
});

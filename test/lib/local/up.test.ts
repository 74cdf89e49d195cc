import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import type { RecordedCall } from '../../../lib/local/service.ts';
import type { World } from '../../../lib/local/world.ts';
import { descendants, isRunning } from './processes.ts';

const root = join(import.meta.dirname, '../../..');
const running: ChildProcess[] = [];
afterEach(() => {
  for (const host of running.splice(0)) host.kill('SIGKILL');
});

interface Command {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Exit status and signal. */
  readonly exit: Promise<unknown[]>;
}

function run(...argv: string[]): Command {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bin/local.ts', ...argv], { cwd: root });
  running.push(child);
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    texts.stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    texts.stderr += chunk;
  });
  return { process: child, stdout: () => texts.stdout, stderr: () => texts.stderr, exit: once(child, 'close') };
}

/** Waits for the line that says where everything is; a first start synthesizes the app. */
async function worldOf({ stdout, stderr, exit }: Command): Promise<World> {
  const ended = exit.then(([status]) => {
    throw new Error(`the host ended with status ${status}: ${stderr()}`);
  });
  await Promise.race([expect.poll(stdout, { timeout: 50_000 }).toContain('\n'), ended]);
  return JSON.parse(stdout());
}

/** The root of an account as a client of a host. */
function rootOf(world: World, account: string | undefined) {
  const credentials = { accessKeyId: account ?? '', secretAccessKey: 'any' };
  const settings = { endpoint: world.endpoint, region: world.region, credentials };
  return {
    sts: new STSClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    states: new SFNClient(settings),
    dynamodb: new DynamoDBClient(settings),
  };
}

/** Starts a promotion with an input that is wrong, and waits for its end: Validate runs in a worker. */
async function runPromotion(world: World) {
  const { states } = rootOf(world, world.accounts.tooling);
  const stateMachineArn = world.stateMachines.promotion;
  const { executionArn } = await states.send(new StartExecutionCommand({ stateMachineArn, input: '{"mode":"none"}' }));
  const describe = () => states.send(new DescribeExecutionCommand({ executionArn }));
  await expect.poll(async () => (await describe()).status, { timeout: 20_000 }).not.toBe('RUNNING');
  return describe();
}

/** Writes an item, so that the process that holds the data of that account is there too. */
async function putItem(world: World) {
  const { dynamodb } = rootOf(world, world.accounts.dev);
  const TableName = 'orders';
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await waitUntilTableExists({ client: dynamodb, minDelay: 0.1, maxDelay: 0.5, maxWaitTime: 20 }, { TableName });
  await dynamodb.send(new PutItemCommand({ TableName, Item: { id: { S: '1' } } }));
}

describe('up', () => {
  it('says in one line where everything is, serves AWS clients, and ends all its processes at SIGTERM', async () => {
    const host = run('up', '--port', '0', '--speed', '10');
    const world = await worldOf(host);
    expect(world).toMatchObject({
      endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      region: 'us-east-1',
      accounts: { tooling: '111111111111', dev: '222222222222', prod: '333333333333', staging: '444444444444' },
    });

    const { sts, s3 } = rootOf(world, world.accounts.tooling);
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Arn: 'arn:aws:iam::111111111111:root' });
    const place = { Bucket: world.artefactBucket, Key: 'promotions/p-1/request.json' };
    const { VersionId } = await s3.send(new PutObjectCommand({ ...place, Body: '{}' }));
    expect(VersionId).toBeDefined();
    expect(await (await s3.send(new GetObjectCommand(place))).Body?.transformToString()).toBe('{}');

    expect(await runPromotion(world)).toMatchObject({ status: 'FAILED', error: 'Promotion.Config' });
    const calls = (await (await fetch(`${world.endpoint}/_local/calls`)).json()) as RecordedCall[];
    expect(calls[0]).toMatchObject({ service: 'sts', operation: 'GetCallerIdentity', role: null });
    expect(calls).toContainEqual(
      expect.objectContaining({
        account: '111111111111',
        role: expect.stringContaining('promotion'),
        service: 'lambda',
        operation: 'Invoke',
        resource: expect.stringMatching(/function:.*PromotionValidate$/),
        allowed: true,
        fault: null,
      }),
    );

    await putItem(world);
    const children = descendants(host.process.pid ?? 0);
    expect(children.length).toBeGreaterThanOrEqual(2);
    host.process.kill('SIGTERM');
    expect(await host.exit).toEqual([0, null]);
    expect(children.some(isRunning)).toBe(false);
    expect(host.stdout()).toBe(`${JSON.stringify(world)}\n`);
  }, 90_000);

  it('leaves no process behind when it is killed', async () => {
    const host = run('up', '--port', '0', '--speed', '10');
    const world = await worldOf(host);
    await runPromotion(world);
    await putItem(world);
    const children = descendants(host.process.pid ?? 0);
    expect(children.length).toBeGreaterThanOrEqual(2);
    host.process.kill('SIGKILL');
    await expect.poll(() => children.some(isRunning), { timeout: 5_000 }).toBe(false);
  }, 90_000);

  it('serves two hosts at the same time and ends at SIGINT', async () => {
    const hosts = [run('up', '--port', '0'), run('up', '--port', '0')];
    const worlds = await Promise.all(hosts.map(worldOf));
    expect(new Set(worlds.map(({ endpoint }) => endpoint)).size).toBe(2);
    for (const host of hosts) host.process.kill('SIGINT');
    expect(await Promise.all(hosts.map(({ exit }) => exit))).toEqual([
      [0, null],
      [0, null],
    ]);
  }, 90_000);

  it('ends with status 1 when the port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const host = run('up', '--port', String(port));
    expect(await host.exit).toEqual([1, null]);
    server.close();
    expect(host.stdout()).toBe('');
    expect(host.stderr()).toContain(`port ${port} is in use: choose another with --port`);
  }, 90_000);
});

describe('wrong arguments', () => {
  it.each([
    [['up', '--port', 'http'], '--port http: give a number from 0 to 65535'],
    [['up', '--faults', 'f.json'], '--faults f.json: ENOENT'],
    [['demo', '--faults', 'f.json'], '--faults f.json: ENOENT'],
    [['down'], 'unknown command down'],
    [[], 'no command'],
  ])('%j ends with status 2 and says why', async (argv, text) => {
    const command = run(...argv);
    expect(await command.exit).toEqual([2, null]);
    expect(command.stdout()).toBe('');
    expect(command.stderr()).toContain(text);
    expect(command.stderr()).toContain('usage: npm run local -- up');
  });
});

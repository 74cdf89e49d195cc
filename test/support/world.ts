import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  paginateScan,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Host, HostOptions } from '../../lib/local/host.ts';
import type { RecordedCall } from '../../lib/local/service.ts';
import { type LocalHostOptions, startLocalHost } from '../../lib/local/up.ts';

/** An item in the low-level form. */
export type Item = Record<string, AttributeValue>;

/** How an execution of the promotion machine ended. */
export interface Ended {
  readonly status: string;
  readonly error: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: the output of a run or its cause, read by each test as it needs
  readonly result: any;
  readonly executionArn: string;
}

/** A host with clients for its accounts, and the few steps that most tests share. */
export interface TestWorld {
  readonly host: Host;
  readonly dev: DynamoDBClient;
  readonly prod: DynamoDBClient;
  readonly staging: DynamoDBClient;
  makeTable(client: DynamoDBClient, input: Partial<CreateTableCommandInput> & { TableName: string }): Promise<void>;
  put(client: DynamoDBClient, table: string, items: readonly Item[]): Promise<void>;
  scan(client: DynamoDBClient, table: string): Promise<Item[]>;
  start(input: unknown, name?: string): Promise<string>;
  ended(executionArn: string): Promise<Ended>;
  run(input: unknown, name?: string): Promise<Ended>;
  read(key: string): Promise<string>;
  write(key: string, text: string): Promise<void>;
  /** Calls recorded since the last call of this function. */
  newCalls(): readonly RecordedCall[];
  close(): Promise<void>;
}

/** Starts a host in a folder of its own, whose modelled waits cost no time. */
export async function startWorld(
  onCall?: HostOptions['onCall'],
  options: Partial<LocalHostOptions> = {},
): Promise<TestWorld> {
  const logFolder = mkdtempSync(join(tmpdir(), 'promoter-world-'));
  const quiet = { port: 0, speed: 50, virtualTime: true, log: () => undefined, logFolder };
  const host = await startLocalHost({ ...quiet, ...(onCall && { onCall }), ...options });
  const root = (name: string, region = 'us-east-1') => ({
    endpoint: host.world.endpoint,
    region,
    credentials: { accessKeyId: host.world.accounts[name] ?? '', secretAccessKey: 'any' },
  });
  const states = new SFNClient(root('tooling'));
  const s3 = new S3Client(root('tooling'));
  const Bucket = host.world.artefactBucket;
  let seen = 0;

  const world: TestWorld = {
    host,
    dev: new DynamoDBClient(root('dev')),
    prod: new DynamoDBClient(root('prod')),
    staging: new DynamoDBClient(root('staging', 'eu-west-1')),
    async makeTable(client, input) {
      await client.send(
        new CreateTableCommand({
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          ...input,
        }),
      );
      await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName: input.TableName });
    },
    async put(client, table, items) {
      for (let start = 0; start < items.length; start += 25) {
        const writes = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
        await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: writes } }));
      }
    },
    async scan(client, table) {
      const all: Item[] = [];
      for await (const page of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
        all.push(...(page.Items ?? []));
      }
      return all;
    },
    async start(input, name) {
      const stateMachineArn = host.world.stateMachines.promotion;
      const started = await states.send(
        new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), ...(name ? { name } : {}) }),
      );
      return started.executionArn ?? '';
    },
    async ended(executionArn) {
      const { status, error, cause, output } = await host.states.executionEnded(executionArn);
      return { status, error: error ?? null, result: JSON.parse(output ?? cause ?? 'null'), executionArn };
    },
    run: async (input, name) => world.ended(await world.start(input, name)),
    async read(Key) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToString()) ?? '';
    },
    async write(Key, Body) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    newCalls() {
      const calls = host.gateway.calls().slice(seen);
      seen += calls.length;
      return calls;
    },
    async close() {
      await host.close();
      rmSync(logFolder, { recursive: true, force: true });
    },
  };
  return world;
}

/** Calls that change a table or its items. */
export function tableWrites(calls: readonly RecordedCall[]): readonly RecordedCall[] {
  return calls.filter(
    ({ service, operation }) => service === 'dynamodb' && !/^(Describe|List|Get|BatchGet|Scan|Query)/.test(operation),
  );
}

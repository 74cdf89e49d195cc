import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { type Clock, realClock } from '../../../../../lib/local/clock.ts';
import {
  createDynamoDbService,
  type DynamoDbOptions,
  type DynamoDbService,
} from '../../../../../lib/local/emulators/dynamodb/index.ts';
import type { ServiceRequest } from '../../../../../lib/local/service.ts';

export const DEV = '222222222222';
export const PROD = '333333333333';

/** The emulator behind the smallest possible HTTP front: the access key id is the account. */
export interface Harness {
  readonly service: DynamoDbService;
  readonly endpoint: string;
  client(account?: string, region?: string): DynamoDBClient;
  /** An unsigned call as bytes, for what the SDK would not send. */
  raw(operation: string, body: string, account?: string): Promise<Response>;
  close(): Promise<void>;
}

/** Modelled seconds pass in `1/speed` of real ones. */
export async function startHarness(
  options: Partial<DynamoDbOptions> & { readonly speed?: number } = {},
): Promise<Harness> {
  const { speed = 100, ...rest } = options;
  const service = createDynamoDbService({ clock: realClock(speed), ...rest });
  let count = 0;
  const server = createServer((incoming, outgoing) => {
    const answer = async () => {
      count += 1;
      const request = await readRequest(incoming, `request-${count}`);
      const { status, headers, body } = await service.handle(request, service.identify(request));
      outgoing.writeHead(status, headers).end(body);
    };
    answer().catch((error: Error) => outgoing.writeHead(500).end(error.stack));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: DynamoDBClient[] = [];
  return {
    service,
    endpoint,
    client(account = DEV, region = 'us-east-1') {
      const credentials = { accessKeyId: account, secretAccessKey: 'secret' };
      const client = new DynamoDBClient({ endpoint, region, credentials, maxAttempts: 1 });
      clients.push(client);
      return client;
    },
    raw: (operation, body, account = DEV) =>
      fetch(endpoint, {
        method: 'POST',
        headers: {
          'x-amz-target': `DynamoDB_20120810.${operation}`,
          'content-type': 'application/x-amz-json-1.0',
          authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260101/us-east-1/dynamodb/aws4_request`,
        },
        body,
      }),
    async close() {
      for (const client of clients) client.destroy();
      server.closeAllConnections();
      server.close();
      await service.close();
    },
  };
}

async function readRequest(incoming: IncomingMessage, requestId: string): Promise<ServiceRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = incoming.headers as Record<string, string>;
  const [, account = '', region = ''] = /Credential=(\d+)\/\d+\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  return {
    caller: {
      account,
      region,
      arn: `arn:aws:iam::${account}:root`,
      role: null,
      accessKeyId: account,
      sessionName: null,
      sourceIdentity: null,
      sessionPolicy: null,
    },
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers,
    body: Buffer.concat(chunks),
    endpoint: '',
    requestId,
  };
}

/** A clock on which nothing happens before `release`, which ends all waits that are under way. */
export function manualClock(): Clock & { release(): void } {
  let waiting: (() => void)[] = [];
  return {
    now: () => Date.now(),
    wait: (_milliseconds, signal) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
        waiting.push(resolve);
      }),
    release() {
      const ended = waiting;
      waiting = [];
      for (const resolve of ended) resolve();
    },
  };
}

/** Smallest on-demand table, with `more` on top. */
export function simpleTable(TableName: string, more: Partial<CreateTableCommandInput> = {}): CreateTableCommandInput {
  return {
    TableName,
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    ...more,
  };
}

/** Describes a table as soon as it and all its indexes are ACTIVE and its backups can be changed. */
export async function settled(client: DynamoDBClient, TableName: string): Promise<TableDescription> {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    const states = [Table?.TableStatus, ...(Table?.GlobalSecondaryIndexes ?? []).map(({ IndexStatus }) => IndexStatus)];
    if (Table && states.every((state) => state === 'ACTIVE')) return Table;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export async function createSettled(client: DynamoDBClient, input: CreateTableCommandInput): Promise<TableDescription> {
  await client.send(new CreateTableCommand(input));
  return settled(client, String(input.TableName));
}

/** Outcome of a promise that has to fail: `code: message`. */
export async function refused(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'no refusal',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

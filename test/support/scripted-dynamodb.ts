import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** One request as the server saw it. */
export interface ScriptedCall {
  /** `BatchWriteItem` … */
  readonly operation: string;
  readonly input: Record<string, unknown>;
  /** The body as it came. */
  readonly text: string;
  /** Bytes of the body. */
  readonly bytes: number;
}

/** An answer: a value becomes JSON, a text is sent as it is. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that answers DynamoDB calls by a script, for answers that the service gives seldom. */
export interface ScriptedDynamoDb {
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  readonly calls: readonly ScriptedCall[];
  /** What the next calls are answered; the calls so far are forgotten. */
  script(answer: (call: ScriptedCall, index: number) => ScriptedAnswer): void;
  close(): Promise<void>;
}

/** An error answer of the service. */
export function awsError(code: string, status = 400): ScriptedAnswer {
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: `said ${code}` } };
}

/** Starts it on a free port of loopback; the client makes one attempt, so that every repetition is ours. */
export async function startScriptedDynamoDb(): Promise<ScriptedDynamoDb> {
  const calls: ScriptedCall[] = [];
  let answer: (call: ScriptedCall, index: number) => ScriptedAnswer = () => awsError('NothingScripted', 400);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '');
      const text = body.toString('utf8');
      const call = { operation, input: JSON.parse(text), text, bytes: body.length };
      calls.push(call);
      const { status = 200, body: content, headers = {} } = answer(call, calls.length - 1);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...headers });
      response.end(typeof content === 'string' ? content : JSON.stringify(content));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  return {
    client,
    endpoint,
    calls,
    script(next) {
      calls.length = 0;
      answer = next;
    },
    async close() {
      client.destroy();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

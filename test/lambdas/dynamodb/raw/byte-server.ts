import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { type Connection, openConnection } from '../../../../lambdas/dynamodb/raw/connection.ts';

/** One request as the server saw it. */
export interface ByteCall {
  readonly operation: string;
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  readonly body: Buffer;
}

/** Takes the response into its own hands, for everything that HTTP lets a server do wrong. */
export type ByteAnswer = (response: ServerResponse, call: ByteCall, index: number) => void | Promise<void>;

/** A server of bytes: what it answers need not be JSON, whole, or there at all. */
export interface ByteServer {
  readonly url: URL;
  readonly calls: readonly ByteCall[];
  script(answer: ByteAnswer): void;
  connect(more?: Partial<Parameters<typeof openConnection>[0]>): Connection;
  close(): Promise<void>;
}

/** Sends a text with status 200 and its checksum, in pieces that end at these offsets. */
export async function sendPieces(response: ServerResponse, body: Buffer, offsets: readonly number[]): Promise<void> {
  response.writeHead(200, { 'x-amz-crc32': String(crc32(body)), 'content-length': body.length });
  let from = 0;
  for (const to of [...new Set([...offsets, body.length])].sort((one, other) => one - other)) {
    response.write(body.subarray(from, to));
    from = to;
    await turn();
  }
  response.end();
}

/** Answers a JSON text, 200 unless told. */
export function sendJson(response: ServerResponse, value: unknown, status = 200, headers: Record<string, string> = {}) {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'x-amz-crc32': String(crc32(body)), ...headers }).end(body);
}

/** Starts it on a free port of loopback. */
export async function startByteServer(): Promise<ByteServer> {
  const calls: ByteCall[] = [];
  const open: Connection[] = [];
  let answer: ByteAnswer = (response) => sendJson(response, {});
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '');
      const call = { operation, headers: request.headers, path: request.url ?? '', body: Buffer.concat(chunks) };
      calls.push(call);
      Promise.resolve(answer(response, call, calls.length - 1)).catch((error: Error) => response.destroy(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    url,
    calls,
    script(next) {
      calls.length = 0;
      answer = next;
    },
    connect(more = {}) {
      const credentials = async () => ({ accessKeyId: 'AKIATEST', secretAccessKey: 'secret' });
      const connection = openConnection({ endpoint: url, region: 'us-east-1', credentials, sockets: 4, ...more });
      open.push(connection);
      return connection;
    },
    async close() {
      for (const connection of open) connection.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the server saw it. */
export interface Arrived {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Connections are told apart by their numbers. */
  readonly connection: number;
}

/** An answer; a function does with the response what it wants. */
export type Scripted =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | ((response: ServerResponse, arrived: Arrived) => void);

/** A server on loopback that answers by a script, for what a service answers seldom. */
export interface ScriptedServer {
  readonly endpoint: URL;
  readonly arrived: readonly Arrived[];
  /** What the next requests are answered; the last answer stays. The requests so far are forgotten. */
  script(...answers: readonly Scripted[]): void;
  close(): Promise<void>;
}

/** Starts it on a free port. */
export async function startScripted(): Promise<ScriptedServer> {
  const arrived: Arrived[] = [];
  const connections = new Map<unknown, number>();
  let answers: readonly Scripted[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const connection = connections.get(request.socket) ?? connections.size;
      connections.set(request.socket, connection);
      const { method = '', url = '', headers } = request;
      const answer = answers[Math.min(arrived.length, answers.length - 1)] ?? {};
      const call = { method, target: url, headers, body: Buffer.concat(chunks).toString(), connection };
      arrived.push(call);
      if (typeof answer === 'function') answer(response, call);
      else response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    arrived,
    script(...next) {
      arrived.length = 0;
      answers = next;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

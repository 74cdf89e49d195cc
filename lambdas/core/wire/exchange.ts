import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { ShapeError } from '../retry.ts';
import type { Signed } from './signer.ts';

/** How long a silent partner is waited for, in milliseconds. */
export interface Patience {
  /** Until a connection stands, TLS included. */
  readonly connect: number;
  /** Without a single byte in either direction. */
  readonly idle: number;
  /** From the call to the last byte of its answer. */
  readonly total: number;
}

/** What came back over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Sends one request and collects the whole answer. */
export interface Exchange {
  /** Scheme, host and port; a path in it is not looked at. */
  readonly endpoint: URL;
  /** Rejects with Node's errors for lost connections, `TimeoutError` for silence, `ShapeError` for what is too large. */
  send(request: Signed, body: Buffer): Promise<WireAnswer>;
  /** Ends the connections; calls under way fail. */
  close(): void;
}

/** A Scan page is 1 MB of data; with every character escaped, 6 MB. A BatchGetItem answers 16 MB, escaped 96. */
const largestAnswer = 128 * 1024 * 1024;

/** Speaks to one host over connections that stay open, `sockets` of them at most: calls beyond wait for one. */
export function openExchange(endpoint: URL, sockets: number, patience: Patience): Exchange {
  const secure = endpoint.protocol === 'https:';
  const { Agent, request } = secure ? https : http;
  const agent = new Agent({ keepAlive: true });
  Object.assign(agent, { maxSockets: sockets, maxFreeSockets: sockets });
  const established = secure ? 'secureConnect' : 'connect';
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...args) => {
    const socket = connect(...args) as Socket;
    const end = (what: string) => socket.destroy(new TimeoutError(what, endpoint));
    const limit = setTimeout(() => end(`a connection within ${patience.connect} ms`), patience.connect);
    const clear = () => clearTimeout(limit);
    socket.once(established, clear).once('close', clear);
    return socket.setTimeout(patience.idle, () => end(`a byte within ${patience.idle} ms`));
  };
  // The agent's own timeout has each request listen to its connection anew, and without one it takes ours away.
  agent.keepSocketAlive = (socket) => {
    (socket as Socket).unref();
    return true;
  };
  // One host, so one name: the usual one is put together of all options for each request, twice.
  agent.getName = () => endpoint.host;
  const options = {
    agent,
    host: endpoint.hostname.replace(/^\[|\]$/g, ''),
    port: endpoint.port || (secure ? 443 : 80),
  };

  return {
    endpoint,
    send: ({ method, target, headers }, body) =>
      new Promise((resolve, reject) => {
        const call = request({ ...options, method, path: target, headers });
        const total = setTimeout(() => {
          call.destroy(new TimeoutError(`an answer within ${patience.total} ms`, endpoint));
        }, patience.total);
        const fail = (error: Error) => {
          clearTimeout(total);
          reject(error);
        };
        call.on('error', fail);
        call.on('response', (response) => {
          collect(response, (answer) => {
            clearTimeout(total);
            resolve(answer);
          });
          response.on('error', fail);
        });
        call.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** Gathers the body; with a length that was told it is copied once, into its place. */
function collect(response: http.IncomingMessage, done: (answer: WireAnswer) => void): void {
  const told = Number(response.headers['content-length'] ?? Number.NaN);
  if (told > largestAnswer) {
    response.destroy(new ShapeError(`an answer of ${told} bytes is larger than any`));
    return;
  }
  const place = told >= 0 ? Buffer.allocUnsafeSlow(told) : null;
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    if (place) chunk.copy(place, length);
    else chunks.push(chunk);
    length += chunk.length;
    if (length > largestAnswer) response.destroy(new ShapeError(`an answer over ${length} bytes is larger than any`));
  });
  response.on('end', () => {
    const body = place ?? Buffer.concat(chunks);
    done({ status: response.statusCode ?? 0, body, headers: response.headers });
  });
}

/** `classify` of core/retry knows the name. */
class TimeoutError extends Error {
  override readonly name = 'TimeoutError';

  constructor(what: string, endpoint: URL) {
    super(`${endpoint.host} did not give ${what}`);
  }
}

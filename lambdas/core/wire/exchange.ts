import http from 'node:http';
import https from 'node:https';
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
  const agent = new Agent({
    keepAlive: true,
    noDelay: true,
    maxSockets: sockets,
    maxFreeSockets: sockets,
    timeout: patience.idle,
  });
  const options = {
    agent,
    host: endpoint.hostname.replace(/^\[|\]$/g, ''),
    port: endpoint.port || (secure ? 443 : 80),
  };
  const established = secure ? 'secureConnect' : 'connect';

  return {
    endpoint,
    send: ({ method, target, headers }, body) =>
      new Promise((resolve, reject) => {
        const call = request({ ...options, method, path: target, headers });
        const end = (what: string) => call.destroy(new TimeoutError(what, endpoint));
        const total = setTimeout(() => end(`an answer within ${patience.total} ms`), patience.total);
        const fail = (error: Error) => {
          clearTimeout(total);
          reject(error);
        };
        call.on('error', fail);
        call.on('timeout', () => end(`a byte within ${patience.idle} ms`));
        call.on('socket', (socket) => {
          if (!socket.connecting) return;
          const limit = setTimeout(() => end(`a connection within ${patience.connect} ms`), patience.connect);
          const clear = () => clearTimeout(limit);
          socket.once(established, clear).once('close', clear);
        });
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

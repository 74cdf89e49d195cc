import http from 'node:http';
import https from 'node:https';
import { ShapeError } from '../retry.ts';
import { openPool } from './pool.ts';
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
  const { request } = secure ? https : http;
  const established = secure ? 'secureConnect' : 'connect';
  const { agent, close } = openPool(endpoint, sockets, (connection) => {
    const end = (what: string) => connection.destroy(new TimeoutError(what, endpoint));
    const limit = setTimeout(() => end(`a connection within ${patience.connect} ms`), patience.connect);
    const clear = () => clearTimeout(limit);
    connection.once(established, clear).once('close', clear);
    connection.setTimeout(patience.idle, () => end(`a byte within ${patience.idle} ms`));
  });

  return {
    endpoint,
    send: ({ method, target, headers }, body) =>
      new Promise((resolve, reject) => {
        const call = request({ agent, method, path: target, headers });
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
    close,
  };
}

/** Gathers the body: one that comes in a piece as it came, a longer one copied once, into its place. */
function collect(response: http.IncomingMessage, done: (answer: WireAnswer) => void): void {
  const told = Number(response.headers['content-length'] ?? Number.NaN);
  if (told > largestAnswer) {
    response.destroy(new ShapeError(`an answer of ${told} bytes is larger than any`));
    return;
  }
  let place: Buffer | null = null;
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    if (told > chunk.length) place ??= Buffer.allocUnsafeSlow(told);
    if (place) chunk.copy(place, length);
    else chunks.push(chunk);
    length += chunk.length;
    if (length > largestAnswer) response.destroy(new ShapeError(`an answer over ${length} bytes is larger than any`));
  });
  response.on('end', () => {
    const body = place ?? (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
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

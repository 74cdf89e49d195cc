import { request } from 'node:http';
import { createServer, request as secureRequest } from 'node:https';
import { type AddressInfo, createServer as createPlainServer, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeCertificate } from '../../../../bench/dynamodb/certificate.ts';
import { openPool, type Pool } from '../../../../lambdas/core/wire/pool.ts';
import { type ScriptedServer, startScripted } from './scripted.ts';

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScripted();
});
afterAll(() => server.close());

let pool: Pool;
let opened: Socket[];
afterEach(() => {
  pool.close();
  vi.unstubAllEnvs();
});

function open(most: number, endpoint = server.endpoint) {
  opened = [];
  pool = openPool(endpoint, most, (connection) => opened.push(connection));
}

/** Status of an answer, read to its end, or the code of what went wrong. */
function ask(via = request, path = '/'): Promise<number | string> {
  return new Promise((resolve) => {
    const call = via({ agent: pool.agent, method: 'POST', path });
    call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    call.on('response', (response) => {
      response.on('end', () => resolve(response.statusCode ?? 0)).on('error', () => resolve('cut'));
      response.resume();
    });
    call.end();
  });
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
const connectionsOf = () => server.arrived.map(({ connection }) => connection);

describe('a pool of connections', () => {
  it('sends one call after the other over one connection, and asks for it to be kept', async () => {
    open(4);
    server.script({});
    for (let call = 0; call < 3; call++) expect(await ask()).toBe(200);
    expect(opened).toHaveLength(1);
    expect(new Set(connectionsOf()).size).toBe(1);
    expect(server.arrived[0]?.headers.connection).toBe('keep-alive');
  });

  it('opens as many as it may, and lets calls beyond wait in their order', async () => {
    open(2);
    server.script((response) => setTimeout(() => response.end(), 5));
    const paths = ['/0', '/1', '/2', '/3', '/4', '/5', '/6'];
    expect(await Promise.all(paths.map((path) => ask(request, path)))).toEqual(paths.map(() => 200));
    expect(opened).toHaveLength(2);
    expect(server.arrived.map(({ target }) => target)).toEqual(paths);
  });

  it('takes the connection that was used last', async () => {
    open(2);
    server.script({});
    await Promise.all([ask(), ask()]);
    await turn();
    await ask();
    const [, , last] = connectionsOf();
    await ask();
    expect(connectionsOf()[3]).toBe(last);
  });

  it('opens another connection where the host has ended one', async () => {
    open(1);
    server.script({ headers: { connection: 'close' } });
    expect(await ask()).toBe(200);
    expect(await ask()).toBe(200);
    expect(opened).toHaveLength(2);
  });

  it('opens another connection where one broke while nobody used it', async () => {
    open(1);
    server.script({});
    await ask();
    opened[0]?.destroy(new Error('broken'));
    await turn();
    expect(await ask()).toBe(200);
    expect(opened).toHaveLength(2);
  });

  it('does not use one that is about to end', async () => {
    open(1);
    server.script({});
    await ask();
    opened[0]?.end();
    expect(await Promise.all([ask(), ask()])).toEqual([200, 200]);
    expect(opened).toHaveLength(2);
  });

  it('gives a call that waits a new connection when the one before it broke', async () => {
    open(1);
    server.script((response) => response.destroy(), {});
    expect(await Promise.all([ask(), ask()])).toEqual(['ECONNRESET', 200]);
    expect(opened).toHaveLength(2);
  });

  it('serves the next call where one was given up while it waited', async () => {
    open(1);
    server.script((response) => setTimeout(() => response.end(), 20));
    const first = ask();
    const given = new Promise((resolve) => {
      const call = request({ agent: pool.agent }).on('error', resolve).end();
      call.destroy(new Error('given up'));
    });
    expect(await Promise.all([first, given, ask()])).toEqual([200, new Error('given up'), 200]);
    expect(opened).toHaveLength(1);
  });

  it('tells a call why there is no connection', async () => {
    const closed = createPlainServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    open(1, new URL(`http://127.0.0.1:${port}`));
    expect(await Promise.all([ask(), ask()])).toEqual(['ECONNREFUSED', 'ECONNREFUSED']);
  });

  it('fails what is under way, what waits and what comes after it was closed', async () => {
    open(1);
    server.script(() => undefined);
    const calls = [ask(), ask(), ask()];
    await turn();
    pool.close();
    expect(await Promise.all([...calls, ask()])).toEqual([
      'ECONNRESET',
      'ECONNABORTED',
      'ECONNABORTED',
      'ECONNABORTED',
    ]);
    expect(opened).toHaveLength(1);
  });

  it('does not keep a process that has nothing else to do', async () => {
    open(1);
    server.script({});
    const unref = vi.fn();
    const ref = vi.fn();
    await ask();
    Object.assign(opened[0] as Socket, { ref, unref });
    await ask();
    await turn();
    expect([ref.mock.calls.length, unref.mock.calls.length]).toEqual([1, 1]);
  });
});

describe('a pool of secured connections', () => {
  const seen: { readonly name: unknown; readonly protocol: unknown; readonly resumed: boolean }[] = [];
  const secured = createServer({ ...makeCertificate(), ALPNProtocols: ['http/1.1'] }, (incoming, response) => {
    const socket = incoming.socket as TLSSocket & { readonly servername?: string | false };
    seen.push({ name: socket.servername, protocol: socket.alpnProtocol, resumed: socket.isSessionReused() });
    response.setHeader('connection', incoming.url === '/last' ? 'close' : 'keep-alive');
    response.end();
  });
  let port: number;
  beforeAll(async () => {
    await new Promise<void>((resolve) => secured.listen(0, resolve));
    port = (secured.address() as AddressInfo).port;
  });
  afterAll(() => {
    secured.closeAllConnections();
    secured.close();
  });

  it('refuses a certificate that nobody vouches for', async () => {
    open(1, new URL(`https://localhost:${port}`));
    expect(await ask(secureRequest)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });

  it('tells its host by name, and takes the session up again on the next connection', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    open(1, new URL(`https://localhost:${port}`));
    seen.length = 0;
    expect([await ask(secureRequest), await ask(secureRequest, '/last'), await ask(secureRequest)]).toEqual([
      200, 200, 200,
    ]);
    expect(opened).toHaveLength(2);
    const first = { name: 'localhost', protocol: 'http/1.1', resumed: false };
    expect(seen).toEqual([first, first, { ...first, resumed: true }]);
  });

  it('tells no name where there is only an address', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    open(1, new URL(`https://127.0.0.1:${port}`));
    seen.length = 0;
    expect(await ask(secureRequest)).toBe(200);
    expect(seen).toEqual([{ name: false, protocol: 'http/1.1', resumed: false }]);
  });
});

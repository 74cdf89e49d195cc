import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { classify } from '../../../../lambdas/core/retry.ts';
import { type Exchange, openExchange, type Patience } from '../../../../lambdas/core/wire/exchange.ts';
import { type ScriptedServer, startScripted } from './scripted.ts';

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScripted();
});
afterAll(() => server.close());

let exchange: Exchange;
afterEach(() => exchange.close());

function open(patience: Partial<Patience> = {}, sockets = 2, endpoint = server.endpoint): Exchange {
  exchange = openExchange(endpoint, sockets, { connect: 1_000, idle: 1_000, total: 1_000, ...patience });
  return exchange;
}
const send = (body = 'x') =>
  exchange.send(
    { method: 'POST', target: '/path?q=1', headers: ['host', 'test', 'content-length', String(body.length)] },
    Buffer.from(body),
  );
const failure = async () => await send().then(String, (error: unknown) => error as Error);

describe('an exchange', () => {
  it('sends line, headers and body, and collects the whole answer', async () => {
    open();
    server.script({ status: 418, headers: { 'x-one': '1' }, body: 'öffentlich' });
    const answer = await send('body');
    expect(server.arrived[0]).toMatchObject({ method: 'POST', target: '/path?q=1', body: 'body' });
    expect([answer.status, answer.headers['x-one'], answer.body.toString()]).toEqual([418, '1', 'öffentlich']);
  });

  it('collects an answer that does not tell its length', async () => {
    open();
    server.script((response) => {
      response.write('one ');
      response.end('two');
    });
    expect((await send()).body.toString()).toBe('one two');
  });

  it('puts a long answer together that comes in pieces', async () => {
    open();
    const body = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
    server.script((response) => {
      response.writeHead(200, { 'content-length': String(body.length) });
      response.write(body.subarray(0, 100_000), () => setTimeout(() => response.end(body.subarray(100_000)), 5));
    });
    expect((await send()).body.equals(body)).toBe(true);
  });

  it('keeps its connections, and opens no more than it may', async () => {
    open();
    server.script({});
    await Promise.all(Array.from({ length: 8 }, () => send()));
    await send();
    expect(new Set(server.arrived.map(({ connection }) => connection)).size).toBe(2);
  });

  it('does not wait for ever for the first byte', async () => {
    open({ idle: 50 });
    server.script(() => undefined);
    const error = await failure();
    expect(error).toMatchObject({ name: 'TimeoutError' });
    expect(String(error)).toContain('a byte within 50 ms');
    expect(classify(error)).toBe('transient');
  });

  it('does not wait for ever on a connection that was kept', async () => {
    open({ idle: 50 }, 1);
    server.script({});
    await send();
    server.script(() => undefined);
    expect(String(await failure())).toContain('a byte within 50 ms');
    expect(new Set(server.arrived.map(({ connection }) => connection)).size).toBe(1);
  });

  it('does not wait for ever for the last byte, however steadily they come', async () => {
    open({ total: 100 });
    server.script((response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    expect(await failure()).toMatchObject({ name: 'TimeoutError' });
  }, 3_000);

  it('does not wait for ever for a connection', async () => {
    // TEST-NET-1 (RFC 5737): nobody answers there, or at once that there is no way.
    open({ connect: 50 }, 1, new URL('http://192.0.2.1:81'));
    const error = await failure();
    expect(classify(error)).toBe('transient');
  });

  it('fails where an answer ends before its length', async () => {
    open();
    server.script((response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    });
    expect(classify(await failure())).toBe('transient');
  });

  it('takes no answer that is larger than any', async () => {
    open();
    server.script((response) => response.writeHead(200, { 'content-length': String(2 ** 30) }).write('x'));
    expect(await failure()).toMatchObject({ name: 'ShapeError' });
  });

  it('fails what is under way when it is closed', async () => {
    open();
    server.script(() => undefined);
    const pending = failure();
    setTimeout(() => exchange.close(), 20);
    expect(classify(await pending)).toBe('transient');
  });
});

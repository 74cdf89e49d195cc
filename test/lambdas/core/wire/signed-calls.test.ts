import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Exchange, openExchange, type WireAnswer } from '../../../../lambdas/core/wire/exchange.ts';
import { xmlDocument } from '../../../../lambdas/core/wire/fault.ts';
import { type KeyProvider, openSignedCalls, usualPatience } from '../../../../lambdas/core/wire/signed-calls.ts';
import type { Unsigned } from '../../../../lambdas/core/wire/signer.ts';
import { type Scripted, type ScriptedServer, startScripted } from './scripted.ts';

let server: ScriptedServer;
let exchange: Exchange;
beforeAll(async () => {
  server = await startScripted();
  exchange = openExchange(server.endpoint, 8, usualPatience);
});
afterAll(async () => {
  exchange.close();
  await server.close();
});

const request: Unsigned = { method: 'POST', path: '/', headers: {}, body: Buffer.from('x') };
const right: Scripted = { body: '<Done></Done>' };
const refused = (code: string, headers: Record<string, string> = {}): Scripted => ({
  status: 403,
  headers,
  body: `<Error><Code>${code}</Code><Message>said ${code}</Message></Error>`,
});
const read = (answer: WireAnswer) => xmlDocument(answer, 'Done').name;
const dates = () => server.arrived.map(({ headers }) => String(headers['x-amz-date']));
const keysUsed = () => server.arrived.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1]);

/** Keys with a number, which a renewal makes greater. */
const credentials = vi.fn<KeyProvider>();
let session = 1;
beforeEach(() => {
  session = 1;
  credentials.mockReset().mockImplementation(async ({ forceRefresh = false } = {}) => {
    if (forceRefresh) session++;
    return { accessKeyId: `KEY${session}`, secretAccessKey: 'secret' };
  });
});
const open = () => openSignedCalls(exchange, { region: 'us-east-1', service: 'sts', credentials });

describe('pitfall 36: a clock that is wrong', () => {
  const inTenMinutes = () => new Date(Date.now() + 600_000);
  const stamp = (date: Date) => date.toISOString().slice(0, 16).replace(/[-:]/g, '');

  it.each(['RequestTimeTooSkewed', 'SignatureDoesNotMatch', 'InvalidSignatureException'])(
    'is set by the date of an answer with %s, for later calls too',
    async (code) => {
      const { call } = open();
      server.script(refused(code, { date: inTenMinutes().toUTCString() }), right);
      expect(await call(request, read)).toBe('Done');
      await call(request, read);
      expect(dates()).toHaveLength(3);
      for (const date of dates().slice(1)) expect(date.slice(0, 13)).toBe(stamp(inTenMinutes()));
    },
  );

  it('is set once more where the date of the answer was wrong itself', async () => {
    const absurd = refused('RequestTimeTooSkewed', { date: 'Thu, 01 Jan 1970 00:00:00 GMT' });
    server.script(absurd, refused('RequestTimeTooSkewed', { date: new Date().toUTCString() }), right);
    expect(await open().call(request, read)).toBe('Done');
    expect(dates()[1]?.slice(0, 4)).toBe('1970');
    expect(dates()[2]?.slice(0, 4)).not.toBe('1970');
  });

  it('is not the trouble where the dates agree: a wrong secret is told at once', async () => {
    server.script(refused('SignatureDoesNotMatch', { date: new Date().toUTCString() }), right);
    await expect(open().call(request, read)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    expect(server.arrived).toHaveLength(1);
  });

  it('is set three times at most', async () => {
    let hours = 0;
    server.script((response) => {
      const date = new Date(Date.now() + ++hours * 3_600_000).toUTCString();
      response.writeHead(403, { date }).end('<Error><Code>RequestTimeTooSkewed</Code></Error>');
    });
    await expect(open().call(request, read)).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' });
    expect(server.arrived).toHaveLength(4);
  });
});

describe('a session that the service calls expired', () => {
  it('is renewed, once for all calls under way', async () => {
    const { call } = open();
    server.script((response, { headers }) => {
      if (headers.authorization?.includes('=KEY1/')) {
        response.writeHead(400).end('<Error><Code>ExpiredToken</Code></Error>');
      } else response.end('<Done></Done>');
    });
    await Promise.all([1, 2, 3, 4].map(() => call(request, read)));
    expect(credentials.mock.calls.filter(([options]) => options?.forceRefresh)).toHaveLength(1);
    expect(keysUsed().filter((key) => key === 'KEY2')).toHaveLength(4);
  });

  it('that is refused again is thrown', async () => {
    server.script(refused('ExpiredToken'));
    await expect(open().call(request, read)).rejects.toMatchObject({ name: 'ExpiredToken' });
    expect(keysUsed()).toEqual(['KEY1', 'KEY2']);
  }, 3_000);
});

describe('a call', () => {
  it('repeats nothing else', async () => {
    server.script(refused('SlowDown'), right);
    await expect(open().call(request, read)).rejects.toMatchObject({ name: 'SlowDown' });
    expect(server.arrived).toHaveLength(1);
  });
});

import { createServer } from 'node:net';
import { crc32, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classify, errorCode, ShapeError } from '../../../../lambdas/core/retry.ts';
import type { ServiceFault } from '../../../../lambdas/dynamodb/raw/answer.ts';
import { openConnection } from '../../../../lambdas/dynamodb/raw/connection.ts';
import { type ByteServer, sendJson, sendPieces, startByteServer } from './byte-server.ts';

let server: ByteServer;
beforeAll(async () => {
  server = await startByteServer();
});
afterAll(() => server.close());

const body = Buffer.from('{"TableName":"orders"}');
const caught = async (call: Promise<unknown>) =>
  (await call.then(
    () => new Error('no refusal'),
    (error: unknown) => error,
  )) as Error & Partial<ServiceFault>;
const patient = { connect: 1_000, idle: 1_000, total: 1_000 };

describe('a call', () => {
  it('carries operation, type, length and the body as it is', async () => {
    server.script((response) => sendJson(response, { ok: 1 }));
    expect((await server.connect().call('Scan', body)).toString()).toBe('{"ok":1}');
    const [call] = server.calls;
    expect(call?.body).toEqual(body);
    expect(call?.headers).toMatchObject({
      host: server.url.host,
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(body.length),
      'x-amz-target': 'DynamoDB_20120810.Scan',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIATEST\/\d{8}\/us-east-1\/dynamodb\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, /,
      ),
    });
    expect(call?.headers).not.toHaveProperty('x-amz-security-token');
  });

  it('goes to the path of the endpoint', async () => {
    server.script((response) => sendJson(response, {}));
    await server.connect({ endpoint: new URL('/base/path', server.url) }).call('Scan', body);
    expect(server.calls[0]?.path).toBe('/base/path');
  });

  it('asks for a session token to be signed', async () => {
    server.script((response) => sendJson(response, {}));
    const credentials = async () => ({ accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 'token' });
    await server.connect({ credentials }).call('Scan', body);
    expect(server.calls[0]?.headers).toMatchObject({
      'x-amz-security-token': 'token',
      authorization: expect.stringContaining(';x-amz-date;x-amz-security-token;x-amz-target,'),
    });
  });

  it('keeps connections, and opens no more than it may', async () => {
    const ports = new Set<number | undefined>();
    server.script(async (response) => {
      ports.add(response.socket?.remotePort);
      sendJson(response, {});
    });
    const connection = server.connect({ sockets: 3 });
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 8 }, () => connection.call('Scan', body)));
    }
    expect(server.calls).toHaveLength(24);
    expect(ports.size).toBeLessThanOrEqual(3);
  });
});

describe('pitfall 9: an answer that comes in pieces', () => {
  it('is put together, wherever it was cut, within a character too', async () => {
    const connection = server.connect();
    const text = fc.string({ unit: 'grapheme', minLength: 20, maxLength: 300, size: 'max' });
    const places = fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(text, places, async (value, percent) => {
        const wanted = Buffer.from(JSON.stringify({ value }));
        const offsets = percent.map((part) => Math.floor((wanted.length * part) / 100));
        server.script((response) => sendPieces(response, wanted, offsets));
        expect(await connection.call('Scan', body)).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });

  it('is put together without a length too', async () => {
    server.script((response) => {
      response.write('{"a":');
      setImmediate(() => response.end('1}'));
    });
    expect((await server.connect().call('Scan', body)).toString()).toBe('{"a":1}');
  });
});

describe('the checksum of an answer', () => {
  it('makes a changed answer one that is asked for again', async () => {
    server.script((response) => response.writeHead(200, { 'x-amz-crc32': '12345' }).end('{}') as never);
    const error = await caught(server.connect().call('Scan', body));
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.message).toContain('12345');
  });

  it('is looked at in errors too: a damaged refusal is none', async () => {
    const refused = JSON.stringify({ __type: 'x#AccessDeniedException' });
    server.script(
      (response) => response.writeHead(400, { 'x-amz-crc32': String(crc32('other')) }).end(refused) as never,
    );
    expect(classify(await caught(server.connect().call('Scan', body)))).toBe('transient');
  });

  it('may be missing: the shape alone decides then', async () => {
    server.script((response) => response.writeHead(200).end('{}') as never);
    expect((await server.connect().call('Scan', body)).toString()).toBe('{}');
  });
});

describe('an error answer', () => {
  it('has the name, message, status and reasons of the service', async () => {
    const ThrottlingReasons = [{ reason: 'TableWriteKeyRangeThroughputExceeded', resource: 'arn:x' }];
    const __type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException';
    server.script((response) => sendJson(response, { __type, message: 'slower', ThrottlingReasons }, 400));
    const error = await caught(server.connect().call('Scan', body));
    expect(error).toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      message: 'slower',
      $metadata: { httpStatusCode: 400 },
      ThrottlingReasons,
    });
    expect(classify(error)).toBe('throttled');
  });

  it.each([
    ['AccessDeniedException', 400, 'permission'],
    ['ValidationException', 400, 'final'],
    ['ResourceNotFoundException', 400, 'final'],
    ['InternalServerError', 500, 'transient'],
    ['ThrottlingException', 400, 'throttled'],
  ])('%s is told to be what it is', async (code, status, trouble) => {
    server.script((response) => sendJson(response, { __type: `a.b#${code}`, Message: 'capital' }, status));
    const error = await caught(server.connect().call('Scan', body));
    expect([errorCode(error), error.message, classify(error)]).toEqual([code, 'capital', trouble]);
  });

  it.each([
    ['a page of something in between', 503, '<html>busy</html>'],
    ['a page that forbids', 403, '<html>no</html>'],
    ['a JSON text without a type', 400, '{"message":"?"}'],
    ['null', 400, 'null'],
    ['nothing', 502, ''],
    ['a redirection', 302, ''],
  ])('that is none of the service, %s with %i, is asked for again', async (_what, status, text) => {
    server.script((response) => response.writeHead(status).end(text) as never);
    expect(classify(await caught(server.connect().call('Scan', body)))).toBe('transient');
  });

  it('in a coding that was not asked for is damage', async () => {
    server.script((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}')) as never);
    expect(await caught(server.connect().call('Scan', body))).toBeInstanceOf(ShapeError);
  });
});

describe('a partner that fails', () => {
  it('by closing in the middle of an answer, is a lost connection', async () => {
    server.script((response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"Items":');
      setImmediate(() => response.destroy());
    });
    expect(classify(await caught(server.connect().call('Scan', body)))).toBe('transient');
  });

  it('by closing before it answers, is a lost connection', async () => {
    server.script((response) => void response.destroy());
    expect(classify(await caught(server.connect().call('Scan', body)))).toBe('transient');
  });

  it('by not being there, is a lost connection', async () => {
    const connection = openConnection({
      endpoint: new URL('http://127.0.0.1:1'),
      region: 'us-east-1',
      credentials: async () => ({ accessKeyId: 'A', secretAccessKey: 's' }),
      sockets: 1,
    });
    expect(classify(await caught(connection.call('Scan', body)))).toBe('transient');
  });

  it('by never answering, is left after the idle time', async () => {
    server.script(() => undefined);
    const connection = server.connect({ patience: { ...patient, idle: 60 } });
    const error = await caught(connection.call('Scan', body));
    expect([error.name, classify(error)]).toEqual(['TimeoutError', 'transient']);
    expect(error.message).toContain('within 60 ms');
  });

  it('by answering for ever, is left after the total time', async () => {
    server.script((response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    });
    const error = await caught(server.connect({ patience: { ...patient, total: 90 } }).call('Scan', body));
    expect([error.name, classify(error)]).toEqual(['TimeoutError', 'transient']);
  });

  it('by not finishing a handshake, is left after the time for a connection', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const connection = server.connect({
      endpoint: new URL(`https://127.0.0.1:${port}`),
      patience: { ...patient, connect: 60 },
    });
    const error = await caught(connection.call('Scan', body));
    expect([error.name, error.message.includes('a connection within 60 ms')]).toEqual(['TimeoutError', true]);
    silent.close();
  });

  it('by announcing more than any answer has, is damage', async () => {
    server.script((response) => {
      response.writeHead(200, { 'content-length': 2 ** 40 });
      response.flushHeaders();
    });
    expect(await caught(server.connect().call('Scan', body))).toBeInstanceOf(ShapeError);
  });
});

describe('pitfall 36: a clock that is wrong', () => {
  const ahead = 10 * 60_000;
  const dateOf = (text: unknown) =>
    Date.parse(String(text).replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const refuse = (response: Parameters<typeof sendJson>[0], date: number, __type = 'x#InvalidSignatureException') =>
    sendJson(response, { __type, message: 'Signature expired' }, 400, { date: new Date(date).toUTCString() });

  it.each(['InvalidSignatureException', 'RequestTimeTooSkewed', 'RequestExpired'])(
    'is set by the date of the answer %s, for all calls that follow',
    async (code) => {
      server.script((response, { headers }) => {
        const now = Date.now() + ahead;
        if (Math.abs(dateOf(headers['x-amz-date']) - now) > 5 * 60_000) return refuse(response, now, `x#${code}`);
        return sendJson(response, {});
      });
      const connection = server.connect();
      await connection.call('Scan', body);
      expect(server.calls).toHaveLength(2);
      await connection.call('Scan', body);
      expect(server.calls).toHaveLength(3);
    },
  );

  it('is set right again after an answer with a date that was absurd', async () => {
    server.script((response, { headers }, index) => {
      const now = Date.now();
      if (index === 0) return refuse(response, Date.UTC(1971, 0));
      if (Math.abs(dateOf(headers['x-amz-date']) - now) > 5 * 60_000) return refuse(response, now);
      return sendJson(response, {});
    });
    await server.connect().call('Scan', body);
    expect(server.calls).toHaveLength(3);
  });

  it('is not looked for where the date is ours: a wrong secret is refused once', async () => {
    server.script((response) => refuse(response, Date.now()));
    expect(errorCode(await caught(server.connect().call('Scan', body)))).toBe('InvalidSignatureException');
    expect(server.calls).toHaveLength(1);
  });

  it('that the service never agrees with ends the call', async () => {
    server.script((response, _call, index) => refuse(response, Date.now() + (index + 1) * ahead));
    expect(errorCode(await caught(server.connect().call('Scan', body)))).toBe('InvalidSignatureException');
    expect(server.calls).toHaveLength(4);
  });

  it('is not guessed at without a date', async () => {
    server.script((response) => {
      response.sendDate = false;
      sendJson(response, { __type: 'x#InvalidSignatureException' }, 400);
    });
    await caught(server.connect().call('Scan', body));
    expect(server.calls).toHaveLength(1);
  });
});

describe('a session that has run out', () => {
  const session = () => {
    let current = 0;
    let renewals = 0;
    return {
      renewals: () => renewals,
      credentials: async (options?: { readonly forceRefresh?: boolean }) => {
        // So slow that all calls are refused before the first of them has asked for new keys.
        await new Promise((resolve) => setTimeout(resolve, 30));
        if (options?.forceRefresh) {
          renewals++;
          current++;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        return { accessKeyId: `KEY${current}`, secretAccessKey: 's', sessionToken: 't' };
      },
    };
  };
  const expired = { __type: 'x#ExpiredTokenException', message: 'expired' };

  it('is renewed once for all calls under way, which are made again', async () => {
    const { credentials, renewals } = session();
    server.script((response, { headers }) =>
      String(headers.authorization).includes('KEY0/') ? sendJson(response, expired, 400) : sendJson(response, {}),
    );
    const connection = server.connect({ credentials, sockets: 8 });
    await Promise.all(Array.from({ length: 8 }, () => connection.call('Scan', body)));
    await connection.call('Scan', body);
    expect([renewals(), server.calls.length]).toEqual([1, 17]);
  });

  it('is an error when the new one has run out too', async () => {
    const { credentials, renewals } = session();
    server.script((response) => sendJson(response, expired, 400));
    expect(classify(await caught(server.connect({ credentials }).call('Scan', body)))).toBe('expired');
    expect([renewals(), server.calls.length]).toEqual([1, 2]);
  });
});

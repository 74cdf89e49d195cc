import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CannedRequest, serveConnection } from '../../../bench/dynamodb/http-connection.ts';

/** A connection whose incoming bytes the test gives, and whose answers it keeps. */
function makeConnection() {
  const sent: string[] = [];
  const seen: { operation: string; body: string }[] = [];
  const socket = Object.assign(new EventEmitter(), {
    destroyed: false,
    setNoDelay: () => undefined,
    cork: () => undefined,
    uncork: () => undefined,
    write: (chunk: string | Buffer) => sent.push(chunk.toString()),
    destroy: () => undefined,
  });
  serveConnection(socket as unknown as Socket, ({ operation, body }: CannedRequest, answer) => {
    seen.push({ operation, body: body.toString() });
    answer(200, 7, [Buffer.from('{'), Buffer.from('}')]);
  });
  return { receive: (chunk: Buffer) => socket.emit('data', chunk), sent, seen };
}

function post(operation: string, body: string): Buffer {
  const length = Buffer.byteLength(body);
  return Buffer.from(
    `POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.${operation}\r\nContent-Length: ${length}\r\n\r\n${body}`,
  );
}

describe('a connection', () => {
  it('sees each request whole, wherever the bytes are cut', () => {
    const cut = fc.array(fc.nat({ max: 400 }), { maxLength: 12 });
    const bodies = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(bodies, cut, (texts, cuts) => {
        const connection = makeConnection();
        const all = Buffer.concat(texts.map((text) => post('Scan', text)));
        const places = [0, ...cuts.map((place) => place % all.length).sort((one, other) => one - other), all.length];
        for (const [index, place] of places.slice(0, -1).entries()) {
          connection.receive(all.subarray(place, places[index + 1]));
        }
        expect(connection.seen).toEqual(texts.map((body) => ({ operation: 'Scan', body })));
      }),
      { numRuns: 200 },
    );
  });

  it('answers with the length of all parts and the checksum', () => {
    const connection = makeConnection();
    connection.receive(post('BatchWriteItem', '{}'));
    expect(connection.sent.join('')).toMatch(
      /^HTTP\/1\.1 200 OK\r\n.*x-amz-crc32: 7\r\ncontent-length: 2\r\n\r\n\{\}$/s,
    );
  });

  it('tells a GET by its path', () => {
    const connection = makeConnection();
    connection.receive(Buffer.from('GET /tally HTTP/1.1\r\nHost: x\r\n\r\n'));
    expect(connection.seen).toEqual([{ operation: '/tally', body: '' }]);
  });

  it('lets a client go on that waits to be told so', () => {
    const connection = makeConnection();
    const text = post('Scan', '{}').toString().replace('Host: x', 'Host: x\r\nExpect: 100-continue');
    connection.receive(Buffer.from(text));
    expect(connection.sent[0]).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(connection.seen).toHaveLength(1);
  });
});

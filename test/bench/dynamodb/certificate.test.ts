import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../bench/dynamodb/certificate.ts';

const made = makeCertificate();

describe('a certificate made without any other program', () => {
  it('is for loopback, signed by itself, and good now but not for long', () => {
    const certificate = new X509Certificate(made.cert);
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(true);
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now());
    expect(Date.parse(certificate.validTo) - Date.now()).toBeLessThan(25 * 3_600_000);
  });

  it('is believed by a client that trusts it, and by no other', async () => {
    const server = createServer(made, (socket) => socket.end('hello'));
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const trusting = connect({ host: '127.0.0.1', port, ca: made.cert });
    await once(trusting, 'secureConnect');
    expect(trusting.authorized).toBe(true);
    trusting.destroy();
    const doubting = connect({ host: '127.0.0.1', port });
    const [error] = (await once(doubting, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    server.close();
  });

  it('is another one each time', () => {
    expect(makeCertificate().key).not.toBe(made.key);
  });
});

import type { Socket } from 'node:net';

/** A request as it came: its operation, and its body in one piece. */
export interface CannedRequest {
  /** The part of X-Amz-Target after the dot; for a GET its path. */
  readonly operation: string;
  readonly body: Buffer;
}

/** Sends an answer: JSON bytes in any number of parts. */
export type Answer = (status: number, crc: number, parts: readonly Buffer[]) => void;

const endOfHead = Buffer.from('\r\n\r\n');

/**
 * Serves HTTP/1.1 with keep-alive on one connection, and only what SDKs send: heads in one piece with Content-Length.
 * It costs a fifth of `node:http`, and what the server does not take is left to the client that is measured.
 */
export function serveConnection(socket: Socket, serve: (request: CannedRequest, answer: Answer) => void): void {
  let chunks: Buffer[] = [];
  let length = 0;
  /** Bytes until the request is whole; 0 while its head is not. */
  let wanted = 0;
  let bodyAt = 0;
  let operation = '';

  const answer: Answer = (status, crc, parts) => {
    if (socket.destroyed) return;
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    socket.cork();
    socket.write(
      `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Bad Request'}\r\ncontent-type: application/x-amz-json-1.0\r\nx-amz-crc32: ${crc}\r\ncontent-length: ${bytes}\r\n\r\n`,
    );
    for (const part of parts) socket.write(part);
    socket.uncork();
  };

  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    while (length > 0) {
      if (wanted === 0) {
        const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
        chunks = [all];
        const end = all.indexOf(endOfHead);
        if (end < 0) return;
        const head = all.toString('latin1', 0, end);
        operation = /^x-amz-target: *\w+\.(\w+)/im.exec(head)?.[1] ?? /^GET (\S+)/.exec(head)?.[1] ?? '';
        bodyAt = end + endOfHead.length;
        wanted = bodyAt + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
        if (/^expect: *100-continue/im.test(head)) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      }
      if (length < wanted) return;
      const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      const rest = all.subarray(wanted);
      serve({ operation, body: all.subarray(bodyAt, wanted) }, answer);
      chunks = rest.length > 0 ? [rest] : [];
      length = rest.length;
      wanted = 0;
    }
  });
  // A client that goes away in the middle is none of the server's business.
  socket.on('error', () => socket.destroy());
}

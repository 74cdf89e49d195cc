import type { ServerResponse } from 'node:http';
import { send } from '../gateway/http.ts';
import type { ServiceResponse } from '../service.ts';

/**
 * An answer and the way it goes over the wire: `reset` destroys the connection, `hang` sends nothing until the client
 * gives up or the gateway is closed, `drip` sends the body in pieces over some seconds.
 */
export type Delivered = ServiceResponse & { readonly delivery?: 'reset' | 'hang' | 'drip' };

/** 20 pieces 200 ms apart are 4 s: no pause ends a socket's idle time, the whole outlasts every usual answer. */
const pieces = 20;
const pauseMilliseconds = 200;

/** An answer that never comes. */
export const silence: Delivered = { status: 0, headers: {}, body: '', delivery: 'hang' };
/** The end of the connection in place of an answer. */
export const broken: Delivered = { status: 0, headers: {}, body: '', delivery: 'reset' };

/** Writes an answer the way that it asks for. */
export function deliver(outgoing: ServerResponse, method: string, requestId: string, answer: Delivered): void {
  if (answer.delivery === 'hang') return;
  if (answer.delivery === 'reset') outgoing.socket?.resetAndDestroy();
  else if (answer.delivery === 'drip') drip(outgoing, method, requestId, answer);
  else send(outgoing, method, requestId, answer);
}

function drip(outgoing: ServerResponse, method: string, requestId: string, { status, headers, body }: Delivered): void {
  const left = method === 'HEAD' ? Buffer.alloc(0) : Buffer.from(body);
  const length = Math.ceil(left.length / pieces);
  outgoing.writeHead(status, {
    ...headers,
    'x-amzn-requestid': requestId,
    ...(method !== 'HEAD' && { 'content-length': left.length }),
  });
  outgoing.flushHeaders();
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    outgoing.write(left.subarray((sent - 1) * length, sent * length));
    if (sent < pieces) return;
    clearInterval(timer);
    outgoing.end();
  }, pauseMilliseconds);
  outgoing.once('close', () => clearInterval(timer));
}

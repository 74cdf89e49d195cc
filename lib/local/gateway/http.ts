import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceRequest, ServiceResponse } from '../service.ts';
import { rootCaller } from './credentials.ts';
import type { RawRequest } from './signature.ts';

/** Reads a whole request from the socket. */
export async function readRequest(incoming: IncomingMessage): Promise<RawRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = incoming.url ?? '/';
  const mark = url.indexOf('?');
  const headers = Object.fromEntries(
    Object.entries(incoming.headersDistinct).map(([name, values]) => [name, (values ?? []).join(',')]),
  );
  return {
    method: incoming.method ?? '',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers,
    body: Buffer.concat(chunks),
  };
}

/** A request whose caller is not known yet. */
export function unidentified(raw: RawRequest, endpoint: string, requestId: string): ServiceRequest {
  const { method, path, headers, body } = raw;
  return {
    caller: rootCaller('', ''),
    method,
    path,
    headers,
    body,
    query: new URLSearchParams(raw.query),
    endpoint,
    requestId,
  };
}

/** What a request which no service identified seems to ask for, for the record of calls. */
export function attemptedOperation(request: Omit<ServiceRequest, 'caller'>): string {
  const target = request.headers['x-amz-target'];
  if (target) return target.slice(target.lastIndexOf('.') + 1);
  const action = /(?:^|&)Action=(\w+)/.exec(request.body.toString('latin1', 0, 4096))?.[1];
  return action ?? `${request.method} ${request.path}`;
}

/** Writes an answer; one to HEAD goes without its body. */
export function send(outgoing: ServerResponse, method: string, requestId: string, response: ServiceResponse): void {
  const body = method === 'HEAD' ? '' : response.body;
  const headers: Record<string, string | number> = { ...response.headers, 'x-amzn-requestid': requestId };
  // A HEAD answer states the length of the body which it leaves out.
  if (method !== 'HEAD') headers['content-length'] = Buffer.byteLength(body);
  outgoing.writeHead(response.status, headers);
  outgoing.end(body);
}

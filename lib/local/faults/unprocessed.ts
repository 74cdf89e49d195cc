import { crc32 } from 'node:zlib';
import type { ServiceRequest, ServiceResponse } from '../service.ts';

type Tables = Record<string, unknown>;
type Entry = readonly unknown[] | { readonly Keys: readonly unknown[] };

/**
 * Has a batch carried out in part: of each table the later half of its entries (at least one) is held back and stands in
 * the answer as `UnprocessedItems` or `UnprocessedKeys`; the rest is really applied. `carryOut` runs the smaller batch;
 * when nothing is left for it, the answer is made here.
 */
export async function inPart(
  request: ServiceRequest,
  operation: string,
  carryOut: (request: ServiceRequest) => Promise<ServiceResponse>,
): Promise<ServiceResponse> {
  const member = operation === 'BatchWriteItem' ? 'UnprocessedItems' : 'UnprocessedKeys';
  const input = parsed(request.body);
  const tables = input?.RequestItems as Tables | undefined;
  // A request that is wrong as a whole is for the service to refuse.
  if (!input || typeof tables !== 'object' || tables === null) return carryOut(request);

  const kept: Tables = {};
  const heldBack: Tables = {};
  for (const [table, entry] of Object.entries(tables)) {
    if (!isEntry(entry)) return carryOut(request);
    const all = 'Keys' in entry ? entry.Keys : entry;
    const half = Math.floor(all.length / 2);
    const part = (some: readonly unknown[]) => ('Keys' in entry ? { ...entry, Keys: some } : some);
    if (half > 0) kept[table] = part(all.slice(0, half));
    heldBack[table] = part(all.slice(half));
  }
  if (Object.keys(kept).length === 0) {
    return answer({ ...(operation === 'BatchGetItem' && { Responses: {} }), [member]: heldBack });
  }
  const response = await carryOut({ ...request, body: Buffer.from(JSON.stringify({ ...input, RequestItems: kept })) });
  const output = response.status === 200 ? parsed(response.body) : null;
  if (!output) return response;
  return answer({ ...output, [member]: joined(heldBack, (output[member] ?? {}) as Tables) }, response);
}

/** Adds what the service itself left undone to what was held back. */
function joined(heldBack: Tables, own: Tables): Tables {
  const all = { ...heldBack };
  for (const [table, entry] of Object.entries(own)) {
    const other = all[table];
    if (!isEntry(entry) || !isEntry(other)) all[table] = entry;
    else if ('Keys' in entry && 'Keys' in other) all[table] = { ...entry, Keys: [...entry.Keys, ...other.Keys] };
    else if (Array.isArray(entry) && Array.isArray(other)) all[table] = [...entry, ...other];
  }
  return all;
}

function answer(output: unknown, like?: ServiceResponse): ServiceResponse {
  const body = Buffer.from(JSON.stringify(output));
  const headers = like?.headers ?? { 'content-type': 'application/x-amz-json-1.0' };
  return { status: 200, headers: { ...headers, 'x-amz-crc32': String(crc32(body)) }, body };
}

function isEntry(entry: unknown): entry is Entry {
  if (Array.isArray(entry)) return true;
  return typeof entry === 'object' && entry !== null && Array.isArray((entry as { Keys?: unknown }).Keys);
}

function parsed(body: Buffer | string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

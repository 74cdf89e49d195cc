import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BatchWriteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { openPool } from '../../../lambdas/core/wire/pool.ts';
import { makeClient } from './client.ts';
import { batchItems, caller, createSlots, socketsOf, type Variant, type VariantOptions } from './contract.ts';

interface Prepared {
  /** Name, value, name, value. */
  readonly headers: string[];
  readonly body: Buffer;
}

/**
 * Sends what was built and signed before, and drops the answers: the pace that the wire and Node's own client allow,
 * over the connections of the raw engine. It reads the first page of each segment again and again, and writes that page's items each time.
 */
export async function openVariant(options: VariantOptions): Promise<Variant> {
  const { table, copy, segments, endpoint } = options;
  const scanOf = (Segment: number) =>
    new ScanCommand({ TableName: table, Segment, TotalSegments: segments, ConsistentRead: true });
  const { Items = [] } = await makeClient(options).send(scanOf(0));
  const scans = await Promise.all(Array.from({ length: segments }, (_, segment) => prepare(endpoint, scanOf(segment))));
  const writes: Prepared[] = [];
  for (let start = 0; start < Items.length; start += batchItems) {
    const batch = Items.slice(start, start + batchItems).map((Item) => ({ PutRequest: { Item } }));
    writes.push(await prepare(endpoint, new BatchWriteItemCommand({ RequestItems: { [copy]: batch } })));
  }

  const slot = createSlots(options.inFlight);
  const send = sender(endpoint, socketsOf(options));
  return async (segment) => {
    await send(scans[segment] as Prepared);
    const written = async () => {
      await Promise.all(writes.map((write) => slot(() => send(write))));
      return { items: Items.length };
    };
    return { next: { always: 'more' }, written: written() };
  };
}

/** Has the SDK build and sign a request, and keeps it instead of sending it. */
async function prepare(endpoint: string, command: ScanCommand | BatchWriteItemCommand): Promise<Prepared> {
  let kept: Prepared | null = null;
  const client = new DynamoDBClient({ ...caller, endpoint });
  client.middlewareStack.add(
    () => async (args) => {
      const { headers, body } = args.request as { headers: Record<string, string>; body: string | Uint8Array };
      const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.concat([body]);
      const sent = { ...headers, 'content-length': String(bytes.length) };
      kept = { headers: Object.entries(sent).flat(), body: bytes };
      return { output: { $metadata: {} } as never, response: {} };
    },
    { step: 'finalizeRequest', priority: 'low', name: 'keepRequest' },
  );
  await client.send(command as ScanCommand);
  if (!kept) throw new Error('the client built no request');
  return kept;
}

function sender(endpoint: string, maxSockets: number): (prepared: Prepared) => Promise<void> {
  const url = new URL(endpoint);
  const { agent } = openPool(url, maxSockets, () => undefined);
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return ({ headers, body }) =>
    new Promise((resolve, reject) => {
      const call = request({ method: 'POST', path: url.pathname, agent, headers }, (response) => {
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`the server answered ${response.statusCode}`));
        });
        response.resume();
      });
      call.on('error', reject);
      call.end(body);
    });
}

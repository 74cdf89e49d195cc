import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { BatchWriteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { makeClient } from './client.ts';
import { batchItems, caller, createSlots, socketsOf, type Variant, type VariantOptions } from './contract.ts';

interface Prepared {
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/**
 * Sends what was built and signed before, and drops the answers: the pace that the wire and Node's own client allow.
 * It reads the first page of each segment again and again, and writes that page's items each time.
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
      kept = { headers: { ...headers }, body: typeof body === 'string' ? Buffer.from(body) : Buffer.concat([body]) };
      return { output: { $metadata: {} } as never, response: {} };
    },
    { step: 'finalizeRequest', priority: 'low', name: 'keepRequest' },
  );
  await client.send(command as ScanCommand);
  if (!kept) throw new Error('the client built no request');
  return kept;
}

function sender(endpoint: string, maxSockets: number): (prepared: Prepared) => Promise<void> {
  const { protocol, hostname, port, pathname } = new URL(endpoint);
  const secure = protocol === 'https:';
  const agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets });
  const request = secure ? httpsRequest : httpRequest;
  return (prepared) =>
    new Promise((resolve, reject) => {
      const options: RequestOptions = {
        method: 'POST',
        hostname,
        port,
        path: pathname,
        agent,
        headers: { ...prepared.headers, 'content-length': prepared.body.length },
      };
      const call = request(options, (response) => {
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`the server answered ${response.statusCode}`));
        });
        response.resume();
      });
      call.on('error', reject);
      call.end(prepared.body);
    });
}

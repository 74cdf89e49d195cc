import { crc32 } from 'node:zlib';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { classify, ShapeError } from '../core/retry.ts';

/**
 * DynamoDB takes `__proto__` as the name of an attribute like any other; the SDK (3.1162, measured) drops it from the
 * top level of an item, silently. So it travels through the SDK as a name of the same length that nobody uses.
 */
const reservedName = Buffer.from('"__proto__"');
const standIn = Buffer.from('"\u007f_proto__"');

/** What the deserializer is about to read. */
interface Answer {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  body?: AsyncIterable<Uint8Array>;
}

/**
 * Assumes the role once more when its session has run out: the SDK keeps the credentials until the expiration that it
 * was told, whatever the service says of them.
 */
export function assumeAgain(client: DynamoDBClient): DynamoDBClient {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (classify(error) !== 'expired') throw error;
        await client.config.credentials({ forceRefresh: true });
        return await next(args);
      }
    },
    { step: 'initialize', name: 'assumeAgain' },
  );
  return client;
}

/**
 * Makes a client believe only what arrived whole: the SDK does not look at the checksum that the service sends with
 * each answer (measured). And exchanges the name that the SDK would drop, before signing and before reading.
 */
export function guardWire(client: DynamoDBClient): DynamoDBClient {
  client.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as { body?: unknown };
      if (typeof request.body === 'string' || request.body instanceof Uint8Array) {
        request.body = exchange(Buffer.from(request.body), standIn, reservedName);
      }
      return await next(args);
    },
    { step: 'build', name: 'sendReservedName' },
  );
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const answer = result.response as Answer;
      if (!answer.body) return result;
      const body = await collect(answer.body);
      assertChecksum(answer, body);
      Object.assign(answer, { body: exchange(body, reservedName, standIn) });
      return result;
    },
    // Behind the deserializer, so that it reads what this one leaves.
    { step: 'deserialize', priority: 'low', name: 'receiveWhole' },
  );
  return client;
}

/** An item as the SDK may be given it: the name that it drops is exchanged for the stand-in. */
export function hideReservedName(item: Buffer): Buffer {
  return item.includes(reservedName) ? exchange(Buffer.from(item), reservedName, standIn) : item;
}

/** The reverse of {@link hideReservedName}, for an item that came through the SDK; exchanges in place. */
export function showReservedName(item: Buffer): Buffer {
  return exchange(item, standIn, reservedName);
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Errors of the service have a checksum too; an answer without one is judged by its shape alone. */
function assertChecksum({ headers = {} }: Answer, body: Buffer): void {
  const told = headers['x-amz-crc32'];
  if (told === undefined || Number(told) === crc32(body)) return;
  throw new ShapeError(`an answer of ${body.length} bytes has checksum ${crc32(body)}, but ${told} was sent with it`);
}

function exchange(body: Buffer, from: Buffer, to: Buffer): Buffer {
  for (let at = body.indexOf(from); at !== -1; at = body.indexOf(from, at + from.length)) to.copy(body, at);
  return body;
}

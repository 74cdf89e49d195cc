import { crc32 } from 'node:zlib';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { classify, ShapeError } from '../core/retry.ts';
import { hideNames, showNames } from './sdk-names.ts';

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
 * each answer (measured). And disguises the names that it would lose; what is sent has them undisguised before it is signed.
 */
export function guardWire(client: DynamoDBClient): DynamoDBClient {
  client.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as { body?: unknown };
      if (typeof request.body === 'string' || request.body instanceof Uint8Array) {
        request.body = showNames(Buffer.from(request.body));
      }
      return await next(args);
    },
    // Behind the serializer and before the body's length is told: a name in disguise is longer.
    { step: 'serialize', priority: 'low', name: 'sendNames' },
  );
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const answer = result.response as Answer;
      if (!answer.body) return result;
      const body = await collect(answer.body);
      assertChecksum(answer, body);
      Object.assign(answer, { body: hideNames(body) });
      return result;
    },
    // Behind the deserializer, so that it reads what this one leaves.
    { step: 'deserialize', priority: 'low', name: 'receiveWhole' },
  );
  return client;
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

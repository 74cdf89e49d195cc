import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/**
 * DynamoDB takes `__proto__` as the name of an attribute like any other; the SDK (3.1162, measured) drops it from the
 * top level of an item, silently. So it travels through the SDK as a name of the same length that nobody uses.
 */
const reservedName = Buffer.from('"__proto__"');
const standIn = Buffer.from('"\u007f_proto__"');

/** Exchanges the name in every request before it is signed and in every answer before it is read. */
export function keepReservedName(client: DynamoDBClient): DynamoDBClient {
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
      const response = result.response as { body?: AsyncIterable<Uint8Array> };
      if (response.body)
        Object.assign(response, { body: exchange(await collect(response.body), reservedName, standIn) });
      return result;
    },
    // Behind the deserializer, so that it reads what this one leaves.
    { step: 'deserialize', priority: 'low', name: 'receiveReservedName' },
  );
  return client;
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function exchange(body: Buffer, from: Buffer, to: Buffer): Buffer {
  for (let at = body.indexOf(from); at !== -1; at = body.indexOf(from, at + from.length)) to.copy(body, at);
  return body;
}

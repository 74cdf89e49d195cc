import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { caller, socketsOf, type VariantOptions } from './contract.ts';

/** The SDK's client as a careful user sets it up: connections kept, and as many of them as batches under way. */
export function makeClient(options: VariantOptions): DynamoDBClient {
  const sockets = { keepAlive: true, maxSockets: socketsOf(options) };
  return new DynamoDBClient({
    ...caller,
    endpoint: options.endpoint,
    requestHandler: { httpAgent: new HttpAgent(sockets), httpsAgent: new HttpsAgent(sockets) },
  });
}

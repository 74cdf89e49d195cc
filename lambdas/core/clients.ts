import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { CredentialProvider } from './accounts.ts';

/** Where and as whom a client calls; without credentials it is the worker's own execution role in its own region. */
export interface Target {
  readonly region?: string;
  readonly credentials?: CredentialProvider;
}

/**
 * The SDK has no request timeout of its own and would wait for ever on a silent connection (measured), so each client
 * gets one that throws. 20 s: a Scan page of 1 MB takes well under a second, and a worker must notice in time to say so.
 */
const patience = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout: 20_000,
    socketTimeout: 20_000,
    throwOnRequestTimeout: true,
  },
} as const;

// One function a service, so that a bundle has only the clients in it that its worker makes.

/** A DynamoDB client with that patience. */
export function dynamodbClient(target: Target = {}): DynamoDBClient {
  return new DynamoDBClient({ ...patience, ...target });
}

/** A Step Functions client with that patience. */
export function statesClient(target: Target = {}): SFNClient {
  return new SFNClient({ ...patience, ...target });
}

/** An Application Auto Scaling client with that patience. */
export function autoscalingClient(target: Target = {}): ApplicationAutoScalingClient {
  return new ApplicationAutoScalingClient({ ...patience, ...target });
}

/** A Key Management Service client with that patience. */
export function keysClient(target: Target = {}): KMSClient {
  return new KMSClient({ ...patience, ...target });
}

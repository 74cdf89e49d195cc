import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { keyReader } from '../../lambdas/dynamodb/encryption.ts';
import type { TableClients } from '../../lambdas/dynamodb/table-clients.ts';

/** Clients of one endpoint, each making one attempt, so that every repetition is ours; the access key id is `account`. */
export function clientsOf(endpoint: string, account = '222222222222', region = 'us-east-1'): TableClients {
  const credentials = { accessKeyId: account, secretAccessKey: 'secret' };
  const settings = { endpoint, region, credentials, maxAttempts: 1 };
  return {
    dynamodb: new DynamoDBClient(settings),
    autoscaling: new ApplicationAutoScalingClient(settings),
    describeKey: keyReader(new KMSClient(settings)),
  };
}

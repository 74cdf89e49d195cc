import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';

/** Answers the credentials of an assumed role; asked again shortly before `expiration`. */
export type CredentialProvider = () => Promise<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
}>;

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

/** Clients of the services that workers call, all with the same patience. */
export const clients = {
  dynamodb: (target: Target = {}) => new DynamoDBClient({ ...patience, ...target }),
  s3: (target: Target = {}) => new S3Client({ ...patience, ...target }),
  states: (target: Target = {}) => new SFNClient({ ...patience, ...target }),
  sts: (target: Target = {}) => new STSClient({ ...patience, ...target }),
};

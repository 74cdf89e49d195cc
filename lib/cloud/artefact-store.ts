import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Where promotions keep their requests, bundles, plans, journals and reports. */
export interface ArtefactStore {
  readonly bucket: Bucket;
  readonly key: Key;
}

const closed = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  removalPolicy: RemovalPolicy.RETAIN,
};

/** The artefact bucket with its key and the bucket of its access logs; all three outlive the stack. */
export function artefactStore(scope: Construct): ArtefactStore {
  const key = new Key(scope, 'ArtefactKey', {
    description: 'Encrypts the artefacts of promotions',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const accessLogs = new Bucket(scope, 'ArtefactAccessLogs', {
    ...closed,
    // The log delivery service could write with a customer key only if the key's policy let it in.
    encryption: BucketEncryption.S3_MANAGED,
    lifecycleRules: [{ expiration: Duration.days(365), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
  });
  const bucket = new Bucket(scope, 'ArtefactBucket', {
    ...closed,
    encryption: BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    versioned: true,
    serverAccessLogsBucket: accessLogs,
    serverAccessLogsPrefix: 'artefacts/',
    lifecycleRules: [
      { abortIncompleteMultipartUploadAfter: Duration.days(1), noncurrentVersionExpiration: Duration.days(90) },
    ],
  });
  return { bucket, key };
}

// What the SDK needs for all that a copying worker does: its items, its checkpoints in S3, its sessions from STS.
export { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
export { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
export { openVariant } from './variants/sdk.ts';

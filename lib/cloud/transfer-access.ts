import type { Stack } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { accessSides, type Environments } from '../../lambdas/core/environments.ts';
import { accessRoleName, type Side } from '../../lambdas/core/names.ts';
import { transferKeys } from '../../lambdas/manifest.ts';
import type { ArtefactStore } from './artefact-store.ts';

/**
 * Opens the artefact store to the roles of other accounts in whose name DynamoDB exports and imports tables: below one
 * prefix, the one writing, the other reading. Without an environment that has `sourceChange` on it stays closed.
 */
export function allowTransfers({ bucket, key }: ArtefactStore, environments: Environments): void {
  const exporters = rolesOf(bucket.stack, environments, 'source-change');
  if (exporters.arns.length === 0) return;
  const importers = rolesOf(bucket.stack, environments, 'destination');
  const objects = bucket.arnForObjects(transferKeys);
  const viaS3 = { 'kms:ViaService': `s3.${bucket.stack.region}.amazonaws.com` };
  // DynamoDB gives what it writes to the bucket's owner by an ACL, and reads the key of an upload in parts ("Requesting a
  // table export in DynamoDB", developer guide).
  bucket.addToResourcePolicy(
    exporters.statement({
      sid: 'WriteExports',
      actions: ['s3:PutObject', 's3:PutObjectAcl', 's3:AbortMultipartUpload'],
      resources: [objects],
    }),
  );
  bucket.addToResourcePolicy(
    importers.statement({ sid: 'ReadExports', actions: ['s3:GetObject'], resources: [objects] }),
  );
  bucket.addToResourcePolicy(
    importers.statement({
      sid: 'ListExports',
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      conditions: { StringLike: { 's3:prefix': transferKeys } },
    }),
  );
  const ofKey = { resources: ['*'], conditions: { StringEquals: viaS3 } };
  key.addToResourcePolicy(
    exporters.statement({ sid: 'EncryptExports', actions: ['kms:GenerateDataKey', 'kms:Decrypt'], ...ofKey }),
  );
  key.addToResourcePolicy(importers.statement({ sid: 'DecryptExports', actions: ['kms:Decrypt'], ...ofKey }));
}

interface StatementParts {
  readonly sid: string;
  readonly actions: string[];
  readonly resources: string[];
  readonly conditions?: Record<string, Record<string, string>>;
}

/**
 * The accounts as principals and the roles as a condition, as in the trust of these roles: a policy that names a role is
 * refused while the role does not exist, and access stacks are deployed in their own time.
 */
function rolesOf(stack: Stack, { environments, qualifier }: Environments, side: Side) {
  const name = accessRoleName('dynamodb', side, qualifier);
  const served = Object.values(environments).filter((environment) => accessSides(environment).includes(side));
  const accounts = [...new Set(served.map(({ account }) => account))].sort();
  const arns = accounts.map((account) => `arn:${stack.partition}:iam::${account}:role/${name}`);
  return {
    arns,
    statement: ({ conditions, ...parts }: StatementParts) =>
      new PolicyStatement({
        ...parts,
        principals: accounts.map((account) => new AccountPrincipal(account)),
        conditions: { ArnEquals: { 'aws:PrincipalArn': arns }, ...conditions },
      }),
  };
}

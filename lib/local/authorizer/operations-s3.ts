import { parseCopySource } from '../emulators/s3/copy-source.ts';
import type { AuthorizationRequest } from '../gateway/gateway.ts';
import { childText, parseXml } from '../gateway/xml.ts';
import { all, as, type Check, type Holdings, own, type Rule } from './checks.ts';

const keyHeader = 'x-amz-server-side-encryption-aws-kms-key-id';

/** Bucket and key behind the ARN of a bucket or an object. */
function placeOf(arn: string | null): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^arn:aws:s3:::([^/]*)\/?(.*)$/s.exec(arn ?? '') ?? [];
  return { bucket, key };
}

const bucketArn = (bucket: string) => `arn:aws:s3:::${bucket}`;

/** S3 asks KMS in the caller's name; with a bucket key the encryption context is the bucket. */
function keyCheck(action: string, keyId: string | undefined, bucket: string, { s3, kms }: Holdings): Check[] {
  const found = s3.findBucket(bucket);
  if (keyId === undefined || !found) return [];
  const { account, region } = found;
  return [
    {
      action: `kms:${action}`,
      resource: kms.findKey(account, region, keyId)?.arn ?? keyId,
      context: {
        'kms:ViaService': `s3.${region}.amazonaws.com`,
        'kms:CallerAccount': account,
        'kms:EncryptionContext:aws:s3:arn': bucketArn(bucket),
        'kms:EncryptionContextKeys': ['aws:s3:arn'],
      },
    },
  ];
}

/** Encryption of an object that a call writes: what it asks for, or the default of the bucket. */
function writtenKey({ request, resource }: AuthorizationRequest, { s3 }: Holdings): string | undefined {
  const asked = request.headers['x-amz-server-side-encryption'];
  if (asked !== undefined && !asked.startsWith('aws:kms')) return undefined;
  return request.headers[keyHeader] ?? s3.findBucket(placeOf(resource).bucket)?.encryption[keyHeader];
}

/** What reading an object takes, for whoever reads it. */
function readChecks(bucket: string, key: string, versionId: string | null, holdings: Holdings): Check[] {
  const object = holdings.s3.getObject(bucket, key, versionId ?? undefined);
  return [
    {
      action: versionId === null ? 's3:GetObject' : 's3:GetObjectVersion',
      resource: `${bucketArn(bucket)}/${key}`,
      ...(versionId !== null && { context: { 's3:VersionId': versionId } }),
    },
    // Whether an object is absent is told only to those who may list (documentation of GetObject, Permissions).
    ...(object || versionId !== null ? [] : [{ action: 's3:ListBucket', resource: bucketArn(bucket) }]),
    ...keyCheck('Decrypt', object?.headers[keyHeader], bucket, holdings),
  ];
}

const getObject: Rule = ({ operation, resource, request }, holdings) => {
  const { bucket, key } = placeOf(resource);
  const checks = readChecks(bucket, key, request.query.get('versionId'), holdings);
  // Metadata is not encrypted; a checksum is.
  const isMetadata = operation === 'HeadObject' && request.headers['x-amz-checksum-mode'] === undefined;
  return isMetadata ? checks.filter(({ action }) => !action.startsWith('kms:')) : checks;
};

function writeCheck({ request, resource }: AuthorizationRequest): Check {
  const { headers } = request;
  return {
    action: 's3:PutObject',
    resource,
    context: {
      's3:x-amz-server-side-encryption': headers['x-amz-server-side-encryption'],
      's3:x-amz-server-side-encryption-aws-kms-key-id': headers[keyHeader],
      's3:x-amz-copy-source': headers['x-amz-copy-source'],
      's3:if-match': headers['if-match'],
      's3:if-none-match': headers['if-none-match'],
    },
  };
}

/** An ACL with the object takes a right of its own (documentation of PutObject, Permissions). */
function aclCheck({ request, resource }: AuthorizationRequest): Check[] {
  const acl = request.headers['x-amz-acl'];
  return acl === undefined ? [] : [{ action: 's3:PutObjectAcl', resource, context: { 's3:x-amz-acl': acl } }];
}

/** Parts are encrypted with a key that is first decrypted, so an upload in parts needs both rights. */
const putObject: Rule = (call, holdings) => {
  const { bucket } = placeOf(call.resource);
  const key = writtenKey(call, holdings);
  const actions = call.operation === 'PutObject' ? ['GenerateDataKey'] : ['GenerateDataKey', 'Decrypt'];
  return [writeCheck(call), ...aclCheck(call), ...actions.flatMap((action) => keyCheck(action, key, bucket, holdings))];
};

const copyObject: Rule = (call, holdings) => {
  const { bucket, key, versionId } = parseCopySource(call.request.headers['x-amz-copy-source'] ?? '');
  const written = keyCheck('GenerateDataKey', writtenKey(call, holdings), placeOf(call.resource).bucket, holdings);
  return [...readChecks(bucket, key, versionId, holdings), writeCheck(call), ...written];
};

const list =
  (action: string): Rule =>
  ({ resource, request: { query } }) => [
    {
      action,
      resource,
      context: {
        's3:prefix': query.get('prefix') ?? undefined,
        's3:delimiter': query.get('delimiter') ?? undefined,
        's3:max-keys': query.get('max-keys') ?? undefined,
      },
    },
  ];

const deleteObject = (resource: string, versionId: string | null | undefined): Check => ({
  action: versionId ? 's3:DeleteObjectVersion' : 's3:DeleteObject',
  resource,
  ...(versionId && { context: { 's3:VersionId': versionId } }),
});

/** Every object that is named; S3 itself would delete those that it may and report the others. */
const deleteObjects: Rule = ({ resource, request }) => {
  try {
    return parseXml(request.body.toString('utf8'))
      .children.filter(({ name }) => name === 'Object')
      .map((object) => deleteObject(`${resource}/${childText(object, 'Key')}`, childText(object, 'VersionId')));
  } catch (error) {
    if (error instanceof SyntaxError) return [{ action: 's3:DeleteObject', resource: `${resource}/*` }];
    throw error;
  }
};

/** What Step Functions needs beside an action of a machine's role: to read an encrypted object, its key. */
export function machineChecks(action: string, resource: string, holdings: Holdings): Check[] {
  const { bucket } = placeOf(resource);
  const key = action.startsWith('s3:GetObject') ? holdings.s3.findBucket(bucket)?.encryption[keyHeader] : undefined;
  return [{ action, resource }, ...keyCheck('Decrypt', key, bucket, holdings)];
}

/** Operations of S3 and what they need ("Required permissions for Amazon S3 API operations"). */
export const s3Operations: Readonly<Record<string, Rule>> = {
  ...all(
    [
      'CreateBucket',
      'DeleteBucket',
      'GetBucketLocation',
      'GetBucketVersioning',
      'PutBucketVersioning',
      'GetBucketPolicy',
      'PutBucketPolicy',
      'AbortMultipartUpload',
    ],
    own,
  ),
  ...all(['GetObject', 'HeadObject'], getObject),
  ...all(['PutObject', 'CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'], putObject),
  ListBuckets: as('s3:ListAllMyBuckets'),
  HeadBucket: as('s3:ListBucket'),
  ListObjectsV2: list('s3:ListBucket'),
  ListObjectVersions: list('s3:ListBucketVersions'),
  CopyObject: copyObject,
  DeleteObject: ({ resource, request }) => [deleteObject(resource ?? '', request.query.get('versionId'))],
  DeleteObjects: deleteObjects,
};

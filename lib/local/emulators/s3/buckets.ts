import { childText } from '../../gateway/xml.ts';
import { ServiceError, type ServiceResponse } from '../../service.ts';
import { bucketOf, emptyAnswer, type S3Call, xmlAnswer, xmlBody } from './call.ts';
import { invalidArgument, malformedXml, notImplemented } from './errors.ts';
import type { Bucket } from './store.ts';

const HOME = 'us-east-1';

/** ListBuckets: the buckets of the caller's account. */
export function listBuckets(call: S3Call): ServiceResponse {
  const { account } = call.request.caller;
  const prefix = call.query.get('prefix') ?? '';
  const region = call.query.get('bucket-region');
  const asked = call.query.get('max-buckets');
  if (asked !== null && !(Number(asked) >= 1 && Number(asked) <= 10_000)) {
    throw invalidArgument('max-buckets', asked, 'Argument max-buckets must be an integer between 1 and 10000');
  }
  const after = Buffer.from(call.query.get('continuation-token') ?? '', 'base64').toString('utf8');
  const matching = call.store
    .buckets(account)
    .filter(({ name }) => name.startsWith(prefix) && name > after)
    .filter((bucket) => region === null || bucket.region === region);
  const page = asked === null ? matching : matching.slice(0, Number(asked));
  const last = page.length < matching.length ? page.at(-1) : undefined;
  return xmlAnswer('ListAllMyBucketsResult', {
    Owner: { ID: account.padStart(64, '0') },
    Buckets: {
      Bucket: page.map((bucket) => ({
        Name: bucket.name,
        CreationDate: bucket.created.toISOString(),
        BucketRegion: bucket.region,
        BucketArn: `arn:aws:s3:::${bucket.name}`,
      })),
    },
    ContinuationToken: last && Buffer.from(last.name).toString('base64'),
    Prefix: prefix || undefined,
  });
}

/** CreateBucket in the region that the request was signed for, which the body must name unless it is us-east-1. */
export function createBucket(call: S3Call): ServiceResponse {
  const { account, region } = call.request.caller;
  checkName(call.bucket);
  const constraint = locationConstraint(call);
  if ((constraint ?? HOME) !== region) {
    const named = constraint ?? 'unspecified';
    const message = `The ${named} location constraint is incompatible for the region specific endpoint this request was sent to.`;
    throw new ServiceError('IllegalLocationConstraintException', message, 400);
  }
  const existing = call.store.findBucket(call.bucket);
  // In us-east-1 only, making one's own bucket again succeeds and changes nothing.
  const repeated = existing?.account === account && existing.region === HOME && region === HOME;
  if (!repeated) call.store.createBucket({ name: call.bucket, account, region });
  return emptyAnswer(200, { location: `/${call.bucket}`, 'x-amz-bucket-arn': `arn:aws:s3:::${call.bucket}` });
}

export function headBucket(call: S3Call): ServiceResponse {
  const bucket = bucketOf(call);
  return emptyAnswer(200, { 'x-amz-bucket-region': bucket.region, 'x-amz-bucket-arn': `arn:aws:s3:::${bucket.name}` });
}

export function deleteBucket(call: S3Call): ServiceResponse {
  const bucket = bucketOf(call);
  if (bucket.objects.size > 0) {
    const message = bucket.versioning
      ? 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.'
      : 'The bucket you tried to delete is not empty';
    throw new ServiceError('BucketNotEmpty', message, 409, { BucketName: bucket.name });
  }
  call.store.deleteBucket(bucket);
  return emptyAnswer(204);
}

export function getBucketLocation(call: S3Call): ServiceResponse {
  const { region } = bucketOf(call, true);
  return xmlAnswer('LocationConstraint', region === HOME ? '' : region);
}

export function getBucketVersioning(call: S3Call): ServiceResponse {
  return xmlAnswer('VersioningConfiguration', { Status: bucketOf(call).versioning ?? undefined });
}

export function putBucketVersioning(call: S3Call): ServiceResponse {
  const bucket = bucketOf(call);
  const document = xmlBody(call, 'VersioningConfiguration');
  const other = document.children.find(({ name }) => name !== 'Status');
  if (other) throw notImplemented(`${other.name} of PutBucketVersioning`);
  const status = childText(document, 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml();
  bucket.versioning = status;
  return emptyAnswer(200);
}

export function getBucketPolicy(call: S3Call): ServiceResponse {
  const bucket = bucketOf(call);
  if (bucket.policy === null) {
    const message = 'The bucket policy does not exist';
    throw new ServiceError('NoSuchBucketPolicy', message, 404, { BucketName: bucket.name });
  }
  return { status: 200, headers: { 'content-type': 'application/json' }, body: bucket.policy };
}

export function putBucketPolicy(call: S3Call): ServiceResponse {
  const bucket = bucketOf(call);
  const policy = call.request.body.toString('utf8');
  checkPolicy(policy, bucket);
  bucket.policy = policy;
  return emptyAnswer(204);
}

/** Form, principals and resources of a bucket policy; throws MalformedPolicy. */
function checkPolicy(text: string, bucket: Bucket): void {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch (error) {
    throw malformedPolicy(`Policies must be valid JSON and the first byte must be '{': ${String(error)}`);
  }
  if (typeof policy !== 'object' || policy === null) throw malformedPolicy('Policies must be a JSON object');
  const { Statement } = policy as { Statement?: unknown };
  const statements: unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  for (const statement of statements) {
    if (typeof statement !== 'object' || statement === null) throw malformedPolicy('Missing required field Statement');
    const { Effect, Resource, NotResource, ...rest } = statement as Record<string, unknown>;
    if (Effect !== 'Allow' && Effect !== 'Deny') throw malformedPolicy(`Invalid effect: ${String(Effect)}`);
    if (!('Principal' in rest || 'NotPrincipal' in rest)) throw malformedPolicy('Missing required field Principal');
    if (!('Action' in rest || 'NotAction' in rest)) throw malformedPolicy('Missing required field Action');
    const arn = `arn:aws:s3:::${bucket.name}`;
    const resources = [Resource ?? NotResource].flat();
    if (!resources.every((one) => typeof one === 'string' && (one === arn || one.startsWith(`${arn}/`)))) {
      throw malformedPolicy('Policy has invalid resource');
    }
  }
}

function locationConstraint(call: S3Call): string | undefined {
  if (call.request.body.length === 0) return undefined;
  const document = xmlBody(call, 'CreateBucketConfiguration');
  const other = document.children.find(({ name }) => name !== 'LocationConstraint');
  if (other) throw notImplemented(`${other.name} of CreateBucket`);
  return childText(document, 'LocationConstraint');
}

/** Rules of "Bucket naming rules" of the S3 user guide. */
function checkName(name: string): void {
  const legal = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !/\.\.|\.-|-\.|^\d+\.\d+\.\d+\.\d+$/.test(name);
  const reserved = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);
  if (!legal || reserved) {
    throw new ServiceError('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name });
  }
}

const malformedPolicy = (message: string) => new ServiceError('MalformedPolicy', message, 400);

import type { Clock } from '../../clock.ts';
import { toXml, XML_DECLARATION, type XmlValue } from '../../gateway/xml.ts';
import type { Service, ServiceError, ServiceRequest, ServiceResponse } from '../../service.ts';
import * as buckets from './buckets.ts';
import type { S3Call } from './call.ts';
import { verifyBody } from './checksums.ts';
import { deleteObjects } from './delete-objects.ts';
import { notImplemented, S3Error } from './errors.ts';
import { listObjects, listObjectVersions } from './listing.ts';
import * as multipart from './multipart.ts';
import { copyObject, deleteObject, getObject, putObject } from './objects.ts';
import { routeOf, targetArn } from './routes.ts';
import type { S3Store } from './store.ts';

const OPERATIONS: Readonly<Record<string, (call: S3Call) => ServiceResponse>> = {
  ListBuckets: buckets.listBuckets,
  CreateBucket: buckets.createBucket,
  HeadBucket: buckets.headBucket,
  DeleteBucket: buckets.deleteBucket,
  GetBucketLocation: buckets.getBucketLocation,
  GetBucketVersioning: buckets.getBucketVersioning,
  PutBucketVersioning: buckets.putBucketVersioning,
  GetBucketPolicy: buckets.getBucketPolicy,
  PutBucketPolicy: buckets.putBucketPolicy,
  ListObjectsV2: listObjects,
  ListObjectVersions: listObjectVersions,
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: getObject,
  CopyObject: copyObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  CreateMultipartUpload: multipart.createMultipartUpload,
  UploadPart: multipart.uploadPart,
  CompleteMultipartUpload: multipart.completeMultipartUpload,
  AbortMultipartUpload: multipart.abortMultipartUpload,
};

/** S3 with path-style addresses over the buckets of `store`. */
export function s3Service(store: S3Store, clock: Clock): Service {
  return {
    name: 's3',
    signingNames: ['s3'],
    identify(request) {
      const target = routeOf(request);
      return { operation: target.operation, resource: targetArn(target) };
    },
    async handle(request) {
      const target = routeOf(request);
      const run = OPERATIONS[target.operation];
      if (!run) throw notImplemented(target.operation);
      // There the checksum header is that of the finished object, not of the list of its parts.
      if (target.operation !== 'CompleteMultipartUpload') verifyBody(request.headers, request.body);
      const call: S3Call = { ...target, request, headers: request.headers, query: request.query, store, clock };
      const response = run(call);
      return { ...response, headers: { ...requestIds(request), ...response.headers } };
    },
    refuse: errorResponse,
  };
}

function errorResponse(request: ServiceRequest, error: ServiceError): ServiceResponse {
  const members = Object.entries(error.members).map(([name, value]): [string, XmlValue] => [name, String(value)]);
  const body = {
    Code: error.code,
    Message: error.message,
    ...Object.fromEntries(members),
    RequestId: request.requestId,
    HostId: hostId(request),
  };
  return {
    status: error.status,
    headers: {
      'content-type': 'application/xml',
      ...requestIds(request),
      ...(error instanceof S3Error && error.headers),
    },
    body: XML_DECLARATION + toXml('Error', body),
  };
}

const hostId = (request: ServiceRequest) => Buffer.from(request.requestId).toString('base64');
const requestIds = (request: ServiceRequest) => ({
  'x-amz-request-id': request.requestId,
  'x-amz-id-2': hostId(request),
});

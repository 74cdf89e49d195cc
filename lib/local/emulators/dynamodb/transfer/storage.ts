import { childText, parseXml } from '../../../gateway/xml.ts';
import { type Caller, ServiceError, type ServiceResponse } from '../../../service.ts';

/** A request to S3, path-style. */
export interface S3Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly bucket: string;
  /** @default - the bucket itself */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/**
 * Sends one request to S3 in the name of a caller ("Forward access sessions" in the IAM guide): authorized and recorded
 * as if the caller had sent it. Throws the ServiceError of S3, `AccessDenied` where a right is missing.
 */
export type CallS3 = (caller: Caller, request: S3Request) => Promise<ServiceResponse>;

/** Where no S3 is connected, no bucket exists. */
export const noS3: CallS3 = () =>
  Promise.reject(new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404));

/** A bucket in the hands of one caller. */
export interface Storage {
  /** Writes an object in one piece. */
  put(key: string, body: Buffer): Promise<void>;
  /** Writes an object as an upload of one part, as DynamoDB does with data; returns its entity tag without quotes. */
  upload(key: string, body: Buffer): Promise<string>;
  /** All keys with that prefix. */
  list(prefix: string): Promise<string[]>;
  get(key: string): Promise<Buffer>;
}

export interface StorageOptions {
  readonly bucket: string;
  /** Account that the bucket has to belong to. */
  readonly owner: string;
  /** Headers of every object that is written: encryption. @default - none */
  readonly written?: Readonly<Record<string, string>>;
}

/** Opens a bucket for a caller; nothing is asked of S3 yet. */
export function openStorage(callS3: CallS3, caller: Caller, { bucket, owner, written }: StorageOptions): Storage {
  const always = { 'x-amz-expected-bucket-owner': owner };
  const call = (request: Omit<S3Request, 'bucket'>) =>
    callS3(caller, { ...request, bucket, headers: { ...always, ...request.headers } });
  // The owner of the bucket is given the objects, which takes s3:PutObjectAcl.
  const created = { ...written, 'x-amz-acl': 'bucket-owner-full-control' };
  return {
    async put(key, body) {
      await call({ method: 'PUT', key, headers: created, body });
    },
    async upload(key, body) {
      const begun = await call({ method: 'POST', key, query: { uploads: '' }, headers: created });
      const uploadId = childText(parseXml(String(begun.body)), 'UploadId') ?? '';
      const part = await call({ method: 'PUT', key, query: { partNumber: '1', uploadId }, body });
      const parts = `<Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part>`;
      const list = Buffer.from(`<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`);
      const ended = await call({ method: 'POST', key, query: { uploadId }, body: list });
      return (childText(parseXml(String(ended.body)), 'ETag') ?? '').replaceAll('"', '');
    },
    async list(prefix) {
      const keys: string[] = [];
      let token: string | undefined;
      do {
        const query = { 'list-type': '2', prefix, ...(token !== undefined && { 'continuation-token': token }) };
        const page = parseXml(String((await call({ method: 'GET', query })).body));
        for (const object of page.children.filter(({ name }) => name === 'Contents')) {
          keys.push(childText(object, 'Key') ?? '');
        }
        token = childText(page, 'NextContinuationToken');
      } while (token !== undefined);
      return keys;
    },
    async get(key) {
      return Buffer.from((await call({ method: 'GET', key })).body);
    },
  };
}

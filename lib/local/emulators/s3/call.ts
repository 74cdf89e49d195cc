import type { Clock } from '../../clock.ts';
import { parseXml, toXml, XML_DECLARATION, type XmlElement, type XmlValue } from '../../gateway/xml.ts';
import { ServiceError, type ServiceRequest, type ServiceResponse } from '../../service.ts';
import { malformedXml, noSuchBucket, S3Error } from './errors.ts';
import type { Target } from './routes.ts';
import type { Bucket, S3Store } from './store.ts';

/** One request on its way to the function of its operation. */
export interface S3Call extends Target {
  readonly request: ServiceRequest;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly store: S3Store;
  readonly clock: Clock;
}

/**
 * The bucket of a call. Throws NoSuchBucket; AccessDenied when it has another owner than the client expects;
 * PermanentRedirect when it lies in another region than the one which the request was signed for.
 */
export function bucketOf(call: S3Call, anyRegion = false): Bucket {
  const bucket = call.store.findBucket(call.bucket);
  if (!bucket) throw noSuchBucket(call.bucket);
  expectOwner(bucket, call.headers['x-amz-expected-bucket-owner']);
  const { region } = call.request.caller;
  if (bucket.region !== region && !anyRegion) {
    const message =
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.';
    const members = { Endpoint: `${bucket.name}.s3.${bucket.region}.amazonaws.com`, Bucket: bucket.name };
    throw new S3Error('PermanentRedirect', message, 301, { 'x-amz-bucket-region': bucket.region }, members);
  }
  return bucket;
}

/** Throws AccessDenied when the bucket belongs to another account than the client expects. */
export function expectOwner(bucket: Bucket, expected: string | undefined): void {
  if (expected !== undefined && expected !== bucket.account) {
    throw new ServiceError('AccessDenied', 'Access Denied', 403);
  }
}

/** The body of a request as XML with that root; throws MalformedXML. */
export function xmlBody(call: S3Call, root: string): XmlElement {
  try {
    const document = parseXml(call.request.body.toString('utf8'));
    if (document.name === root) return document;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw malformedXml();
}

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

export function xmlAnswer(
  root: string,
  content: XmlValue,
  headers: Readonly<Record<string, string>> = {},
): ServiceResponse {
  const body = XML_DECLARATION + toXml(root, content, NAMESPACE);
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body };
}

export const emptyAnswer = (status: number, headers: Readonly<Record<string, string>> = {}): ServiceResponse => ({
  status,
  headers,
  body: '',
});

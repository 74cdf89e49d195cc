import { ServiceError } from '../../service.ts';

/** An S3 error whose answer also carries headers. */
export class S3Error extends ServiceError {
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    code: string,
    message: string,
    status: number,
    headers: Readonly<Record<string, string>> = {},
    members: Readonly<Record<string, unknown>> = {},
  ) {
    super(code, message, status, members);
    this.headers = headers;
  }
}

export const noSuchBucket = (BucketName: string) =>
  new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName });

export const noSuchKey = (Key: string, headers: Readonly<Record<string, string>> = {}) =>
  new S3Error('NoSuchKey', 'The specified key does not exist.', 404, headers, { Key });

export const noSuchVersion = (Key: string, VersionId: string) =>
  new ServiceError('NoSuchVersion', 'The specified version does not exist.', 404, { Key, VersionId });

export const preconditionFailed = (Condition: string) =>
  new ServiceError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition,
  });

/** For everything that this emulator leaves out: the header, parameter or operation is named. */
export const notImplemented = (what: string) =>
  new ServiceError('NotImplemented', `A header or parameter you provided is not implemented here: ${what}`, 501);

export const invalidArgument = (ArgumentName: string, ArgumentValue: string, message: string) =>
  new ServiceError('InvalidArgument', message, 400, { ArgumentName, ArgumentValue });

export const malformedXml = () =>
  new ServiceError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    400,
  );

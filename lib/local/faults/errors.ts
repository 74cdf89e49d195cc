import { Refusal, refusalFor } from '../gateway/refusals.ts';
import { ServiceError } from '../service.ts';

type Answer = readonly [code: string, message: string, status: number];

/** Error names of the services' models, or of their common errors where the model has none. */
const throttles: Readonly<Record<string, Answer>> = {
  s3: ['SlowDown', 'Please reduce your request rate.', 503],
  sts: ['Throttling', 'Rate exceeded', 400],
  iam: ['Throttling', 'Rate exceeded', 400],
  sns: ['Throttled', 'Rate exceeded', 429],
  lambda: ['TooManyRequestsException', 'Rate Exceeded.', 429],
  quicksight: ['ThrottlingException', 'Rate exceeded', 429],
  scheduler: ['ThrottlingException', 'Rate exceeded', 429],
};

const failures: Readonly<Record<string, Answer>> = {
  dynamodb: ['InternalServerError', 'Internal server error', 500],
  s3: ['InternalError', 'We encountered an internal error. Please try again.', 500],
  kms: ['KMSInternalException', 'The request could not be processed because of an internal error.', 500],
  secretsmanager: ['InternalServiceError', 'An error occurred on the server side.', 500],
  sns: ['InternalError', 'An internal service error occurred.', 500],
  lambda: ['ServiceException', 'An error occurred and the request cannot be processed.', 500],
  quicksight: ['InternalFailureException', 'An internal failure occurred.', 500],
  iam: ['ServiceFailure', 'The request processing has failed because of an unknown error.', 500],
  ssm: ['InternalServerError', 'An error occurred on the server side.', 500],
  scheduler: ['InternalServerException', 'Unexpected error encountered while processing the request.', 500],
  events: ['InternalException', 'This exception occurs due to unexpected causes.', 500],
};

/** Item operations and the kind of capacity that they take, as `ThrottlingReasons` spells it. */
const capacities: Readonly<Record<string, 'Read' | 'Write'>> = {
  GetItem: 'Read',
  BatchGetItem: 'Read',
  Query: 'Read',
  Scan: 'Read',
  PutItem: 'Write',
  UpdateItem: 'Write',
  DeleteItem: 'Write',
  BatchWriteItem: 'Write',
};

/** The error by which a service says that it is called too often; `resource` is an ARN or null. */
export function throttleError(service: string, operation: string, resource: string | null): ServiceError {
  if (service === 'dynamodb') return dynamoDbThrottle(operation, resource);
  const [code, message, status] = throttles[service] ?? ['ThrottlingException', 'Rate exceeded', 400];
  return new ServiceError(code, message, status);
}

/** The error by which a service says that something broke on its side. */
export function internalError(service: string): ServiceError {
  const [code, message, status] = failures[service] ?? ['InternalFailure', 'The request processing has failed.', 500];
  return new ServiceError(code, message, status);
}

/** The error for a session that has expired. */
export const expiredError = (service: string) => refusalFor(service, new Refusal('expired'));

/** The error for a request that was signed at another time than the service's, both in milliseconds since the epoch. */
export function skewError(service: string, signedAt: number, serviceTime: number): ServiceError {
  if (service === 's3') {
    return refusalFor(
      service,
      new Refusal('skew', undefined, {
        RequestTime: basicDate(signedAt),
        ServerTime: new Date(serviceTime).toISOString(),
        MaxAllowedSkewMilliseconds: 900_000,
      }),
    );
  }
  const limit = basicDate(serviceTime - 300_000);
  const message = `Signature expired: ${basicDate(signedAt)} is now earlier than ${limit} (${basicDate(serviceTime)} - 5 min.)`;
  return refusalFor(service, new Refusal('skew', message));
}

/** Calls for items tell which limit was met; calls for tables meet the rate of the control plane. */
function dynamoDbThrottle(operation: string, resource: string | null): ServiceError {
  const capacity = capacities[operation];
  if (!capacity) return new ServiceError('ThrottlingException', 'Rate of requests exceeds the allowed throughput.');
  const reason = `Table${capacity}ProvisionedThroughputExceeded`;
  return new ServiceError(
    'ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
    400,
    { ThrottlingReasons: [{ reason, resource }] },
  );
}

const basicDate = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');

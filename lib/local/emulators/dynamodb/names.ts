import { ServiceError } from '../../service.ts';

/** Where a request is carried out and by whom. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

const NAME = /^[a-zA-Z0-9_.-]+$/;
const TABLE_ARN = /^arn:aws:dynamodb:([a-z0-9-]+):(\d{12}):table\/([^/]+)$/;

export const validation = (message: string): ServiceError => new ServiceError('ValidationException', message);

export const invalidParameter = (message: string): ServiceError =>
  validation(`One or more parameter values were invalid: ${message}`);

export function tableArn({ account, region }: Place, name: string): string {
  return `arn:aws:dynamodb:${region}:${account}:table/${name}`;
}

/** Refuses a name that is not 3 to 255 of the characters a-z, A-Z, 0-9, `_`, `-`, `.`. */
export function checkTableName(name: string): void {
  if (name.length < 3 || name.length > 255) {
    throw validation('TableName must be at least 3 characters long and at most 255 characters long');
  }
  if (!NAME.test(name)) {
    throw validation(
      `1 validation error detected: Value '${name}' at 'tableName' failed to satisfy constraint: ` +
        'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+',
    );
  }
}

/**
 * The bare name of a table given by name or ARN. Tables of another account need a resource policy, which the emulator
 * does not keep: AccessDeniedException.
 */
export function resolveTable(given: string, place: Place, operation: string, caller: string): string {
  if (!given.startsWith('arn:')) {
    checkTableName(given);
    return given;
  }
  const [, region, account, name] = TABLE_ARN.exec(given) ?? [];
  if (!region || !account || !name)
    throw validation(`Invalid TableArn: Invalid ResourceArn provided as input ${given}`);
  if (account !== place.account) {
    throw new ServiceError(
      'AccessDeniedException',
      `User: ${caller} is not authorized to perform: dynamodb:${operation} on resource: ${given} ` +
        `because no resource-based policy allows the dynamodb:${operation} action`,
    );
  }
  if (region !== place.region) {
    throw validation(`Invalid TableArn: the region of ${given} is not the region of the request, ${place.region}`);
  }
  checkTableName(name);
  return name;
}

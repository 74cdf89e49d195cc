import { ServiceError, type ServiceRequest } from '../../service.ts';
import { firstName } from './first-table.ts';
import { type Place, validation } from './names.ts';
import type { Region } from './region.ts';

/** Operations that a policy can open to other accounts ("API operations supported by resource-based policies"). */
const CROSS_ACCOUNT = new Set([
  ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem'],
  ...['DescribeTable', 'UpdateTable', 'DeleteTable', 'TagResource', 'UntagResource', 'ListTagsOfResource'],
]);

const TABLE_ARN = /^arn:aws:dynamodb:([a-z0-9-]+):(\d{12}):table\/([^/]+)$/;

/**
 * Where a request is carried out: in the caller's account, unless it names a table of another account by its ARN, that
 * table has a policy in force, and the operation is one that policies can open. Whether the policy is about this caller
 * has been decided before. A table without a policy is closed to other accounts whoever asks.
 */
export function placeOf(
  { caller: { account, region } }: ServiceRequest,
  operation: string,
  named: string | null,
  regionAt: (place: Place) => Region | undefined,
): Place {
  const own = { account, region };
  const [, tableRegion, owner, table = ''] = TABLE_ARN.exec(named ?? '') ?? [];
  if (!owner || owner === account || tableRegion !== region || !CROSS_ACCOUNT.has(operation)) return own;
  const theirs = { account: owner, region };
  return regionAt(theirs)?.tables.get(table)?.policy.inForce ? theirs : own;
}

/** Refuses a batch over tables of several accounts, which is not built. */
export function refuseMixedAccounts({ body, caller }: ServiceRequest): void {
  if (firstName(body, 'RequestItems') === null || !body.includes('"arn:aws:dynamodb:')) return;
  const accounts = new Set(tablesOf(body).map((table) => TABLE_ARN.exec(table)?.[2] ?? caller.account));
  if (accounts.size > 1) throw validation('a batch over tables of several accounts is not supported');
}

function tablesOf(body: Buffer): string[] {
  try {
    const { RequestItems } = JSON.parse(body.toString()) as { RequestItems?: object };
    return Object.keys(RequestItems ?? {});
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ServiceError('SerializationException', 'the body is not a JSON object');
  }
}

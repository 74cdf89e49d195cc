import { evaluate } from '../../authorizer/evaluate.ts';
import { type Policy, PolicyError, parsePolicy, type Statement } from '../../authorizer/policy.ts';
import { invalidParameter } from './names.ts';

/** "Resource-based policy considerations" in the developer guide; white space counts. */
const MAXIMUM_BYTES = 20 * 1024;

/** Condition keys that, with a value, keep a statement for everyone from being public ("Block Public Access"). */
const NARROWING = [
  ...['aws:principalorgid', 'aws:principalorgpaths', 'aws:principalaccount', 'aws:principalarn', 'aws:userid'],
  ...['aws:sourceaccount', 'aws:sourcearn', 'aws:sourceowner', 'aws:sourceip', 'aws:sourcevpc', 'aws:sourcevpce'],
];

/** Whether a role or a session that a policy names exists; given its ARN. */
export type FindPrincipal = (arn: string) => boolean;

export interface PolicyUnderTest {
  /** JSON text. */
  readonly text: string;
  readonly tableArn: string;
  /** ARN of the caller. */
  readonly caller: string;
  /** The caller agrees to lose the right to change the policy. */
  readonly confirmed: boolean;
  readonly findPrincipal: FindPrincipal;
}

/**
 * Checks the policy of a table as it is attached. Throws ValidationException for one that is too large, is not understood
 * as a whole, is about another resource or another service, names a principal that does not exist, is open to everyone,
 * or keeps the caller from changing it again.
 */
export function checkTablePolicy({ text, tableArn, caller, confirmed, findPrincipal }: PolicyUnderTest): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAXIMUM_BYTES) {
    throw invalidParameter(`The policy has ${bytes} bytes, more than the limit of ${MAXIMUM_BYTES}`);
  }
  const policy = understood(text, tableArn);
  for (const statement of policy.statements) checkStatement(statement, tableArn, findPrincipal);
  if (!confirmed && locksOut(policy, tableArn, caller)) {
    throw invalidParameter(
      'The policy denies the caller to change the policy of this resource in future. Set ConfirmRemoveSelfResourceAccess to confirm',
    );
  }
}

function understood(text: string, tableArn: string): Policy {
  try {
    return parsePolicy(text, 'resource', `policy of ${tableArn}`);
  } catch (error) {
    if (error instanceof PolicyError) throw invalidParameter(`Invalid policy document: ${error.message}`);
    throw error;
  }
}

function checkStatement(statement: Statement, tableArn: string, findPrincipal: FindPrincipal): void {
  const { actions, resources, principals } = statement;
  const action = actions.patterns.find((pattern) => pattern !== '*' && !pattern.toLowerCase().startsWith('dynamodb:'));
  if (action !== undefined) throw invalidParameter(`Invalid action in policy document: ${action}`);
  const resource = resources?.patterns.find((pattern) => !isAbout(pattern, tableArn));
  if (resource !== undefined) throw invalidParameter(`Invalid resource in policy document: ${resource}`);
  const named = (principals?.entries ?? []).filter(({ value }) => value.startsWith('arn:'));
  if (named.some(({ value }) => !findPrincipal(value))) {
    throw invalidParameter('Invalid principal in policy document.');
  }
  if (isPublic(statement)) throw invalidParameter('The policy grants public access, which is blocked');
}

/** The table, its indexes, or `*`, which in the policy of a table stands for both. */
function isAbout(pattern: string, tableArn: string): boolean {
  return (
    pattern === '*' ||
    pattern === tableArn ||
    pattern === `${tableArn}/*` ||
    (pattern.startsWith(`${tableArn}/index/`) && pattern.length > `${tableArn}/index/`.length)
  );
}

function isPublic({ effect, principals, conditions }: Statement): boolean {
  const everyone = principals?.negated === false && principals.entries.some(({ value }) => value === '*');
  const narrowed = conditions.some(
    ({ key, negated, ifExists, values }) =>
      NARROWING.includes(key) && !negated && !ifExists && !values.some((value) => /^\*+$/.test(value)),
  );
  return effect === 'Allow' && everyone && !narrowed;
}

/** Only a statement that denies it takes the right: root of the account always keeps it. */
function locksOut(policy: Policy, tableArn: string, caller: string): boolean {
  const [, , , , account = '', path = ''] = caller.split(':');
  const [kind, role] = path.split('/');
  if (kind !== 'assumed-role') return false;
  const principal = { account, arn: caller, roleArn: `arn:aws:iam::${account}:role/${role}`, type: 'root' } as const;
  const request = {
    principal,
    action: 'dynamodb:PutResourcePolicy',
    resource: tableArn,
    resourceAccount: account,
    context: new Map(),
  };
  const policies = { identity: [], boundary: null, session: null, resource: policy, resourceMustAllow: false };
  return !evaluate(request, policies).allowed;
}

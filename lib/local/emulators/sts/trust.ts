import { ServiceError } from '../../service.ts';

/** One call of sts:AssumeRole as a trust policy sees it. */
export interface AssumeRequest {
  /** Account of the caller. */
  readonly account: string;
  /** IAM ARN of the caller: the role's own ARN for a session, `…:root` for root. */
  readonly principalArn: string;
  /** `sts:AssumeRole`, and `sts:SetSourceIdentity` and `sts:TagSession` where the call needs them. */
  readonly actions: readonly string[];
  /** Condition keys in lower case, absent where the call has none. */
  readonly context: Readonly<Record<string, string | undefined>>;
}

/** A trust policy that was understood. */
export interface TrustPolicy {
  readonly statements: readonly TrustStatement[];
}

interface TrustStatement {
  readonly effect: 'Allow' | 'Deny';
  /** Account numbers and role ARNs; services are left out, because no service calls AssumeRole over the wire. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly conditions: readonly Condition[];
}

interface Condition {
  readonly operator: string;
  /** In lower case. */
  readonly key: string;
  readonly values: readonly string[];
}

type Test = (actual: string | undefined, expected: string) => boolean;

const OPERATORS: Readonly<Record<string, Test>> = {
  StringEquals: (actual, expected) => actual === expected,
  StringLike: (actual, expected) => actual !== undefined && like(actual, expected),
  // In ARN operators the wildcards do not cross colons; ArnEquals and ArnLike are the same.
  ArnEquals: (actual, expected) => actual !== undefined && arnLike(actual, expected),
  ArnLike: (actual, expected) => actual !== undefined && arnLike(actual, expected),
  Null: (actual, expected) => (actual === undefined) === (expected === 'true'),
};

const KEYS = [
  'sts:ExternalId',
  'sts:RoleSessionName',
  'sts:SourceIdentity',
  'aws:PrincipalArn',
  'aws:PrincipalAccount',
  'aws:PrincipalOrgID',
  'aws:SourceAccount',
  'aws:SourceArn',
].map((key) => key.toLowerCase());

const ACTIONS = ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'];

/**
 * Reads a trust policy. Understood are principals `AWS` (an account or a role) and `Service`, the actions of AssumeRole,
 * and the conditions of the tables above; anything else throws MalformedPolicyDocument with its name, so that a role
 * whose trust would be judged wrongly never comes to exist.
 */
export function parseTrustPolicy(document: unknown): TrustPolicy {
  const policy = record(document, 'policy');
  allow(Object.keys(policy), ['Version', 'Id', 'Statement'], 'policy element');
  if (policy.Version !== '2012-10-17') throw malformed(`policy version '${policy.Version}' is not supported`);
  const statements = listOf(policy.Statement).map(parseStatement);
  if (statements.length === 0) throw malformed('policy has no statement');
  return { statements };
}

/** Whether every action of the call is allowed by some statement and denied by none. */
export function isTrusted(policy: TrustPolicy, request: AssumeRequest): boolean {
  const matching = (effect: string, action: string) =>
    policy.statements.some((statement) => statement.effect === effect && applies(statement, action, request));
  return request.actions.every((action) => matching('Allow', action) && !matching('Deny', action));
}

function applies(statement: TrustStatement, action: string, request: AssumeRequest): boolean {
  return (
    statement.actions.some((pattern) => like(action.toLowerCase(), pattern.toLowerCase())) &&
    statement.principals.some((principal) => principal === request.account || principal === request.principalArn) &&
    statement.conditions.every(({ operator, key, values }) =>
      values.some((value) => OPERATORS[operator]?.(request.context[key], value)),
    )
  );
}

function parseStatement(value: unknown): TrustStatement {
  const statement = record(value, 'statement');
  allow(Object.keys(statement), ['Sid', 'Effect', 'Principal', 'Action', 'Condition'], 'statement element');
  const { Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed(`effect '${String(effect)}' is neither Allow nor Deny`);
  const actions = listOf(statement.Action).map(String);
  if (actions.length === 0) throw malformed('statement has no action');
  allow(actions, ACTIONS, 'action');
  return {
    effect,
    actions,
    principals: parsePrincipals(statement.Principal),
    conditions: parseConditions(statement.Condition),
  };
}

function parsePrincipals(value: unknown): string[] {
  const principal = record(value, 'principal');
  allow(Object.keys(principal), ['AWS', 'Service'], 'principal type');
  for (const service of listOf(principal.Service)) {
    if (!/^[a-z0-9.-]+\.amazonaws\.com$/.test(String(service))) throw malformed(`service principal '${service}'`);
  }
  return listOf(principal.AWS).map((aws) => {
    const [, account] = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(String(aws)) ?? [];
    if (account) return account;
    if (/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(String(aws))) return String(aws);
    throw malformed(`principal '${String(aws)}' is neither an account nor a role`);
  });
}

function parseConditions(value: unknown): Condition[] {
  return Object.entries(record(value ?? {}, 'condition')).flatMap(([operator, block]) => {
    allow([operator], Object.keys(OPERATORS), 'condition operator');
    return Object.entries(record(block, 'condition')).map(([name, values]) => {
      const key = name.toLowerCase();
      if (!KEYS.includes(key)) throw malformed(`condition key '${name}' is not understood`);
      return { operator, key, values: listOf(values).map(String) };
    });
  });
}

function allow(names: readonly string[], known: readonly string[], what: string): void {
  const other = names.find((name) => !known.includes(name));
  if (other !== undefined) throw malformed(`${what} '${other}' is not understood`);
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw malformed(`${what} must be an object`);
}

const listOf = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

function like(actual: string, pattern: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(actual);
}

/** Compares the first five parts of an ARN one by one, and the rest as a whole. */
function arnLike(actual: string, pattern: string): boolean {
  const split = (arn: string) => {
    const parts = arn.split(':');
    return [...parts.slice(0, 5), parts.slice(5).join(':')];
  };
  const actualParts = split(actual);
  return split(pattern).every((part, index) => like(actualParts[index] ?? '', part));
}

const malformed = (message: string) => new ServiceError('MalformedPolicyDocument', `Trust policy: ${message}`);

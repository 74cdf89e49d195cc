import { type Caller, ServiceError } from '../../service.ts';

/**
 * Checks the form of a key policy and, unless the caller bypasses it, that the account could still change the policy:
 * the "key policy lockout safety check". Throws MalformedPolicyDocumentException.
 */
export function checkKeyPolicy(text: string, caller: Caller, bypassLockoutCheck: boolean): void {
  const statements = statementsOf(text);
  for (const statement of statements) {
    const whole =
      (statement.Effect === 'Allow' || statement.Effect === 'Deny') &&
      'Principal' in statement &&
      ('Action' in statement || 'NotAction' in statement) &&
      'Resource' in statement;
    if (!whole) throw malformed('Policy contains a statement with one or more invalid elements.');
  }
  const openers = [`arn:aws:iam::${caller.account}:root`, caller.account, caller.arn, '*'];
  const opened = statements.some(
    ({ Effect, Principal, Action }) =>
      Effect === 'Allow' &&
      textsOf(isRecord(Principal) ? Principal.AWS : Principal).some((principal) => openers.includes(principal)) &&
      textsOf(Action).some((action) => ['*', 'kms:*', 'kms:put*', 'kms:putkeypolicy'].includes(action.toLowerCase())),
  );
  if (!opened && !bypassLockoutCheck) {
    throw malformed('The new key policy will not allow you to update the key policy in the future.');
  }
}

function statementsOf(text: string): Record<string, unknown>[] {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch (error) {
    throw malformed(`Policy is not valid JSON: ${String(error)}`);
  }
  const statements = isRecord(policy) ? [policy.Statement].flat() : [];
  if (statements.length === 0 || !statements.every(isRecord)) throw malformed('Policy contains no statement.');
  return statements;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textsOf = (value: unknown): string[] => [value].flat().filter((one): one is string => typeof one === 'string');

const malformed = (message: string) => new ServiceError('MalformedPolicyDocumentException', message);

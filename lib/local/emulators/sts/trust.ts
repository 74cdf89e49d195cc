import { evaluate } from '../../authorizer/evaluate.ts';
import { type Policy, PolicyError, parsePolicy } from '../../authorizer/policy.ts';
import { ServiceError } from '../../service.ts';

/** One call of sts:AssumeRole as a trust policy sees it. */
export interface AssumeRequest {
  /** Account of the caller. */
  readonly account: string;
  /** IAM ARN of the caller: the role's own ARN for a session, `…:root` for root. */
  readonly principalArn: string;
  /** ARN of the caller's session. */
  readonly sessionArn: string;
  /** `sts:AssumeRole`, and `sts:SetSourceIdentity` and `sts:TagSession` where the call needs them. */
  readonly actions: readonly string[];
  /** Condition keys in lower case, absent where the call has none. */
  readonly context: Readonly<Record<string, string | undefined>>;
}

const ACTIONS = ['sts:assumerole', 'sts:setsourceidentity', 'sts:tagsession'];

/**
 * Reads a trust policy. Whatever the evaluator does not know, and actions other than those of AssumeRole, throw
 * MalformedPolicyDocument with their name, so that a role whose trust would be judged wrongly never comes to exist.
 */
export function parseTrustPolicy(document: unknown): Policy {
  const policy = understood(document);
  for (const { actions } of policy.statements) {
    const other = actions.patterns.find((action) => !ACTIONS.includes(action.toLowerCase()));
    if (other !== undefined) throw malformed(`action '${other}' is not understood`);
  }
  return policy;
}

function understood(document: unknown): Policy {
  try {
    return parsePolicy(document, 'trust', 'Trust policy');
  } catch (error) {
    if (error instanceof PolicyError) throw new ServiceError('MalformedPolicyDocument', error.message);
    throw error;
  }
}

/**
 * Whether a trust policy lets a caller take the role, which its own policies are asked about elsewhere: every action of
 * the call must be allowed and none denied.
 */
export function isTrusted(
  policy: Policy,
  { account, principalArn, sessionArn, actions, context }: AssumeRequest,
): boolean {
  const values = new Map(
    Object.entries(context).flatMap(([key, value]) => (value === undefined ? [] : [[key, [value]]])),
  );
  // Typed as root, whom no policy of an identity limits: here the trust policy alone is asked.
  const principal = { account, arn: sessionArn, roleArn: principalArn, type: 'root' } as const;
  return actions.every((action) => {
    // ExternalId belongs to AssumeRole alone (Service Authorization Reference of STS).
    const known = [...values].filter(([key]) => action === 'sts:AssumeRole' || key !== 'sts:externalid');
    const request = { principal, action, resource: '*', resourceAccount: account, context: new Map(known) };
    const set = { identity: [], boundary: null, session: null, resource: policy, resourceMustAllow: true };
    return evaluate(request, set).allowed;
  });
}

const malformed = (message: string) => new ServiceError('MalformedPolicyDocument', `Trust policy: ${message}`);

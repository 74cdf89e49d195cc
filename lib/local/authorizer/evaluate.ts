import { satisfies } from './conditions.ts';
import { arnMatches, type Context, type Reader, readerFor } from './patterns.ts';
import type { Element, Policy, PrincipalEntry, Statement } from './policy.ts';

/** Who asks. */
export interface Principal {
  /** Twelve digits; of a service, the account that it works for. */
  readonly account: string;
  /** `arn:aws:iam::<account>:root`, or the ARN of a session; of a service, its name. */
  readonly arn: string;
  /** ARN of the role behind a session, null for root and for services. */
  readonly roleArn: string | null;
  readonly type: 'root' | 'role' | 'service';
}

/** One action on one resource. */
export interface AccessRequest {
  readonly principal: Principal;
  /** `s3:GetObject`. */
  readonly action: string;
  /** An ARN, or `*` for an action that knows no resources. */
  readonly resource: string;
  /** Account that owns the resource. */
  readonly resourceAccount: string;
  readonly context: Context;
}

/** The policies that have a say in a request. */
export interface PolicySet {
  readonly identity: readonly Policy[];
  readonly boundary: Policy | null;
  readonly session: Policy | null;
  /** The policy of the resource, or null. */
  readonly resource: Policy | null;
  /**
   * True for resources whose own policy must allow whatever happens to them: keys, and roles that are to be assumed.
   * An account in it lets its identities' policies decide.
   */
  readonly resourceMustAllow: boolean;
}

/** A statement that decided, or took part in the decision. */
export interface Deciding {
  readonly policy: string;
  readonly statement: string;
}

export interface Verdict {
  readonly allowed: boolean;
  /** Empty when allowed; else `no … policy allows the … action` or `with an explicit deny in …`, as AWS words it. */
  readonly reason: string;
  /** The statement that denies, or those that allow; none when nothing matched. */
  readonly statements: readonly Deciding[];
}

/** How a statement of a resource's policy names who asks. */
type Naming = 'session' | 'role' | 'everyone' | 'service' | 'account';

interface Judgement {
  readonly allow: Deciding | null;
  readonly deny: Deciding | null;
  /** For policies of resources: how the allowing statement names who asks, the most direct way first. */
  readonly naming: Naming | null;
}

/** From the naming that suffices most to the one that suffices least. */
const directness: readonly Naming[] = ['session', 'everyone', 'role', 'service', 'account'];

/**
 * Decides a request as "Policy evaluation logic" in the IAM guide describes it: an explicit deny wins; within an account
 * the identity's policies (within boundary and session policy) or the resource's policy suffice; across accounts both
 * must allow.
 */
export function evaluate(request: AccessRequest, policies: PolicySet): Verdict {
  const { principal, action, resourceAccount } = request;
  const identity = judge(policies.identity, request);
  const boundary = policies.boundary && judge([policies.boundary], request);
  const session = policies.session && judge([policies.session], request);
  const resource = policies.resource && judge([policies.resource], request, policies.boundary !== null);

  const denials: [Judgement | null, string][] = [
    [identity, 'an identity-based policy'],
    [resource, 'a resource-based policy'],
    [boundary, 'a permissions boundary'],
    [session, 'a session policy'],
  ];
  for (const [judgement, where] of denials) {
    if (judgement?.deny) return denied(`with an explicit deny in ${where}`, [judgement.deny]);
  }

  const naming = resource?.naming ?? null;
  const fromResource = resource?.allow ? [resource.allow] : [];
  const lacking = (kind: string) => denied(`no ${kind} policy allows the ${action} action`, []);
  if (principal.type === 'service') {
    return naming === 'service' || naming === 'everyone' ? allowed(fromResource) : lacking('resource-based');
  }
  const isSame = principal.account === resourceAccount;
  const isDirect = naming !== null && naming !== 'account';
  // Within an account, what a resource grants to a session itself is added to what the role and its limits leave
  // ("Session policies" in the IAM guide); what it grants to everyone passes the role's boundary too.
  if (isSame && naming === 'session') return allowed(fromResource);

  const isIdentityNeeded = !(isSame && isDirect);
  if (isIdentityNeeded && !identity.allow && principal.type !== 'root') return lacking('identity-based');
  if (boundary && !boundary.allow && !(isSame && naming === 'everyone')) {
    return denied(`no permissions boundary allows the ${action} action`, []);
  }
  if (session && !session.allow) return lacking('session');
  if ((!isSame || policies.resourceMustAllow) && naming === null) return lacking('resource-based');
  return allowed([identity, boundary, session, resource].flatMap((judgement) => judgement?.allow ?? []));
}

const allowed = (statements: readonly Deciding[]): Verdict => ({ allowed: true, reason: '', statements });
const denied = (reason: string, statements: readonly Deciding[]): Verdict => ({ allowed: false, reason, statements });

/** What policies of one kind say, each in its own version's reading. */
function judge(policies: readonly Policy[], request: AccessRequest, bounded = false): Judgement {
  let allow: Deciding | null = null;
  let naming: Naming | null = null;
  for (const policy of policies) {
    const read = readerFor(request.context, policy.variables);
    for (const statement of policy.statements) {
      const named = namingOf(statement, request.principal, bounded);
      if (named === null || !applies(statement, request, read)) continue;
      const deciding = { policy: policy.name, statement: statement.id };
      if (statement.effect === 'Deny') return { allow: null, deny: deciding, naming: null };
      if (naming === null || directness.indexOf(named) < directness.indexOf(naming)) {
        allow = deciding;
        naming = named;
      }
    }
  }
  return { allow, deny: null, naming };
}

function applies({ effect, actions, resources, conditions }: Statement, request: AccessRequest, read: Reader): boolean {
  return (
    actionMatches(actions, request.action) &&
    (resources === null || resourceMatches(resources, effect, request.resource, read)) &&
    conditions.every((condition) => satisfies(condition, request.context, read))
  );
}

const plain = readerFor(new Map(), false);

/** Whether an `Action` or `NotAction` element is about an action; names have no case. */
export function actionMatches({ patterns, negated }: Element, action: string): boolean {
  const name = action.toLowerCase();
  return patterns.some((pattern) => plain(pattern.toLowerCase())?.matches(name) ?? false) !== negated;
}

/**
 * An action that knows no resources is matched by `*` alone. A `NotResource` with a variable that the request has no
 * value for allows nothing and denies everything.
 */
function resourceMatches({ patterns, negated }: Element, effect: string, resource: string, read: Reader): boolean {
  const fits = (value: string) => {
    if (value === '*') return true;
    const pattern = read(value);
    return pattern === null ? negated && effect === 'Allow' : resource !== '*' && arnMatches(pattern, resource);
  };
  return patterns.some(fits) !== negated;
}

/**
 * How a statement names who asks; null when it does not. Policies of identities name their owner. `NotPrincipal` is about
 * everyone with a permissions boundary, whomever it names (IAM's reference of the element).
 */
function namingOf({ principals }: Statement, principal: Principal, bounded: boolean): Naming | null {
  if (principals === null) return 'role';
  if (principals.negated && bounded) return 'everyone';
  const names = principals.entries.flatMap((entry) => namingBy(entry, principal) ?? []);
  if (principals.negated) return names.length === 0 ? 'everyone' : null;
  return directness.find((naming) => names.includes(naming)) ?? null;
}

function namingBy({ type, value }: PrincipalEntry, principal: Principal): Naming | null {
  if (type === 'Service') return principal.type === 'service' && value === principal.arn ? 'service' : null;
  if (value === '*') return 'everyone';
  if (principal.type === 'service') return null;
  if (value === principal.account) return 'account';
  if (value === principal.roleArn) return 'role';
  return value === principal.arn ? 'session' : null;
}

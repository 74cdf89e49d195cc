import type { Clock } from '../clock.ts';
import type { AuthorizationRequest, Decision } from '../gateway/gateway.ts';
import { type Caller, ServiceError } from '../service.ts';
import type { Catalogue } from './catalogue.ts';
import type { Check, Holdings } from './checks.ts';
import { type AccessRequest, evaluate, type PolicySet, type Principal, type Verdict } from './evaluate.ts';
import { checksOf } from './operations.ts';
import { machineChecks } from './operations-s3.ts';
import { createPolicyFinder } from './policies.ts';
import { refusalSentence } from './sentence.ts';

/** One decision with everything that it was made from. */
export interface Access {
  readonly request: AccessRequest;
  readonly policies: PolicySet;
  readonly verdict: Verdict;
  /** Name of the role that asked, null for root and services. */
  readonly role: string | null;
}

/** What a role wants to do without a request of its own on the wire. */
export interface RoleAction {
  readonly roleArn: string;
  /** `lambda:InvokeFunction`. */
  readonly action: string;
  readonly resource: string;
  /** JSON text. @default - none */
  readonly sessionPolicy?: string;
}

export interface AuthorizerSettings extends Holdings {
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  /** Takes a line for each denied call, with the deciding statement. */
  readonly log: (line: string) => void;
  /** Told of every decision but those about root in its own account. */
  readonly onAccess?: (access: Access) => void;
}

/** Decides every call of the host by the policies that its stores hold. */
export interface Authorizer {
  /** @throws ServiceError for an operation without permissions in the table, PolicyError for a policy that it cannot read */
  authorize(call: AuthorizationRequest): Decision;
  /** An action that a service takes in a role's name, as Step Functions does. */
  decideFor(action: RoleAction): Decision;
  /** Whether a service, such as `lambda.amazonaws.com`, may take a role on behalf of a resource (`aws:SourceArn`). */
  mayAssume(service: string, roleArn: string, sourceArn: string): Verdict;
}

/** Asks for each check of a call in turn: the first that is denied denies the call. */
export function createAuthorizer(settings: AuthorizerSettings): Authorizer {
  const { iam, s3, catalogue, clock, log, onAccess } = settings;
  const find = createPolicyFinder(settings);

  function decide(
    check: Check,
    principal: Principal,
    own: ReadonlyMap<string, readonly string[]>,
    session: string | null,
  ) {
    const facts = catalogue.action(check.action);
    const resource = facts.wildcardOnly || check.resource === null ? '*' : check.resource;
    const resourceAccount = accountOf(resource) ?? principal.account;
    if (principal.type === 'root' && resourceAccount === principal.account) return null;
    const further = Object.entries(check.context ?? {})
      .map(([key, value]) => [key.toLowerCase(), value === undefined ? [] : [value].flat()] as const)
      .filter(([key, values]) => values.length > 0 && (key.startsWith('aws:') || facts.hasKey(key)));
    const always: [string, string[]][] = [['aws:resourceaccount', [resourceAccount]]];
    if (facts.hasKey('s3:tlsversion')) always.push(['s3:tlsversion', ['1.3']]);
    const context = new Map([...own, ...always, ...further]);
    const request = { principal, action: facts.name, resource, resourceAccount, context };
    const policies = find(request, session);
    const verdict = evaluate(request, policies);
    const role = principal.roleArn?.slice(principal.roleArn.lastIndexOf('/') + 1) ?? null;
    onAccess?.({ request, policies, verdict, role });
    return { request, verdict };
  }

  function decideAll(
    checks: readonly Check[],
    principal: Principal,
    context: ReadonlyMap<string, readonly string[]>,
    session: string | null,
  ): Decision {
    for (const check of checks) {
      const access = decide(check, principal, context, session);
      if (!access || access.verdict.allowed) continue;
      const { action, resource } = access.request;
      const { reason, statements } = access.verdict;
      const told = { user: principal.arn, action, resource, reason };
      const [statement] = statements;
      const by = statement ? `statement ${statement.statement} of ${statement.policy}` : 'no statement allows it';
      log(`denied: ${refusalSentence(told)} [${by}]`);
      return { allowed: false, ...shown(action, resource, reason) };
    }
    return { allowed: true, reason: '' };
  }

  /** ARNs of S3 name no account: the owner of the bucket is asked for. */
  function accountOf(resource: string): string | undefined {
    const [, , service, , account, name = ''] = resource.split(':');
    if (service === 's3') return s3.findBucket(name.split('/')[0] ?? '')?.account;
    return account || undefined;
  }

  /** What every request carries ("AWS global condition context keys"); loopback stands for a connection with TLS. */
  function contextOf(principal: Principal, caller: Partial<Caller>): Map<string, readonly string[]> {
    const now = new Date(clock.now());
    const values: [string, string | null | undefined][] = [
      ['aws:currenttime', now.toISOString()],
      ['aws:epochtime', String(Math.floor(now.getTime() / 1000))],
      ['aws:securetransport', 'true'],
      ['aws:sourceip', '127.0.0.1'],
      ['aws:principalarn', principal.roleArn ?? principal.arn],
      ['aws:principalaccount', principal.account],
      ['aws:principalisawsservice', 'false'],
      ['aws:principaltype', principal.type === 'root' ? 'Account' : 'AssumedRole'],
      ['aws:userid', userId(principal, caller)],
      ['aws:sourceidentity', caller.sourceIdentity],
      ['aws:requestedregion', caller.region],
    ];
    const tags = Object.entries(settings.credentials.find(caller.accessKeyId ?? '')?.tags ?? {});
    const roleTags = [...(iam.findRole(principal.roleArn ?? '')?.tags ?? [])];
    return new Map([
      ...[...roleTags, ...tags].map(([key, value]) => [`aws:principaltag/${key.toLowerCase()}`, [value]] as const),
      ...values.flatMap(([key, value]) => (typeof value === 'string' ? [[key, [value]] as const] : [])),
    ]);
  }

  function userId(principal: Principal, { sessionName }: Partial<Caller>): string | null {
    if (principal.roleArn === null) return principal.account;
    const id = iam.findRole(principal.roleArn)?.roleId;
    return id === undefined ? null : `${id}:${sessionName ?? 'states'}`;
  }

  function principalOf({ account, arn, role }: Caller): Principal {
    if (role === null) return { account, arn, roleArn: null, type: 'root' };
    const roleArn = iam.roleByName(account, role)?.arn ?? `arn:aws:iam::${account}:role/${role}`;
    return { account, arn, roleArn, type: 'role' };
  }

  return {
    authorize(call) {
      const checks = checksOf(call, settings);
      if (!checks) {
        const message = `the operation ${call.operation} is not supported by this host`;
        throw new ServiceError('UnknownOperationException', message);
      }
      const principal = principalOf(call.caller);
      return decideAll(checks, principal, contextOf(principal, call.caller), call.caller.sessionPolicy);
    },
    decideFor({ roleArn, action, resource, sessionPolicy }) {
      const [, , , , account = '', path = ''] = roleArn.split(':');
      const arn = `arn:aws:sts::${account}:assumed-role/${path.slice(path.lastIndexOf('/') + 1)}/states`;
      const principal: Principal = { account, arn, roleArn, type: 'role' };
      const region = resource.split(':')[3];
      const context = contextOf(principal, region ? { region } : {});
      return decideAll(machineChecks(action, resource, settings), principal, context, sessionPolicy ?? null);
    },
    mayAssume(service, roleArn, sourceArn) {
      const account = roleArn.split(':')[4] ?? '';
      const principal: Principal = { account, arn: service, roleArn: null, type: 'service' };
      const context = new Map([
        ['aws:sourcearn', [sourceArn]],
        ['aws:sourceaccount', [sourceArn.split(':')[4] ?? '']],
      ]);
      const request = { principal, action: 'sts:AssumeRole', resource: roleArn, resourceAccount: account, context };
      return evaluate(request, find(request, null));
    },
  };
}

/** S3 puts the resource in quotes; STS tells no reason. */
function shown(action: string, resource: string, reason: string): Omit<Decision, 'allowed'> {
  if (action.startsWith('sts:')) return { action, resource, reason: '' };
  return { action, resource: action.startsWith('s3:') ? `"${resource}"` : resource, reason };
}

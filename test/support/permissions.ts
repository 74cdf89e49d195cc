import type { Access } from '../../lib/local/authorizer/authorizer.ts';
import type { Catalogue } from '../../lib/local/authorizer/catalogue.ts';
import { actionMatches, evaluate, type PolicySet } from '../../lib/local/authorizer/evaluate.ts';
import { type Policy, parsePolicy } from '../../lib/local/authorizer/policy.ts';
import type { Deployment } from '../../lib/local/loader/deployment.ts';

/** Decisions of a host, each combination of role, action, resource and deciding statements once. */
export function collectAccesses() {
  const accesses = new Map<string, Access>();
  const add = (access: Access) => {
    const { role, request, verdict } = access;
    const by = verdict.statements.map(({ policy, statement }) => `${policy}#${statement}`);
    const key = [role, request.principal.account, request.action, request.resource, verdict.allowed, ...by].join(' ');
    accesses.set(key, access);
  };
  return { add, all: () => [...accesses.values()] };
}

/** Actions that the identity policies of a deployment's roles allow, by role name; the accounts' roles are alike. */
export function grantedActions({ roles }: Deployment, catalogue: Catalogue): Map<string, Set<string>> {
  const granted = new Map<string, Set<string>>();
  for (const { name, policies, managedPolicies } of roles) {
    if (managedPolicies.length > 0) throw new Error(`${name} has managed policies, whose grants are not counted here`);
    const own = granted.get(name) ?? new Set();
    granted.set(name, own);
    for (const [policy, document] of Object.entries(policies)) {
      for (const { effect, actions } of parsePolicy(document, 'identity', policy).statements) {
        if (effect === 'Deny') continue;
        const covered = catalogue.actions.filter((action) => actionMatches(actions, action));
        if (covered.length === 0) throw new Error(`${name}: ${actions.patterns} is about no action`);
        for (const action of covered) own.add(action);
      }
    }
  }
  return granted;
}

/** Statements without which a request that was allowed still is: each is one grant too many. */
export function sparable({ request, policies, verdict }: Access): string[] {
  return verdict.statements.flatMap(({ policy, statement }) => {
    const without = (from: Policy): Policy =>
      from.name === policy ? { ...from, statements: from.statements.filter(({ id }) => id !== statement) } : from;
    const reduced: PolicySet = {
      ...policies,
      identity: policies.identity.map(without),
      boundary: policies.boundary && without(policies.boundary),
      session: policies.session && without(policies.session),
      resource: policies.resource && without(policies.resource),
    };
    return evaluate(request, reduced).allowed
      ? [`${request.action} on ${request.resource}: ${statement} of ${policy}`]
      : [];
  });
}

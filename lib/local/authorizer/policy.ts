import { operatorNamed, type Test } from './operators.ts';

/** A policy that cannot be judged: not a policy, or with a part that this evaluator does not know. The message names it. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/** Patterns of an element and whether the element is the negated one, such as `NotAction`. */
export interface Element {
  readonly patterns: readonly string[];
  readonly negated: boolean;
}

/** One entry of a `Principal` element: `*`, an account id, the ARN of a role or a session, or a service. */
export interface PrincipalEntry {
  readonly type: 'AWS' | 'Service';
  readonly value: string;
}

/** One key below one operator of a `Condition` element. */
export interface Condition {
  readonly test: Test;
  /** True for operators such as `StringNotEquals`, which hold when no value fits. */
  readonly negated: boolean;
  readonly quantifier: 'all' | 'any' | null;
  readonly ifExists: boolean;
  /** In lower case. */
  readonly key: string;
  readonly values: readonly string[];
}

export interface Statement {
  /** The statement's `Sid`, or its position in the policy, from 1. */
  readonly id: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Element;
  /** Null in trust policies, which are about the role that they belong to. */
  readonly resources: Element | null;
  /** Null in policies of identities. */
  readonly principals: { readonly entries: readonly PrincipalEntry[]; readonly negated: boolean } | null;
  readonly conditions: readonly Condition[];
}

/** A policy that was understood as a whole. */
export interface Policy {
  /** What a log calls it. */
  readonly name: string;
  /** Whether `${…}` in values is a policy variable; before version 2012-10-17 it is text. */
  readonly variables: boolean;
  readonly statements: readonly Statement[];
}

/**
 * Where a policy stands: at a role (or as boundary or session policy), at a resource, or as the trust policy of a role.
 * It decides which elements a statement must have and may not have.
 */
export type PolicyPlace = 'identity' | 'resource' | 'trust';

const elements: Readonly<Record<PolicyPlace, readonly string[]>> = {
  identity: ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'],
  resource: [
    'Sid',
    'Effect',
    'Principal',
    'NotPrincipal',
    'Action',
    'NotAction',
    'Resource',
    'NotResource',
    'Condition',
  ],
  trust: ['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Condition'],
};

/**
 * Reads a policy, given as JSON text or as the value of that text.
 * @throws PolicyError naming whatever is not understood, so that no policy is judged by a part of it
 */
export function parsePolicy(document: unknown, place: PolicyPlace, name: string): Policy {
  const fail = (message: string) => new PolicyError(`${name}: ${message}`);
  const policy = asRecord(typeof document === 'string' ? readJson(document, fail) : document, 'the policy', fail);
  refuseOthers(Object.keys(policy), ['Version', 'Id', 'Statement'], 'policy element', fail);
  const version = policy.Version ?? '2008-10-17';
  if (version !== '2012-10-17' && version !== '2008-10-17') throw fail(`policy version '${String(version)}'`);
  const statements = [policy.Statement ?? []].flat();
  if (statements.length === 0) throw fail('the policy has no statement');
  return {
    name,
    variables: version === '2012-10-17',
    statements: statements.map((statement, index) => parseStatement(statement, index, place, fail)),
  };
}

type Fail = (message: string) => PolicyError;

function parseStatement(value: unknown, index: number, place: PolicyPlace, fail: Fail): Statement {
  const statement = asRecord(value, 'a statement', fail);
  refuseOthers(Object.keys(statement), elements[place], 'statement element', fail);
  const { Sid, Effect: effect, Condition: condition } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw fail(`effect '${String(effect)}' is neither Allow nor Deny`);
  const actions = element(statement, 'Action', fail);
  const misnamed = actions.patterns.find((action) => action !== '*' && !/^[\w-]+:[\w*?]+$/.test(action));
  if (misnamed !== undefined) throw fail(`action '${misnamed}'`);
  return {
    id: typeof Sid === 'string' && Sid !== '' ? Sid : String(index + 1),
    effect,
    actions,
    resources: place === 'trust' ? null : element(statement, 'Resource', fail),
    principals: place === 'identity' ? null : parsePrincipals(statement, fail),
    conditions: condition === undefined ? [] : parseConditions(asRecord(condition, 'a condition', fail), fail),
  };
}

/** The one of `X` and `NotX` that is there. */
function element(statement: Record<string, unknown>, name: string, fail: Fail): Element {
  const negated = `Not${name}` in statement;
  if (negated === name in statement) throw fail(`a statement needs ${name} or Not${name}, and not both`);
  return { patterns: texts(statement[negated ? `Not${name}` : name], name, fail), negated };
}

function parsePrincipals(statement: Record<string, unknown>, fail: Fail): Statement['principals'] {
  const negated = 'NotPrincipal' in statement;
  if (negated && statement.Effect === 'Allow') throw fail('NotPrincipal with Allow');
  if (negated === 'Principal' in statement) throw fail('a statement needs Principal or NotPrincipal, and not both');
  const given = negated ? statement.NotPrincipal : statement.Principal;
  if (given === '*') return { negated, entries: [{ type: 'AWS', value: '*' }] };
  const principal = asRecord(given, 'a principal', fail);
  refuseOthers(Object.keys(principal), ['AWS', 'Service'], 'principal type', fail);
  const entries = (['AWS', 'Service'] as const).flatMap((type) =>
    type in principal
      ? texts(principal[type], `principal ${type}`, fail).map((value) => ({ type, value: checked(type, value, fail) }))
      : [],
  );
  if (entries.length === 0) throw fail('a principal is empty');
  return { negated, entries };
}

const identity = /^arn:aws[\w-]*:(iam::\d{12}:(role|user)|sts::\d{12}:assumed-role)\/[\w+=,.@/-]+$/;

/** Accounts in the short form; anything but accounts, roles, users, sessions and services is refused by name. */
function checked(type: PrincipalEntry['type'], value: string, fail: Fail): string {
  if (type === 'Service') {
    if (/^[a-z0-9.-]+\.amazonaws\.com$/.test(value)) return value;
    throw fail(`service principal '${value}'`);
  }
  const [, account] = /^(?:arn:aws[\w-]*:iam::)?(\d{12})(?::root)?$/.exec(value) ?? [];
  if (account !== undefined) return account;
  if (value === '*' || identity.test(value)) return value;
  throw fail(`principal '${value}' is neither an account nor a role nor a session`);
}

function parseConditions(block: Record<string, unknown>, fail: Fail): Condition[] {
  return Object.entries(block).flatMap(([written, keys]) => {
    const [, set, name = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(written) ?? [];
    const operator = operatorNamed(name);
    if (!operator || (name === 'Null' && (set || ifExists))) throw fail(`condition operator '${written}'`);
    return Object.entries(asRecord(keys, `condition ${written}`, fail)).map(([key, values]) => ({
      ...operator,
      quantifier: set === undefined ? null : set === 'ForAllValues' ? ('all' as const) : ('any' as const),
      ifExists: ifExists !== undefined,
      key: key.toLowerCase(),
      values: texts(values, `condition ${written} ${key}`, fail),
    }));
  });
}

/** A text or several; booleans and numbers, which conditions may hold, as their text. */
function texts(value: unknown, what: string, fail: Fail): string[] {
  const values = [value].flat();
  const wrong = values.find((one) => !['string', 'boolean', 'number'].includes(typeof one));
  if (values.length === 0 || wrong !== undefined) throw fail(`${what} must be a text or a list of texts`);
  return values.map(String);
}

function refuseOthers(names: readonly string[], known: readonly string[], what: string, fail: Fail): void {
  const other = names.find((name) => !known.includes(name));
  if (other !== undefined) throw fail(`${what} '${other}'`);
}

function asRecord(value: unknown, what: string, fail: Fail): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw fail(`${what} must be an object`);
}

function readJson(text: string, fail: Fail): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail(`no JSON: ${(error as Error).message}`);
  }
}

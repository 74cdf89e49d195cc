import type { Clock } from '../../clock.ts';
import { randomId } from '../../gateway/credentials.ts';
import { ServiceError } from '../../service.ts';
import { parseTrustPolicy } from '../sts/trust.ts';
import { AWS_MANAGED_POLICIES } from './aws-managed-policies.ts';

/** A policy document as parsed JSON. */
export type PolicyDocument = Readonly<Record<string, unknown>>;

export interface Role {
  readonly account: string;
  readonly arn: string;
  /** `AROA…`, new each time a role is made. */
  readonly roleId: string;
  readonly name: string;
  readonly path: string;
  readonly created: Date;
  description: string | undefined;
  /** Has passed `parseTrustPolicy`. */
  trustPolicy: PolicyDocument;
  /** Inline policies by name. */
  readonly policies: Map<string, PolicyDocument>;
  /** ARNs of attached policies. */
  readonly managedPolicies: Set<string>;
  /** ARN of a managed policy, null for none. */
  readonly permissionsBoundary: string | null;
  /** Seconds, 3600 to 43200. */
  readonly maxSessionDuration: number;
  readonly tags: Map<string, string>;
}

/** What a role is made from; see `Role`. */
export interface RoleRequest {
  readonly account: string;
  readonly name: string;
  /** @default - `/` */
  readonly path?: string;
  readonly trustPolicy: PolicyDocument;
  readonly policies?: Readonly<Record<string, PolicyDocument>>;
  readonly managedPolicies?: readonly string[];
  readonly permissionsBoundary?: string | null;
  /** @default - 3600 */
  readonly maxSessionDuration?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly description?: string;
}

/** A managed policy with its only version, v1. */
export interface ManagedPolicy {
  readonly arn: string;
  /** `ANPA…`. */
  readonly policyId: string;
  readonly name: string;
  readonly path: string;
  readonly created: Date;
  readonly description: string | undefined;
  readonly document: PolicyDocument;
  readonly tags: ReadonlyMap<string, string>;
}

export interface PolicyRequest {
  readonly account: string;
  readonly name: string;
  /** @default - `/` */
  readonly path?: string;
  readonly document: PolicyDocument;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Roles and managed policies of all accounts. */
export interface IamStore {
  /** Makes a role. Throws EntityAlreadyExists, or MalformedPolicyDocument for a trust policy that is not understood. */
  putRole(request: RoleRequest): Role;
  findRole(arn: string): Role | undefined;
  /** Role names are unique in an account whatever their path. */
  roleByName(account: string, name: string): Role | undefined;
  /** By name. */
  roles(account: string): Role[];
  deleteRole(role: Role): void;
  /** Throws MalformedPolicyDocument for a trust policy that is not understood. */
  setTrustPolicy(role: Role, document: PolicyDocument): void;
  putPolicy(request: PolicyRequest): ManagedPolicy;
  /** A policy of an account, or one of the few of AWS that are known here. */
  findPolicy(arn: string): ManagedPolicy | undefined;
  /** Policies of that account, by name. */
  policies(account: string): ManagedPolicy[];
  /** Policies of AWS. */
  awsPolicies(): ManagedPolicy[];
}

export function createIamStore(clock: Clock): IamStore {
  const roles = new Map<string, Role>();
  const policies = new Map<string, ManagedPolicy>();
  for (const { path, name, document } of AWS_MANAGED_POLICIES)
    addPolicy('aws', { account: 'aws', name, path, document });

  function addPolicy(account: string, request: PolicyRequest): ManagedPolicy {
    const path = request.path ?? '/';
    const policy: ManagedPolicy = {
      arn: `arn:aws:iam::${account}:policy${path}${request.name}`,
      policyId: randomId('ANPA', 17),
      name: request.name,
      path,
      created: new Date(clock.now()),
      description: request.description,
      document: request.document,
      tags: new Map(Object.entries(request.tags ?? {})),
    };
    const taken = inAccount(policies, account).some(({ name }) => name.toLowerCase() === policy.name.toLowerCase());
    if (taken) throw alreadyExists(`A policy called ${policy.name} already exists. Duplicate names are not allowed.`);
    policies.set(policy.arn, policy);
    return policy;
  }

  const store: IamStore = {
    putRole(request) {
      const { account, name, path = '/' } = request;
      if (inAccount(roles, account).some((role) => role.name.toLowerCase() === name.toLowerCase())) {
        throw alreadyExists(`Role with name ${name} already exists.`);
      }
      parseTrustPolicy(request.trustPolicy);
      const role: Role = {
        account,
        arn: `arn:aws:iam::${account}:role${path}${name}`,
        roleId: randomId('AROA', 17),
        name,
        path,
        created: new Date(clock.now()),
        description: request.description,
        trustPolicy: request.trustPolicy,
        policies: new Map(Object.entries(request.policies ?? {})),
        managedPolicies: new Set(request.managedPolicies),
        permissionsBoundary: request.permissionsBoundary ?? null,
        maxSessionDuration: request.maxSessionDuration ?? 3600,
        tags: new Map(Object.entries(request.tags ?? {})),
      };
      roles.set(role.arn, role);
      return role;
    },
    findRole: (arn) => roles.get(arn),
    roleByName: (account, name) => inAccount(roles, account).find((role) => role.name === name),
    roles: (account) => byName(inAccount(roles, account)),
    deleteRole: (role) => void roles.delete(role.arn),
    setTrustPolicy(role, document) {
      parseTrustPolicy(document);
      role.trustPolicy = document;
    },
    putPolicy: (request) => addPolicy(request.account, request),
    findPolicy: (arn) => policies.get(arn),
    policies: (account) => byName(inAccount(policies, account)),
    awsPolicies: () => byName(inAccount(policies, 'aws')),
  };
  return store;
}

function inAccount<T extends { readonly arn: string }>(all: ReadonlyMap<string, T>, account: string): T[] {
  return [...all.values()].filter(({ arn }) => arn.startsWith(`arn:aws:iam::${account}:`));
}

const byName = <T extends { readonly name: string }>(values: T[]) =>
  values.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

const alreadyExists = (message: string) => new ServiceError('EntityAlreadyExists', message, 409);

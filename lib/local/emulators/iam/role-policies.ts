import { type Operation, operation } from '../../gateway/operations.ts';
import { members } from '../../gateway/query.ts';
import type { XmlValue } from '../../gateway/xml.ts';
import { structure } from '../../members.ts';
import { ServiceError } from '../../service.ts';
import { parseIdentityPolicy } from './policy-document.ts';
import { existingRole, noSuchEntity, roleArnIn } from './roles.ts';
import * as shapes from './shapes.ts';
import type { IamStore } from './store.ts';
import { documentXml, page } from './views.ts';

const MAX_ATTACHED = 10;
const INLINE = { RoleName: shapes.ROLE_NAME, PolicyName: shapes.POLICY_NAME };
const ATTACHED = { RoleName: shapes.ROLE_NAME, PolicyArn: shapes.POLICY_ARN };

/** Inline and attached policies of roles. */
export function rolePolicyOperations(store: IamStore): Record<string, Operation<Record<string, XmlValue> | undefined>> {
  const roleArn = roleArnIn(store);
  return {
    PutRolePolicy: operation({
      input: structure({ ...INLINE, PolicyDocument: shapes.DOCUMENT }),
      resource: roleArn,
      run: (input, request) => {
        const role = existingRole(store, input.RoleName, request);
        role.policies.set(input.PolicyName, parseIdentityPolicy(input.PolicyDocument));
        return undefined;
      },
    }),
    GetRolePolicy: operation({
      input: structure(INLINE),
      resource: roleArn,
      run: ({ RoleName, PolicyName }, request) => {
        const document = existingRole(store, RoleName, request).policies.get(PolicyName);
        if (!document) throw noRolePolicy(PolicyName);
        return { RoleName, PolicyName, PolicyDocument: documentXml(document) };
      },
    }),
    ListRolePolicies: operation({
      input: structure({ RoleName: shapes.ROLE_NAME, ...shapes.PAGING }),
      resource: roleArn,
      run: (input, request) => {
        const role = existingRole(store, input.RoleName, request);
        const { items, paging } = page([...role.policies.keys()].sort(), input, `ListRolePolicies/${role.name}`);
        return { PolicyNames: members(items), ...paging };
      },
    }),
    DeleteRolePolicy: operation({
      input: structure(INLINE),
      resource: roleArn,
      run: ({ RoleName, PolicyName }, request) => {
        if (!existingRole(store, RoleName, request).policies.delete(PolicyName)) throw noRolePolicy(PolicyName);
        return undefined;
      },
    }),
    AttachRolePolicy: operation({
      input: structure(ATTACHED),
      resource: roleArn,
      run: ({ RoleName, PolicyArn }, request) => {
        const role = existingRole(store, RoleName, request);
        if (!store.findPolicy(PolicyArn)) {
          throw noSuchEntity(`Policy ${PolicyArn} does not exist or is not attachable.`);
        }
        if (!role.managedPolicies.has(PolicyArn) && role.managedPolicies.size >= MAX_ATTACHED) {
          throw new ServiceError('LimitExceeded', `Cannot exceed quota for PoliciesPerRole: ${MAX_ATTACHED}`, 409);
        }
        role.managedPolicies.add(PolicyArn);
        return undefined;
      },
    }),
    DetachRolePolicy: operation({
      input: structure(ATTACHED),
      resource: roleArn,
      run: ({ RoleName, PolicyArn }, request) => {
        if (!existingRole(store, RoleName, request).managedPolicies.delete(PolicyArn)) {
          throw noSuchEntity(`Policy ${PolicyArn} was not found.`);
        }
        return undefined;
      },
    }),
    ListAttachedRolePolicies: operation({
      input: structure({ RoleName: shapes.ROLE_NAME, PathPrefix: shapes.PATH_PREFIX, ...shapes.PAGING }),
      resource: roleArn,
      run: (input, request) => {
        const role = existingRole(store, input.RoleName, request);
        const all = [...role.managedPolicies]
          .map((arn) => ({ arn, path: arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1) }))
          .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
        const { items, paging } = page(all, input, `ListAttachedRolePolicies/${role.name}`);
        const rows = items.map(({ arn }) => ({ PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn }));
        return { AttachedPolicies: members(rows), ...paging };
      },
    }),
  };
}

const noRolePolicy = (name: string) => noSuchEntity(`The role policy with name ${name} cannot be found.`);

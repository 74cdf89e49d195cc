import { type Operation, operation, textOf } from '../../gateway/operations.ts';
import { members } from '../../gateway/query.ts';
import type { XmlValue } from '../../gateway/xml.ts';
import { structure } from '../../members.ts';
import { ServiceError, type ServiceRequest } from '../../service.ts';
import { parsePolicyJson } from './policy-document.ts';
import * as shapes from './shapes.ts';
import type { IamStore, Role } from './store.ts';
import { page, roleXml, tagsXml } from './views.ts';

/** Operations on roles themselves. */
export function roleOperations(store: IamStore): Record<string, Operation<Record<string, XmlValue> | undefined>> {
  const roleArn = roleArnIn(store);
  return {
    CreateRole: operation({
      input: structure(shapes.CREATE_ROLE),
      resource: roleArn,
      run: (input, { caller }) => {
        const boundary = input.PermissionsBoundary;
        if (boundary !== undefined && !store.findPolicy(boundary)) {
          throw noSuchEntity(`Scope ARN: ${boundary} does not exist or is not attachable.`);
        }
        const role = store.putRole({
          account: caller.account,
          name: input.RoleName,
          trustPolicy: parsePolicyJson(input.AssumeRolePolicyDocument),
          permissionsBoundary: boundary ?? null,
          tags: tagRecord(input.Tags ?? []),
          ...(input.Path !== undefined && { path: input.Path }),
          ...(input.Description !== undefined && { description: input.Description }),
          ...(input.MaxSessionDuration !== undefined && { maxSessionDuration: input.MaxSessionDuration }),
        });
        return { Role: roleXml(role) };
      },
    }),
    GetRole: operation({
      input: structure({ RoleName: shapes.ROLE_NAME }),
      resource: roleArn,
      run: ({ RoleName }, request) => ({ Role: roleXml(existingRole(store, RoleName, request)) }),
    }),
    ListRoles: operation({
      input: structure({ PathPrefix: shapes.PATH_PREFIX, ...shapes.PAGING }),
      run: (input, { caller }) => {
        const all = store.roles(caller.account).filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
        const { items, paging } = page(all, input, 'ListRoles');
        return { Roles: members(items.map(roleXml)), ...paging };
      },
    }),
    DeleteRole: operation({
      input: structure({ RoleName: shapes.ROLE_NAME }),
      resource: roleArn,
      run: ({ RoleName }, request) => {
        const role = existingRole(store, RoleName, request);
        if (role.policies.size > 0) throw deleteConflict('Cannot delete entity, must delete policies first.');
        if (role.managedPolicies.size > 0)
          throw deleteConflict('Cannot delete entity, must detach all policies first.');
        store.deleteRole(role);
        return undefined;
      },
    }),
    UpdateAssumeRolePolicy: operation({
      input: structure({ RoleName: shapes.ROLE_NAME, PolicyDocument: shapes.DOCUMENT }),
      resource: roleArn,
      run: (input, request) => {
        store.setTrustPolicy(existingRole(store, input.RoleName, request), parsePolicyJson(input.PolicyDocument));
        return undefined;
      },
    }),
    TagRole: operation({
      input: structure({ RoleName: shapes.ROLE_NAME, Tags: shapes.TAGS_REQUIRED }),
      resource: roleArn,
      run: (input, request) => {
        const role = existingRole(store, input.RoleName, request);
        const tags = new Map([...role.tags, ...Object.entries(tagRecord(input.Tags))]);
        if (tags.size > 50) {
          throw new ServiceError('LimitExceeded', 'The number of tags has reached the maximum limit.', 409);
        }
        for (const [key, value] of tags) role.tags.set(key, value);
        return undefined;
      },
    }),
    ListRoleTags: operation({
      input: structure({ RoleName: shapes.ROLE_NAME, ...shapes.PAGING }),
      resource: roleArn,
      run: (input, request) => {
        const role = existingRole(store, input.RoleName, request);
        const { items, paging } = page([...role.tags], input, `ListRoleTags/${role.name}`);
        return { Tags: tagsXml(items), ...paging };
      },
    }),
  };
}

/** A role of the caller's account; throws NoSuchEntity. */
export function existingRole(store: IamStore, name: string, { caller }: ServiceRequest): Role {
  const role = store.roleByName(caller.account, name);
  if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
}

/** Reads the ARN of the role that a request names, with the path of the role where it exists. */
export const roleArnIn =
  (store: IamStore) =>
  (input: Readonly<Record<string, unknown>>, { caller }: ServiceRequest): string => {
    const name = textOf(input, 'RoleName');
    const path = textOf(input, 'Path') || '/';
    return store.roleByName(caller.account, name)?.arn ?? `arn:aws:iam::${caller.account}:role${path}${name}`;
  };

export const noSuchEntity = (message: string) => new ServiceError('NoSuchEntity', message, 404);

const deleteConflict = (message: string) => new ServiceError('DeleteConflict', message, 409);

/** Tags as a record; throws InvalidInput when a key comes twice, which IAM compares without case. */
export function tagRecord(tags: readonly { Key: string; Value: string }[]): Record<string, string> {
  const keys = tags.map(({ Key }) => Key.toLowerCase());
  if (new Set(keys).size < keys.length) {
    throw new ServiceError('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

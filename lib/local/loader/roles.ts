import type { DeployedManagedPolicy, DeployedRole } from './deployment.ts';
import type { ResourcesOf } from './properties.ts';
import { refuse } from './refusal.ts';

/** Roles together with the policies that other resources put on them. */
export function deployedRoles(pick: ResourcesOf): DeployedRole[] {
  const roles = pick('AWS::IAM::Role');
  const inline = pick('AWS::IAM::Policy');
  const managed = pick('AWS::IAM::ManagedPolicy');
  for (const { resource, properties } of [...inline, ...managed]) {
    for (const name of properties.Roles) {
      if (roles.some((role) => role.resource.account === resource.account && role.resource.physicalId === name))
        continue;
      refuse(
        `${resource.stack}.Resources.${resource.logicalId}`,
        `there is no role ${name} in account ${resource.account}`,
      );
    }
  }
  return roles.map(({ resource, properties }) => {
    const { account, physicalId: name } = resource;
    const holds = (policy: { resource: { account: string }; properties: { Roles: readonly string[] } }) =>
      policy.resource.account === account && policy.properties.Roles.includes(name);
    const own = [...properties.Policies, ...inline.filter(holds).map((policy) => policy.properties)];
    return {
      account,
      name,
      path: properties.Path,
      arn: resource.attributes.Arn ?? '',
      trustPolicy: properties.AssumeRolePolicyDocument,
      policies: Object.fromEntries(own.map(({ PolicyName, PolicyDocument }) => [PolicyName, PolicyDocument])),
      managedPolicies: [
        ...properties.ManagedPolicyArns,
        ...managed.filter(holds).map((policy) => policy.resource.physicalId),
      ],
      permissionsBoundary: properties.PermissionsBoundary ?? null,
      maxSessionDuration: properties.MaxSessionDuration,
      description: properties.Description,
      tags: Object.fromEntries(properties.Tags.map(({ Key, Value }) => [Key, Value])),
    };
  });
}

/** Customer managed policies. */
export function deployedManagedPolicies(pick: ResourcesOf): DeployedManagedPolicy[] {
  return pick('AWS::IAM::ManagedPolicy').map(({ resource, properties }) => {
    const { account, physicalId: arn } = resource;
    const { Path: path, PolicyDocument: document, Description: description } = properties;
    return { account, name: arn.slice(arn.lastIndexOf('/') + 1), path, arn, document, description };
  });
}

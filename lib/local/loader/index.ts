import * as z from 'zod';
import type { WorkerFunction } from '../workers/contracts.ts';
import { type Assembly, readAssembly } from './assembly.ts';
import type { DeployedBucket, DeployedKey, DeployedMachine, Deployment } from './deployment.ts';
import { deployedEventBuses, deployedQueues } from './events.ts';
import { propertyShapes, type ResourcesOf, type ResourceType, type Typed } from './properties.ts';
import { refuse } from './refusal.ts';
import { deployedManagedPolicies, deployedRoles } from './roles.ts';
import { type Resource, resolveStack } from './template.ts';

/**
 * "Deploys" the cloud assembly in a folder: reads it, resolves its templates and sorts what they hold by service.
 * @throws LoaderError that names what is outside the closed lists of resource types, properties and intrinsic functions
 */
export function loadAssembly(folder: string): Deployment {
  const assembly = readAssembly(folder);
  const stacks = assembly.stacks.map((stack) => [stack.name, resolveStack(stack)] as const);
  const resources = stacks.flatMap(([, stack]) => stack.resources);
  const checked = resources.map((resource) => ({ resource, properties: checkProperties(resource) }));
  const pick: ResourcesOf = (type) =>
    checked.filter(({ resource }) => resource.type === type) as unknown as Typed<typeof type>;
  return {
    resources,
    outputs: Object.fromEntries(stacks.map(([name, { outputs }]) => [name, outputs])),
    functions: deployedFunctions(pick, assembly),
    machines: deployedMachines(pick),
    buckets: deployedBuckets(pick),
    roles: deployedRoles(pick),
    managedPolicies: deployedManagedPolicies(pick),
    keys: deployedKeys(pick),
    queues: deployedQueues(pick),
    eventBuses: deployedEventBuses(pick),
  };
}

function checkProperties({ type, properties, stack, logicalId }: Resource): unknown {
  const checked = propertyShapes[type as ResourceType].safeParse(properties);
  if (checked.success) return checked.data;
  return refuse(`${stack}.Resources.${logicalId}`, `${type}: ${z.prettifyError(checked.error)}`);
}

function deployedFunctions(pick: ResourcesOf, { assets }: Assembly): WorkerFunction[] {
  return pick('AWS::Lambda::Function').map(({ resource, properties }) => {
    const path = `${resource.stack}.Resources.${resource.logicalId}`;
    const { Code, Handler, Runtime, Role, Timeout, MemorySize, Environment, LoggingConfig } = properties;
    const name = resource.physicalId;
    return {
      arn: attribute(resource, 'Arn'),
      name,
      region: resource.region,
      codeFolder: assets.get(Code.S3Key) ?? refuse(path, `no asset of the assembly has the key ${Code.S3Key}`),
      handler: Handler,
      runtime: Runtime,
      timeoutSeconds: Timeout,
      memoryMiB: MemorySize,
      environment: Environment.Variables,
      logGroupName: LoggingConfig.LogGroup ?? `/aws/lambda/${name}`,
      roleArn: Role,
    };
  });
}

function deployedMachines(pick: ResourcesOf): DeployedMachine[] {
  return pick('AWS::StepFunctions::StateMachine').map(({ resource, properties }) => {
    const { account, region, physicalId: arn } = resource;
    const definition = properties.DefinitionString.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const path = `${resource.stack}.Resources.${resource.logicalId}`;
      return properties.DefinitionSubstitutions[name] ?? refuse(path, `the definition has no substitution for ${name}`);
    });
    const { StateMachineType: type, RoleArn: roleArn } = properties;
    return { account, region, arn, name: attribute(resource, 'Name'), type, definition, roleArn };
  });
}

function deployedBuckets(pick: ResourcesOf): DeployedBucket[] {
  const policies = pick('AWS::S3::BucketPolicy');
  return pick('AWS::S3::Bucket').map(({ resource, properties }) => {
    const { account, region, physicalId: name } = resource;
    const policy = policies.find((candidate) => candidate.properties.Bucket === name);
    const [encryption] = properties.BucketEncryption?.ServerSideEncryptionConfiguration ?? [];
    const kmsKeyArn = encryption?.ServerSideEncryptionByDefault.KMSMasterKeyID ?? null;
    const versioned = properties.VersioningConfiguration?.Status === 'Enabled';
    return { account, region, name, versioned, kmsKeyArn, policy: policy?.properties.PolicyDocument ?? null };
  });
}

function deployedKeys(pick: ResourcesOf): DeployedKey[] {
  const aliases = pick('AWS::KMS::Alias');
  return pick('AWS::KMS::Key').map(({ resource, properties }) => {
    const { account, region, physicalId: keyId } = resource;
    const arn = attribute(resource, 'Arn');
    const own = aliases.filter(({ properties: { TargetKeyId } }) => TargetKeyId === keyId || TargetKeyId === arn);
    return {
      account,
      region,
      keyId,
      arn,
      policy: properties.KeyPolicy,
      description: properties.Description,
      aliases: own.map((alias) => alias.properties.AliasName),
    };
  });
}

function attribute(resource: Resource, name: string): string {
  return resource.attributes[name] ?? refuse(`${resource.stack}.Resources.${resource.logicalId}`, `no ${name}`);
}

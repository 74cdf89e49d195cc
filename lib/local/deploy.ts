import type { Deployment } from './loader/deployment.ts';
import type { Stores } from './services.ts';
import type { StatesEngine } from './states/engine.ts';

/**
 * Creates everything that a deployment holds, policies before the roles that name them. Throws the error of the service
 * that refuses a part, such as `MalformedPolicyDocument` or `InvalidDefinition`.
 */
export function deploy(deployment: Deployment, { iam, kms, s3, sqs, events }: Stores, states: StatesEngine): void {
  for (const { account, name, path, document, description } of deployment.managedPolicies) {
    iam.putPolicy({ account, name, path, document, description });
  }
  for (const { arn: _, ...role } of deployment.roles) iam.putRole(role);
  for (const { account, region, keyId, policy, description, aliases } of deployment.keys) {
    const key = kms.putKey({ account, region, keyId, policy: JSON.stringify(policy), description });
    for (const alias of aliases) kms.putAlias(key, alias);
  }
  for (const { name, account, region, versioned, kmsKeyArn, policy } of deployment.buckets) {
    s3.createBucket({
      name,
      account,
      region,
      versioned,
      ...(kmsKeyArn && { kmsKeyArn }),
      ...(policy && { policy: JSON.stringify(policy) }),
    });
  }
  for (const queue of deployment.queues) sqs.putQueue(queue);
  for (const { rules, statements, ...request } of deployment.eventBuses) {
    const bus = events.putBus(request);
    bus.statements.push(...statements);
    for (const { name, targets, ...settings } of rules) {
      const rule = events.putRule(bus, name, settings);
      for (const target of targets) events.putTarget(rule, target);
    }
  }
  for (const { arn, name, roleArn, definition, type } of deployment.machines) {
    states.createStateMachine({ arn, name, roleArn, definition, type });
  }
}

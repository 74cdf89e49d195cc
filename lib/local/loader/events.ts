import type { DeployedEventBus, DeployedEventRule, DeployedQueue } from './deployment.ts';
import type { ResourcesOf } from './properties.ts';
import { refuse } from './refusal.ts';

/** Queues together with the policies that other resources put on them. */
export function deployedQueues(pick: ResourcesOf): DeployedQueue[] {
  const policies = pick('AWS::SQS::QueuePolicy');
  return pick('AWS::SQS::Queue').map(({ resource, properties }) => {
    const { account, region, physicalId: url } = resource;
    const policy = policies.find((candidate) => candidate.properties.Queues.includes(url));
    const { MessageRetentionPeriod, VisibilityTimeout, SqsManagedSseEnabled, KmsMasterKeyId } = properties;
    const given = {
      MessageRetentionPeriod,
      VisibilityTimeout,
      SqsManagedSseEnabled,
      KmsMasterKeyId,
      Policy: policy && JSON.stringify(policy.properties.PolicyDocument),
    };
    const attributes = Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, `${value}`]],
    );
    return { account, region, name: resource.attributes.QueueName ?? '', attributes: Object.fromEntries(attributes) };
  });
}

/** Event buses with their policies and rules; a rule must be on a bus of the assembly. */
export function deployedEventBuses(pick: ResourcesOf): DeployedEventBus[] {
  const buses = pick('AWS::Events::EventBus');
  const policies = pick('AWS::Events::EventBusPolicy');
  const rules = pick('AWS::Events::Rule');
  for (const { resource, properties } of [...policies, ...rules]) {
    const isHere = buses.some((bus) => isOn(bus, { resource, properties }));
    if (isHere) continue;
    refuse(`${resource.stack}.Resources.${resource.logicalId}`, `there is no event bus ${properties.EventBusName}`);
  }
  return buses.map((bus) => ({
    account: bus.resource.account,
    region: bus.resource.region,
    name: bus.properties.Name,
    description: bus.properties.Description,
    statements: policies
      .filter((policy) => isOn(bus, policy))
      .map(({ properties }) => ({ Sid: properties.StatementId, ...properties.Statement })),
    rules: rules
      .filter((rule) => isOn(bus, rule))
      .map(
        ({ resource, properties }): DeployedEventRule => ({
          name: resource.physicalId.replace(/^.*\|/, ''),
          description: properties.Description,
          eventPattern: JSON.stringify(properties.EventPattern),
          state: properties.State,
          targets: properties.Targets,
        }),
      ),
  }));
}

interface Placed {
  readonly resource: { readonly account: string; readonly region: string };
}

function isOn(
  bus: Placed & { readonly properties: { readonly Name: string } },
  part: Placed & { readonly properties: { readonly EventBusName: string } },
): boolean {
  return (
    bus.resource.account === part.resource.account &&
    bus.resource.region === part.resource.region &&
    bus.properties.Name === part.properties.EventBusName
  );
}

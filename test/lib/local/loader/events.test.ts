import { describe, expect, it } from 'vitest';
import { deployedEventBuses, deployedQueues } from '../../../../lib/local/loader/events.ts';
import { identities } from '../../../../lib/local/loader/identities.ts';
import { propertyShapes, type ResourcesOf, type ResourceType } from '../../../../lib/local/loader/properties.ts';
import { LoaderError } from '../../../../lib/local/loader/refusal.ts';

const PLACE = { stack: 'tooling', account: '111111111111', region: 'us-east-1' };

/** Picks out of resources by their logical ids, as the loader does after it resolved a template. */
function picker(resources: Record<string, { Type: ResourceType; Properties: Record<string, unknown> }>): ResourcesOf {
  const loaded = Object.entries(resources).map(([logicalId, { Type, Properties }]) => {
    const property = (name: string) => (typeof Properties[name] === 'string' ? Properties[name] : undefined);
    const identity = identities[Type]?.({ ...PLACE, logicalId, property });
    const resource = { ...PLACE, logicalId, type: Type, properties: Properties };
    return {
      resource: { ...resource, physicalId: identity?.ref ?? '', attributes: identity?.attributes ?? {} },
      properties: propertyShapes[Type].parse(Properties),
    };
  });
  return ((type: ResourceType) => loaded.filter(({ resource }) => resource.type === type)) as unknown as ResourcesOf;
}

const bus = { Type: 'AWS::Events::EventBus', Properties: { Name: 'requests' } } as const;
const target = {
  Id: 'one',
  Arn: 'arn:m',
  RoleArn: 'arn:r',
  InputPath: '$.detail',
  RetryPolicy: { MaximumRetryAttempts: 3 },
};
const rule = (EventBusName: string) =>
  ({
    Type: 'AWS::Events::Rule',
    Properties: { Name: 'requested', EventBusName, EventPattern: { source: ['a'] }, Targets: [target] },
  }) as const;

describe('event buses', () => {
  it('are loaded with their rules and policies', () => {
    const pick = picker({
      Bus: bus,
      Rule: rule('requests'),
      Policy: {
        Type: 'AWS::Events::EventBusPolicy',
        Properties: { EventBusName: 'requests', StatementId: 'All', Statement: { Effect: 'Allow' } },
      },
    });
    expect(deployedEventBuses(pick)).toEqual([
      {
        account: '111111111111',
        region: 'us-east-1',
        name: 'requests',
        description: undefined,
        statements: [{ Sid: 'All', Effect: 'Allow' }],
        rules: [
          {
            name: 'requested',
            description: undefined,
            eventPattern: '{"source":["a"]}',
            state: 'ENABLED',
            targets: [target],
          },
        ],
      },
    ]);
  });
  it('refuse a rule for a bus that is not in the assembly', () => {
    const load = () => deployedEventBuses(picker({ Bus: bus, Rule: rule('other') }));
    expect(load).toThrow(LoaderError);
    expect(load).toThrow('tooling.Resources.Rule: there is no event bus other');
  });
  it('are referred to as CloudFormation does', () => {
    const property = (name: string) => ({ Name: 'requested', EventBusName: 'requests' })[name];
    expect(identities['AWS::Events::Rule']?.({ ...PLACE, logicalId: 'Rule', property })).toEqual({
      ref: 'requests|requested',
      attributes: { Arn: 'arn:aws:events:us-east-1:111111111111:rule/requests/requested' },
    });
  });
});

describe('queues', () => {
  it('are loaded with their attributes and policy as text', () => {
    const url = 'https://sqs.us-east-1.amazonaws.com/111111111111/undelivered';
    const pick = picker({
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: 'undelivered', MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true },
      },
      Policy: { Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: [url], PolicyDocument: { Statement: [] } } },
    });
    expect(deployedQueues(pick)).toEqual([
      {
        account: '111111111111',
        region: 'us-east-1',
        name: 'undelivered',
        attributes: { MessageRetentionPeriod: '1209600', SqsManagedSseEnabled: 'true', Policy: '{"Statement":[]}' },
      },
    ]);
  });
});

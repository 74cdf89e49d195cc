import { describe, expect, it } from 'vitest';
import { eventBusName } from '../../../lib/cloud/promotion-trigger.ts';
import { toolingStackName } from '../../../lib/cloud/tooling-stack.ts';
import { environmentsWith, logicalId, smallTemplates } from './fixture.ts';

const tooling = smallTemplates().template(toolingStackName());
const resources = tooling.toJSON().Resources;
const machine = logicalId(tooling, 'AWS::StepFunctions::StateMachine', {
  StateMachineName: 'cross-account-promoter-promotion',
});
const role = logicalId(tooling, 'AWS::IAM::Role', { RoleName: 'cross-account-promoter-request' });
const only = (type: string, template = tooling): [string, { Properties: Record<string, unknown> }] => {
  const found = Object.entries(template.findResources(type));
  expect(found).toHaveLength(1);
  return found[0] as [string, { Properties: Record<string, unknown> }];
};

describe('promotion trigger', () => {
  it('hands the input of a request to the promotion machine, and keeps what cannot be delivered', () => {
    const [queue] = only('AWS::SQS::Queue');
    const [bus] = only('AWS::Events::EventBus');
    const [, rule] = only('AWS::Events::Rule');
    expect(rule.Properties).toMatchObject({
      Name: 'promotion-requested',
      State: 'ENABLED',
      EventBusName: { Ref: bus },
      EventPattern: {
        source: [{ prefix: 'cross-account-promoter' }],
        'detail-type': ['promotion.requested'],
        detail: { schemaVersion: [1] },
      },
      Targets: [
        {
          Arn: { Ref: machine },
          InputPath: '$.detail.input',
          RoleArn: { 'Fn::GetAtt': [role, 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [queue, 'Arn'] } },
          RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 30 },
        },
      ],
    });
  });

  it('keeps undelivered requests encrypted for 14 days, open to the rule alone, over TLS', () => {
    const [queue, { Properties }] = only('AWS::SQS::Queue');
    expect(Properties).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
    const [rule] = only('AWS::Events::Rule');
    const [, policy] = only('AWS::SQS::QueuePolicy');
    expect(policy.Properties.Queues).toEqual([{ Ref: queue }]);
    expect(policy.Properties.PolicyDocument).toMatchObject({
      Statement: [
        { Effect: 'Deny', Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
        {
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [rule, 'Arn'] } } },
        },
      ],
    });
  });

  it('starts the machine in a role that only this rule of this account may take and that may do nothing else', () => {
    expect(resources[role].Properties.AssumeRolePolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: 'events.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111111111111' },
          ArnEquals: {
            'aws:SourceArn': 'arn:aws:events:us-east-1:111111111111:rule/cross-account-promoter/promotion-requested',
          },
        },
      },
    ]);
    const policies = Object.values(tooling.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      Properties.Roles.some((one: { Ref: string }) => one.Ref === role),
    );
    expect(policies.map(({ Properties }) => Properties.PolicyDocument.Statement)).toEqual([
      [{ Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: machine } }],
    ]);
  });

  it('lets no other account send requests, but those of the organization when there is one', () => {
    tooling.resourceCountIs('AWS::Events::EventBusPolicy', 0);
    const environments = environmentsWith({ organizationId: 'o-exampleorgid' });
    const open = smallTemplates({ environments }).template(toolingStackName());
    const [, policy] = only('AWS::Events::EventBusPolicy', open);
    expect(policy.Properties.Statement).toMatchObject({
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Condition: {
        StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorgid', 'events:detail-type': 'promotion.requested' },
        StringLike: { 'events:source': 'cross-account-promoter*' },
      },
    });
  });

  it('has names with the qualifier, so that two deployments can live in one account', () => {
    expect(eventBusName('blue')).toBe('cross-account-promoter-blue');
    const blue = smallTemplates({ environments: environmentsWith({ qualifier: 'blue' }) });
    const template = blue.template(toolingStackName('blue'));
    expect(only('AWS::Events::EventBus', template)[1].Properties.Name).toBe('cross-account-promoter-blue');
    logicalId(template, 'AWS::IAM::Role', { RoleName: 'cross-account-promoter-request-blue' });
  });
});

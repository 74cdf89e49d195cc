import { describe, expect, it } from 'vitest';
import { accessStackName } from '../../../lib/cloud/access-stack.ts';
import { actionsOf, environmentsWith, smallTemplates, statementsOf } from './fixture.ts';

const { template } = smallTemplates();
const shared = template(accessStackName('222222222222'));
const destinationOnly = template(accessStackName('333333333333'));
const roleNames = (from: typeof shared) =>
  Object.values(from.findResources('AWS::IAM::Role'))
    .map(({ Properties }) => Properties.RoleName as string)
    .sort();
const trustOf = (from: typeof shared, name: string) =>
  Object.values(from.findResources('AWS::IAM::Role', { Properties: { RoleName: name } }))[0]?.Properties
    .AssumeRolePolicyDocument.Statement;

describe('access stack', () => {
  it('has a role for each kind and side that its account serves', () => {
    expect(roleNames(shared)).toEqual(['DMS-MigrationDest', 'DynamoDB-MigrationDest', 'DynamoDB-MigrationOrigin']);
    expect(roleNames(destinationOnly)).toEqual(['DMS-MigrationDest', 'DynamoDB-MigrationDest']);
  });

  it('grants a shared account the regions of the environments on that side, and no other', () => {
    expect(statementsOf(shared, 'DynamoDB-MigrationOrigin')[0]?.Resource).toBe(
      'arn:aws:dynamodb:us-east-1:222222222222:table/*',
    );
    expect(statementsOf(shared, 'DynamoDB-MigrationDest')[0]?.Resource).toEqual([
      'arn:aws:dynamodb:eu-west-1:222222222222:table/*',
      'arn:aws:dynamodb:us-east-1:222222222222:table/*',
    ]);
  });

  it('trusts one worker role of the tooling account, with external id and source identity', () => {
    const caller = { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/DynamoDB-MigrationWorker' };
    expect(trustOf(shared, 'DynamoDB-MigrationOrigin')).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111111111111:root' },
        Action: 'sts:AssumeRole',
        Condition: {
          ArnEquals: caller,
          StringEquals: { 'sts:ExternalId': 'an-external-id' },
          Null: { 'sts:SourceIdentity': 'false' },
        },
      },
      {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111111111111:root' },
        Action: 'sts:SetSourceIdentity',
        Condition: { ArnEquals: caller },
      },
    ]);
  });

  it('trusts a different worker role for each kind', () => {
    const callers = ['DMS-MigrationDest', 'DynamoDB-MigrationDest'].map(
      (name) => trustOf(shared, name)[0].Condition.ArnEquals['aws:PrincipalArn'],
    );
    expect(callers).toEqual([
      'arn:aws:iam::111111111111:role/DMS-MigrationWorker',
      'arn:aws:iam::111111111111:role/DynamoDB-MigrationWorker',
    ]);
  });

  it('asks both trusted actions for the organization when one is configured', () => {
    const { template: of } = smallTemplates({ environments: environmentsWith({ organizationId: 'o-abcdefghij' }) });
    const trust = trustOf(of(accessStackName('333333333333')), 'DynamoDB-MigrationDest');
    expect(trust.map(({ Condition }: { Condition: object }) => Condition)).toEqual([
      expect.objectContaining({
        StringEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij', 'sts:ExternalId': 'an-external-id' },
      }),
      expect.objectContaining({ StringEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij' } }),
    ]);
  });

  it('denies a source role every action that it is not granted', () => {
    const statements = statementsOf(shared, 'DynamoDB-MigrationOrigin');
    const reads = ['dynamodb:DescribeTable', 'dynamodb:Scan'];
    expect(actionsOf(statements)).toEqual(reads);
    expect(statements.filter(({ Effect }) => Effect === 'Deny')).toEqual([
      { Sid: 'DenyAllButReads', Effect: 'Deny', NotAction: reads, Resource: '*' },
    ]);
    expect(statementsOf(shared, 'DynamoDB-MigrationDest').every(({ Effect }) => Effect === 'Allow')).toBe(true);
  });

  it('limits sessions to the hour that role chaining allows and puts all roles below one boundary', () => {
    const boundaries = shared.findResources('AWS::IAM::ManagedPolicy');
    const [boundary] = Object.keys(boundaries);
    expect(Object.keys(boundaries)).toHaveLength(1);
    shared.allResourcesProperties('AWS::IAM::Role', {
      MaxSessionDuration: 3600,
      PermissionsBoundary: { Ref: boundary },
    });
    expect(boundaries[boundary as string]?.Properties.PolicyDocument.Statement[0].Action).toEqual([
      'dms:CreateReplicationTask',
      'dynamodb:BatchWriteItem',
      'dynamodb:CreateTable',
      'dynamodb:DescribeTable',
      'dynamodb:Scan',
    ]);
  });

  it('appends the qualifier to stack, role, boundary and trusted role', () => {
    const { template: of } = smallTemplates({ environments: environmentsWith({ qualifier: 'Two' }) });
    const qualified = of('cross-account-promoter-access-333333333333-Two');
    expect(roleNames(qualified)).toEqual(['DMS-MigrationDest-Two', 'DynamoDB-MigrationDest-Two']);
    qualified.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      ManagedPolicyName: 'CrossAccountPromoter-MigrationBoundary-Two',
    });
    expect(trustOf(qualified, 'DynamoDB-MigrationDest-Two')[0].Condition.ArnEquals['aws:PrincipalArn']).toBe(
      'arn:aws:iam::111111111111:role/DynamoDB-MigrationWorker-Two',
    );
  });
});

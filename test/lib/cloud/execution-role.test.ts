import { describe, expect, it } from 'vitest';
import { toolingStackName } from '../../../lib/cloud/tooling-stack.ts';
import { actionsOf, logicalId, smallTemplates, statementsOf } from './fixture.ts';

const tooling = smallTemplates().template(toolingStackName());
const roles = ['Promotion-MigrationWorker', 'DynamoDB-MigrationWorker', 'DMS-MigrationWorker'];
const find = (role: string, sid: string) => statementsOf(tooling, role).find(({ Sid }) => Sid === sid);

describe('execution role', () => {
  it('is trusted to Lambda alone', () => {
    for (const RoleName of roles) {
      tooling.hasResourceProperties('AWS::IAM::Role', {
        RoleName,
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
        },
      });
    }
  });

  it('has no wildcard action, and a wildcard for all resources on traces only', () => {
    for (const role of roles) {
      const statements = statementsOf(tooling, role);
      expect(actionsOf(statements).filter((action) => action.includes('*'))).toEqual([]);
      expect(actionsOf(statements.filter(({ Resource }) => Resource === '*'))).toEqual([
        'xray:PutTelemetryRecords',
        'xray:PutTraceSegments',
      ]);
    }
  });

  it('assumes exactly the access roles of its kind, on the sides that each account serves', () => {
    expect(find('DynamoDB-MigrationWorker', 'AssumeAccessRoles')).toEqual({
      Sid: 'AssumeAccessRoles',
      Effect: 'Allow',
      Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
      Resource: [
        'arn:aws:iam::222222222222:role/DynamoDB-MigrationDest',
        'arn:aws:iam::222222222222:role/DynamoDB-MigrationOrigin',
        'arn:aws:iam::333333333333:role/DynamoDB-MigrationDest',
      ],
    });
    expect(find('DMS-MigrationWorker', 'AssumeAccessRoles')?.Resource).toEqual([
      'arn:aws:iam::222222222222:role/DMS-MigrationDest',
      'arn:aws:iam::333333333333:role/DMS-MigrationDest',
    ]);
  });

  it('of the promotion assumes no role', () => {
    expect(actionsOf(statementsOf(tooling, 'Promotion-MigrationWorker')).filter((a) => a.startsWith('sts:'))).toEqual(
      [],
    );
  });

  it('writes to the log groups of its own workers only', () => {
    const groups = ['DynamoDbCopy', 'DynamoDbPlan'].map((id) =>
      logicalId(tooling, 'AWS::Logs::LogGroup', { LogGroupName: `/aws/lambda/cross-account-promoter-${id}` }),
    );
    expect(find('DynamoDB-MigrationWorker', 'WriteLogs')).toMatchObject({
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: groups.map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] })),
    });
  });

  it('reads artefacts below the prefixes that the manifest names', () => {
    const bucket = logicalId(tooling, 'AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });
    const below = (path: string) => ({ 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket, 'Arn'] }, path]] });
    expect(find('DynamoDB-MigrationWorker', 'ReadArtefacts')?.Resource).toEqual([
      below('/locks/*'),
      below('/promotions/*/dynamodb/*'),
    ]);
  });

  it('of the promotion sees executions, Map Runs and their children, of each machine by name', () => {
    const states = 'arn:aws:states:us-east-1:111111111111';
    expect(find('Promotion-MigrationWorker', 'SeeExecutions')?.Resource).toEqual([
      `${states}:execution:cross-account-promoter-dms:*`,
      `${states}:execution:cross-account-promoter-dynamodb/*:*`,
      `${states}:execution:cross-account-promoter-dynamodb:*`,
      `${states}:execution:cross-account-promoter-promotion:*`,
      `${states}:mapRun:cross-account-promoter-dynamodb/*:*`,
    ]);
  });
});

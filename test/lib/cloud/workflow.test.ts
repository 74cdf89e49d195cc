import { describe, expect, it } from 'vitest';
import { toolingStackName } from '../../../lib/cloud/tooling-stack.ts';
import { logicalId, smallDefinitions, smallTemplates, statementsOf } from './fixture.ts';

const tooling = smallTemplates().template(toolingStackName());
const states = 'arn:aws:states:us-east-1:111111111111';
const functionArn = (id: string) => ({
  'Fn::GetAtt': [logicalId(tooling, 'AWS::Lambda::Function', { FunctionName: `cross-account-promoter-${id}` }), 'Arn'],
});
const propertiesOf = (owner: string) =>
  Object.values(
    tooling.findResources('AWS::StepFunctions::StateMachine', {
      Properties: { StateMachineName: `cross-account-promoter-${owner}` },
    }),
  )[0]?.Properties;
const statements = (owner: string) => statementsOf(tooling, `cross-account-promoter-${owner}-machine`);
const sids = (owner: string) => statements(owner).map(({ Sid }) => Sid ?? 'logs and traces');
const find = (owner: string, sid: string) => statements(owner).find(({ Sid }) => Sid === sid);
const synthesize = (definitions: Record<string, string>) => () =>
  smallTemplates({ definitions: { ...smallDefinitions, ...definitions } });

describe('workflow', () => {
  it('keeps the text of the file and puts each function and machine in its own place', () => {
    expect(propertiesOf('dynamodb')).toMatchObject({
      DefinitionString: smallDefinitions['dynamodb.asl.json'],
      DefinitionSubstitutions: {
        DynamoDbPlanArn: functionArn('DynamoDbPlan'),
        DynamoDbCopyArn: functionArn('DynamoDbCopy'),
      },
    });
    expect(propertiesOf('promotion').DefinitionSubstitutions).toEqual({
      PromotionLockArn: functionArn('PromotionLock'),
      DynamoDbStateMachineArn: `${states}:stateMachine:cross-account-promoter-dynamodb`,
      DmsStateMachineArn: `${states}:stateMachine:cross-account-promoter-dms`,
    });
  });

  it('logs everything but data, to a group of its own', () => {
    const group = logicalId(tooling, 'AWS::Logs::LogGroup', {
      LogGroupName: '/aws/vendedlogs/states/cross-account-promoter-dms',
    });
    expect(propertiesOf('dms')).toMatchObject({
      StateMachineType: 'STANDARD',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: {
        Level: 'ALL',
        IncludeExecutionData: false,
        Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': [group, 'Arn'] } } }],
      },
    });
  });

  it('is made after all policies of its role, so that its first execution has every right', () => {
    const [machine] = Object.values(
      tooling.findResources('AWS::StepFunctions::StateMachine', {
        Properties: { StateMachineName: 'cross-account-promoter-dynamodb' },
      }),
    );
    const role = logicalId(tooling, 'AWS::IAM::Role', { RoleName: 'cross-account-promoter-dynamodb-machine' });
    const policies = Object.keys(tooling.findResources('AWS::IAM::Policy', { Properties: { Roles: [{ Ref: role }] } }));
    expect(policies).toHaveLength(2);
    expect(machine?.DependsOn).toEqual(expect.arrayContaining(policies));
  });

  it('refuses a placeholder that the manifest does not know', () => {
    const text = smallDefinitions['dms.asl.json']?.replace('DmsPlanArn', 'DmsPlnaArn') as string;
    expect(synthesize({ 'dms.asl.json': text })).toThrow(
      'dms.asl.json: ${DmsPlnaArn} is no worker, machine or bucket of the manifest',
    );
  });

  it('refuses a text that is not JSON', () => {
    expect(synthesize({ 'dms.asl.json': '{' })).toThrow(/^dms\.asl\.json is not JSON: /);
  });

  it('refuses a Distributed Map that the manifest does not announce, and the reverse', () => {
    const { 'dynamodb.asl.json': distributed, 'dms.asl.json': plain } = smallDefinitions as Record<string, string>;
    expect(synthesize({ 'dms.asl.json': distributed as string })).toThrow(
      'dms.asl.json: distributedMap is false in the manifest, true in the text',
    );
    expect(synthesize({ 'dynamodb.asl.json': plain as string })).toThrow(
      'dynamodb.asl.json: distributedMap is true in the manifest, false in the text',
    );
  });
});

describe('machine role', () => {
  it('is trusted to Step Functions on behalf of its own machine', () => {
    tooling.hasResourceProperties('AWS::IAM::Role', {
      RoleName: 'cross-account-promoter-promotion-machine',
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { Service: 'states.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': '111111111111' },
              ArnLike: { 'aws:SourceArn': `${states}:stateMachine:cross-account-promoter-promotion` },
            },
          },
        ],
      },
    });
  });

  it('invokes the functions that the text names, and no other', () => {
    expect(find('promotion', 'InvokeWorkers')).toMatchObject({
      Action: 'lambda:InvokeFunction',
      Resource: functionArn('PromotionLock'),
    });
    expect(find('dynamodb', 'InvokeWorkers')?.Resource).toEqual([
      functionArn('DynamoDbCopy'),
      functionArn('DynamoDbPlan'),
    ]);
  });

  it('starts and follows the machines that the text names', () => {
    expect(find('promotion', 'StartMachines')).toMatchObject({
      Action: 'states:StartExecution',
      Resource: [
        `${states}:stateMachine:cross-account-promoter-dms`,
        `${states}:stateMachine:cross-account-promoter-dynamodb`,
      ],
    });
    expect(find('promotion', 'FollowExecutions')).toMatchObject({
      Action: ['states:DescribeExecution', 'states:StopExecution'],
      Resource: [
        `${states}:execution:cross-account-promoter-dms:*`,
        `${states}:execution:cross-account-promoter-dynamodb:*`,
      ],
    });
    expect(find('promotion', 'FollowExecutionsByEvent')).toMatchObject({
      Action: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
      Resource: 'arn:aws:events:us-east-1:111111111111:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule',
    });
  });

  it('has the rights of a Distributed Map only where the text has one', () => {
    const ofTheMap = ['StartMapChildren', 'FollowMapChildren', 'RedriveMapChildren', 'ReadItemLists', 'UseArtefactKey'];
    expect(sids('dynamodb')).toEqual(['InvokeWorkers', 'logs and traces', ...ofTheMap]);
    expect(sids('promotion')).toEqual([
      'InvokeWorkers',
      'StartMachines',
      'FollowExecutions',
      'FollowExecutionsByEvent',
      'logs and traces',
    ]);
    expect(sids('dms')).toEqual(['InvokeWorkers', 'logs and traces']);
  });

  it('starts, follows and redrives children of its own machine, and reads the item lists of its kind', () => {
    expect(find('dynamodb', 'StartMapChildren')?.Resource).toBe(
      `${states}:stateMachine:cross-account-promoter-dynamodb`,
    );
    expect(find('dynamodb', 'FollowMapChildren')?.Resource).toBe(
      `${states}:execution:cross-account-promoter-dynamodb:*`,
    );
    expect(find('dynamodb', 'RedriveMapChildren')?.Resource).toBe(
      `${states}:execution:cross-account-promoter-dynamodb/*:*`,
    );
    const bucket = logicalId(tooling, 'AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });
    expect(find('dynamodb', 'ReadItemLists')).toMatchObject({
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket, 'Arn'] }, '/promotions/*/dynamodb/*']] },
    });
  });
});

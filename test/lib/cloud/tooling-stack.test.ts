import { describe, expect, it } from 'vitest';
import { toolingStackName } from '../../../lib/cloud/tooling-stack.ts';
import { environmentsWith, logicalId, smallProgram, smallTemplates } from './fixture.ts';

const { template: of, assembly } = smallTemplates();
const tooling = of(toolingStackName());
const functionId = (name: string) =>
  logicalId(tooling, 'AWS::Lambda::Function', { FunctionName: `cross-account-promoter-${name}` });
const bucketId = () => logicalId(tooling, 'AWS::S3::Bucket', { VersioningConfiguration: { Status: 'Enabled' } });

describe('tooling stack', () => {
  it('has a function of its own for each worker, with the limits of the manifest and its own bundle', () => {
    const functions = tooling.findResources('AWS::Lambda::Function');
    const bundles = Object.values(functions).map(({ Properties }) => Properties.Code.S3Key);
    expect(new Set(bundles).size).toBe(smallProgram.workers.length);
    for (const { id, timeoutSeconds, memoryMiB } of smallProgram.workers) {
      expect(functions[functionId(id)]?.Properties).toMatchObject({
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Timeout: timeoutSeconds,
        MemorySize: memoryMiB,
        TracingConfig: { Mode: 'Active' },
      });
    }
  });

  it('gives each function its bucket, its log group and the role of its owner', () => {
    const roleOf = { promotion: 'Promotion', dynamodb: 'DynamoDB', dms: 'DMS', quicksight: '', databricks: '' };
    for (const { id, owner } of smallProgram.workers) {
      const role = logicalId(tooling, 'AWS::IAM::Role', { RoleName: `${roleOf[owner]}-MigrationWorker` });
      const logGroup = logicalId(tooling, 'AWS::Logs::LogGroup', {
        LogGroupName: `/aws/lambda/cross-account-promoter-${id}`,
      });
      expect(tooling.toJSON().Resources[functionId(id)].Properties).toMatchObject({
        Role: { 'Fn::GetAtt': [role, 'Arn'] },
        LoggingConfig: { LogGroup: { Ref: logGroup } },
        Environment: {
          Variables: { ARTEFACT_BUCKET: { Ref: bucketId() } },
        },
      });
    }
  });

  it('names bucket, promotion machine and event bus in its outputs', () => {
    const promotion = logicalId(tooling, 'AWS::StepFunctions::StateMachine', {
      StateMachineName: 'cross-account-promoter-promotion',
    });
    expect(tooling.findOutputs('*')).toEqual({
      ArtefactBucketName: { Value: { Ref: bucketId() } },
      PromotionStateMachineArn: { Value: { Ref: promotion } },
      EventBusName: { Value: { Ref: logicalId(tooling, 'AWS::Events::EventBus', { Name: 'cross-account-promoter' }) } },
    });
  });

  it('keeps artefacts encrypted, versioned, private and beyond the life of the stack', () => {
    const key = logicalId(tooling, 'AWS::KMS::Key', { EnableKeyRotation: true });
    const resources = tooling.toJSON().Resources;
    expect(resources[bucketId()]).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              BucketKeyEnabled: true,
              ServerSideEncryptionByDefault: {
                SSEAlgorithm: 'aws:kms',
                KMSMasterKeyID: { 'Fn::GetAtt': [key, 'Arn'] },
              },
            },
          ],
        },
        LifecycleConfiguration: {
          Rules: [
            {
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
              NoncurrentVersionExpiration: { NoncurrentDays: 90 },
            },
          ],
        },
        LoggingConfiguration: { LogFilePrefix: 'artefacts/' },
      },
    });
    expect(resources[key].DeletionPolicy).toBe('Retain');
    tooling.allResourcesProperties('AWS::S3::Bucket', {
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
  });

  it('denies plain HTTP and TLS below 1.2 on both buckets', () => {
    const policies = Object.values(tooling.findResources('AWS::S3::BucketPolicy'));
    expect(policies).toHaveLength(2);
    for (const { Properties } of policies) {
      const denied = Properties.PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Deny');
      expect(denied.map(({ Condition }: { Condition: unknown }) => Condition)).toEqual([
        { Bool: { 'aws:SecureTransport': 'false' } },
        { NumericLessThan: { 's3:TlsVersion': 1.2 } },
      ]);
    }
  });

  it('consists of a closed list of resource types, without custom resources', () => {
    const types = assembly.stacks.flatMap(({ template }) =>
      Object.values<{ Type: string }>(template.Resources).map(({ Type }) => Type),
    );
    expect([...new Set(types)].sort()).toEqual([
      'AWS::Events::EventBus',
      'AWS::Events::Rule',
      'AWS::IAM::ManagedPolicy',
      'AWS::IAM::Policy',
      'AWS::IAM::Role',
      'AWS::KMS::Key',
      'AWS::Lambda::Function',
      'AWS::Logs::LogGroup',
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy',
      'AWS::SQS::Queue',
      'AWS::SQS::QueuePolicy',
      'AWS::StepFunctions::StateMachine',
    ]);
  });

  it('ends logs after 90 days', () => {
    tooling.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });

  it('sets account and region of every stack', () => {
    expect(assembly.stacks.map(({ stackName, environment }) => [stackName, environment.name]).sort()).toEqual([
      ['cross-account-promoter-access-222222222222', 'aws://222222222222/us-east-1'],
      ['cross-account-promoter-access-333333333333', 'aws://333333333333/us-east-1'],
      ['cross-account-promoter-tooling', 'aws://111111111111/us-east-1'],
    ]);
  });

  it('names stack, functions and machines apart by the qualifier', () => {
    const { template } = smallTemplates({ environments: environmentsWith({ qualifier: 'Two' }) });
    const qualified = template('cross-account-promoter-tooling-Two');
    for (const type of ['AWS::Lambda::Function', 'AWS::StepFunctions::StateMachine', 'AWS::IAM::Role']) {
      for (const { Properties } of Object.values(qualified.findResources(type))) {
        expect(Properties.FunctionName ?? Properties.StateMachineName ?? Properties.RoleName).toMatch(
          /-Two(-machine)?$/,
        );
      }
    }
  });
});

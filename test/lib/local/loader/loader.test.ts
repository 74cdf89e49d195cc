import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadAssembly } from '../../../../lib/local/loader/index.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

type Resources = Record<string, { Type: string; Properties?: Record<string, unknown> }>;

/** Writes a cloud assembly with one stack called `tooling` and one asset, and loads it. */
function load(resources: Resources, sections: Record<string, unknown> = {}, artifacts: Record<string, unknown> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
  folders.push(folder);
  const write = (file: string, content: unknown) => writeFileSync(join(folder, file), JSON.stringify(content));
  write('manifest.json', {
    version: '55.0.0',
    artifacts: {
      'tooling.assets': { type: 'cdk:asset-manifest', properties: { file: 'tooling.assets.json' } },
      tooling: {
        type: 'aws:cloudformation:stack',
        environment: 'aws://111111111111/us-east-1',
        properties: { templateFile: 'tooling.template.json' },
      },
      Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
      ...artifacts,
    },
  });
  write('tooling.assets.json', {
    files: {
      abc: { source: { path: 'asset.abc', packaging: 'zip' }, destinations: { here: { objectKey: 'abc.zip' } } },
    },
  });
  write('tooling.template.json', { Resources: resources, ...sections });
  return { folder, ...loadAssembly(folder) };
}

const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }],
};
const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } };
const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] };

function lambdaFunction(properties: Record<string, unknown> = {}) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: 'abc.zip' },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      ...properties,
    },
  };
}

describe('functions', () => {
  it('have their code folder, limits, variables and role', () => {
    const { folder, functions } = load({
      Role: { ...role, Properties: { ...role.Properties, RoleName: 'Promotion-MigrationWorker' } },
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'artefacts' } },
      Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/validate' } },
      Validate: lambdaFunction({
        FunctionName: 'validate',
        Timeout: 60,
        MemorySize: 512,
        Environment: { Variables: { ARTEFACT_BUCKET: { Ref: 'Bucket' } } },
        LoggingConfig: { LogGroup: { Ref: 'Logs' } },
      }),
    });
    expect(functions).toEqual([
      {
        arn: 'arn:aws:lambda:us-east-1:111111111111:function:validate',
        name: 'validate',
        region: 'us-east-1',
        codeFolder: join(folder, 'asset.abc'),
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        timeoutSeconds: 60,
        memoryMiB: 512,
        environment: { ARTEFACT_BUCKET: 'artefacts' },
        logGroupName: '/aws/lambda/validate',
        roleArn: 'arn:aws:iam::111111111111:role/Promotion-MigrationWorker',
      },
    ]);
  });

  it('have the limits of Lambda where the template sets none', () => {
    const { functions } = load({ Role: role, Validate: lambdaFunction() });
    expect(functions[0]).toMatchObject({ timeoutSeconds: 3, memoryMiB: 128, environment: {} });
    expect(functions[0]?.logGroupName).toBe(`/aws/lambda/${functions[0]?.name}`);
  });

  it('are refused when their code is no asset or their runtime is not Node', () => {
    const code = { Code: { S3Bucket: 'b', S3Key: 'other.zip' } };
    expect(() => load({ Role: role, F: lambdaFunction(code) })).toThrow(
      'no asset of the assembly has the key other.zip',
    );
    expect(() => load({ Role: role, F: lambdaFunction({ Runtime: 'python3.13' }) })).toThrow(
      'only Node runtimes run here',
    );
  });
});

describe('state machines', () => {
  const machine = (text: string, substitutions: Record<string, unknown>) => ({
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'promotion',
      DefinitionString: text,
      DefinitionSubstitutions: substitutions,
      RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
    },
  });

  it('have their text with every substitution made', () => {
    const { machines } = load({
      Role: role,
      F: lambdaFunction({ FunctionName: 'validate' }),
      Machine: machine('{"Resource":"${FArn}","Bucket":"${Bucket}"}', {
        FArn: { 'Fn::GetAtt': ['F', 'Arn'] },
        Bucket: 'b',
      }),
    });
    expect(machines).toMatchObject([
      {
        arn: 'arn:aws:states:us-east-1:111111111111:stateMachine:promotion',
        name: 'promotion',
        account: '111111111111',
        region: 'us-east-1',
        type: 'STANDARD',
        definition: '{"Resource":"arn:aws:lambda:us-east-1:111111111111:function:validate","Bucket":"b"}',
      },
    ]);
  });

  it('are refused when a placeholder has no substitution', () => {
    expect(() => load({ Role: role, Machine: machine('{"Resource":"${FArn}"}', {}) })).toThrow(
      'tooling.Resources.Machine: the definition has no substitution for FArn',
    );
  });
});

describe('roles', () => {
  it('collect inline, attached and bounding policies', () => {
    const { roles, managedPolicies } = load({
      Boundary: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { ManagedPolicyName: 'boundary', PolicyDocument: document },
      },
      Attached: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { ManagedPolicyName: 'attached', PolicyDocument: document, Roles: [{ Ref: 'Role' }] },
      },
      Role: {
        ...role,
        Properties: {
          ...role.Properties,
          RoleName: 'worker',
          Path: '/promoter/',
          Policies: [{ PolicyName: 'own', PolicyDocument: document }],
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
          PermissionsBoundary: { Ref: 'Boundary' },
          MaxSessionDuration: 7200,
          Tags: [{ Key: 'project', Value: 'promoter' }],
        },
      },
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyName: 'default', PolicyDocument: document, Roles: [{ Ref: 'Role' }] },
      },
    });
    expect(roles).toEqual([
      {
        account: '111111111111',
        name: 'worker',
        path: '/promoter/',
        arn: 'arn:aws:iam::111111111111:role/promoter/worker',
        trustPolicy: trust,
        policies: { own: document, default: document },
        managedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess', 'arn:aws:iam::111111111111:policy/attached'],
        permissionsBoundary: 'arn:aws:iam::111111111111:policy/boundary',
        maxSessionDuration: 7200,
        description: '',
        tags: { project: 'promoter' },
      },
    ]);
    expect(managedPolicies.map(({ arn }) => arn)).toEqual([
      'arn:aws:iam::111111111111:policy/boundary',
      'arn:aws:iam::111111111111:policy/attached',
    ]);
  });

  it('are refused when a policy names a role that is not there', () => {
    const policy = { PolicyName: 'p', PolicyDocument: document, Roles: ['nobody'] };
    expect(() => load({ Policy: { Type: 'AWS::IAM::Policy', Properties: policy } })).toThrow(
      'tooling.Resources.Policy: there is no role nobody in account 111111111111',
    );
  });
});

describe('buckets and keys', () => {
  it('have versioning, policy and aliases', () => {
    const { buckets, keys } = load({
      Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: document, Description: 'artefacts' } },
      Alias: {
        Type: 'AWS::KMS::Alias',
        Properties: { AliasName: 'alias/artefacts', TargetKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } },
      },
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: 'artefacts',
          VersioningConfiguration: { Status: 'Enabled' },
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [
              {
                BucketKeyEnabled: true,
                ServerSideEncryptionByDefault: {
                  SSEAlgorithm: 'aws:kms',
                  KMSMasterKeyID: { 'Fn::GetAtt': ['Key', 'Arn'] },
                },
              },
            ],
          },
        },
      },
      Plain: { Type: 'AWS::S3::Bucket' },
      Policy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: { Ref: 'Bucket' }, PolicyDocument: document } },
    });
    expect(buckets).toMatchObject([
      { name: 'artefacts', account: '111111111111', region: 'us-east-1', versioned: true, policy: document },
      { versioned: false, kmsKeyArn: null, policy: null },
    ]);
    expect(buckets[0]?.kmsKeyArn).toBe(keys[0]?.arn);
    expect(keys).toMatchObject([{ aliases: ['alias/artefacts'], policy: document, description: 'artefacts' }]);
    expect(keys[0]?.keyId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});

describe('names', () => {
  const open: Resources = {
    Role: role,
    ARatherLongLogicalIdOfABucketThatWouldNotFitIntoSixtyThreeCharacters: { Type: 'AWS::S3::Bucket' },
    ARatherLongLogicalIdOfAFunctionThatWouldNotFitIntoSixtyFourCharacters: lambdaFunction(),
  };

  it('that the template leaves open are legal and the same in every run', () => {
    const first = load(open);
    const second = load(open);
    expect(first.buckets[0]?.name).toMatch(/^tooling-[a-z0-9.-]{1,42}-111111111111$/);
    expect(first.functions[0]?.name).toMatch(/^tooling-[A-Za-z0-9]{43}-[0-9A-F]{12}$/);
    expect(second.buckets).toEqual(first.buckets);
    expect(second.functions.map(({ arn }) => arn)).toEqual(first.functions.map(({ arn }) => arn));
  });

  it('may be made of other names, but not of themselves', () => {
    const named = (name: unknown) => ({ Type: 'AWS::S3::Bucket', Properties: { BucketName: name } });
    const { buckets } = load({ B: named({ 'Fn::Sub': '${A}-logs' }), A: named('artefacts') });
    expect(buckets.map(({ name }) => name)).toEqual(['artefacts-logs', 'artefacts']);
    expect(() => load({ A: named({ Ref: 'B' }), B: named({ Ref: 'A' }) })).toThrow('its name depends on itself');
  });
});

describe('refusals', () => {
  it.each<[string, Resources, Record<string, unknown>]>([
    ['tooling.Resources.Q: unknown resource type AWS::EC2::VPC', { Q: { Type: 'AWS::EC2::VPC' } }, {}],
    ['unknown resource type Custom::S3AutoDelete', { C: { Type: 'Custom::S3AutoDelete' } }, {}],
    ['tooling: unknown section Conditions', {}, { Conditions: { C: {} } }],
    ['tooling: unknown section Transform', {}, { Transform: 'AWS::Serverless-2016-10-31' }],
    ['tooling.Rules: unknown rule Other', {}, { Rules: { Other: {} } }],
    [
      'unknown resource attribute Condition',
      { B: { Type: 'AWS::S3::Bucket', Condition: 'C' } as Resources[string] },
      {},
    ],
    [
      'tooling.Parameters.P: a parameter needs a default',
      { B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'P' } } } },
      { Parameters: { P: { Type: 'String' } } },
    ],
    ['WebsiteConfiguration', { B: { Type: 'AWS::S3::Bucket', Properties: { WebsiteConfiguration: {} } } }, {}],
  ])('names %s', (message, resources, sections) => {
    expect(() => load(resources, sections)).toThrow(message);
  });

  it('names an artifact type and a stack without a place', () => {
    expect(() => load({}, {}, { Nested: { type: 'cdk:cloud-assembly' } })).toThrow(
      'artifact Nested: unknown artifact type cdk:cloud-assembly',
    );
    const nowhere = { type: 'aws:cloudformation:stack', environment: 'aws://unknown-account/unknown-region' };
    expect(() => load({}, {}, { S: { ...nowhere, properties: { templateFile: 'tooling.template.json' } } })).toThrow(
      'stack S has no account and region of its own',
    );
  });
});

describe('templates', () => {
  it('take the defaults of parameters, skip the bootstrap rule and answer outputs', () => {
    const { outputs } = load(
      { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Name' } } } },
      {
        Parameters: {
          Name: { Type: 'String', Default: 'artefacts' },
          BootstrapVersion: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/cdk-bootstrap/hnb659fds/version' },
        },
        Rules: {
          CheckBootstrapVersion: { Assertions: [{ Assert: { 'Fn::Not': [{ 'Fn::Contains': [['1'], 'x'] }] } }] },
        },
        Outputs: { ArtefactBucket: { Value: { Ref: 'Bucket' } } },
      },
    );
    expect(outputs).toEqual({ tooling: { ArtefactBucket: 'artefacts' } });
  });
});

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Host, startHost } from '../../../lib/local/host.ts';

const tooling = '111111111111';
const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'host-'));
const ref = (Ref: string) => ({ Ref });
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** Answers who it is, and stays as long as it is asked to. */
const bundle = `
import { createRequire } from 'node:module';
const { STSClient, GetCallerIdentityCommand } = createRequire(${JSON.stringify(join(root, 'package.json'))})('@aws-sdk/client-sts');
export const handler = async ({ sleep = 0 }) => {
  console.log('asking');
  await new Promise((resolve) => setTimeout(resolve, sleep));
  const { Arn } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
  return { Arn, bucket: process.env.ARTEFACT_BUCKET };
};`;

const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Ask',
  States: {
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: '${AskArn}', Payload: '{% $states.input %}' },
      Output: '{% $states.result.Payload %}',
      Next: 'Rest',
    },
    Rest: { Type: 'Wait', Seconds: 5, End: true },
  },
};

const trustOf = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
});

const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] };

const invoke = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arnOf('Ask') }],
};

const template = {
  Resources: {
    Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: policy } },
    Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/artefacts', TargetKeyId: arnOf('Key') } },
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: { BucketName: 'artefacts', VersioningConfiguration: { Status: 'Enabled' } },
    },
    BucketPolicy: { Type: 'AWS::S3::BucketPolicy', Properties: { Bucket: ref('Bucket'), PolicyDocument: policy } },
    Boundary: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { ManagedPolicyName: 'Boundary', PolicyDocument: policy },
    },
    WorkerRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'Worker',
        AssumeRolePolicyDocument: trustOf('lambda.amazonaws.com'),
        PermissionsBoundary: ref('Boundary'),
      },
    },
    MachineRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'Machine',
        AssumeRolePolicyDocument: trustOf('states.amazonaws.com'),
        Policies: [{ PolicyName: 'Invoke', PolicyDocument: invoke }],
      },
    },
    Ask: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'ask',
        Code: { S3Bucket: 'assets', S3Key: 'ask.zip' },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: arnOf('WorkerRole'),
        Timeout: 30,
        MemorySize: 256,
        Environment: { Variables: { ARTEFACT_BUCKET: ref('Bucket') } },
      },
    },
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'promotion',
        DefinitionString: JSON.stringify(definition),
        DefinitionSubstitutions: { AskArn: arnOf('Ask') },
        RoleArn: arnOf('MachineRole'),
      },
    },
  },
  Outputs: { ArtefactBucketName: { Value: ref('Bucket') }, PromotionStateMachineArn: { Value: ref('Machine') } },
};

function writeAssembly(): void {
  const write = (file: string, content: unknown) => writeFileSync(join(folder, file), JSON.stringify(content));
  write('manifest.json', {
    artifacts: {
      assets: { type: 'cdk:asset-manifest', properties: { file: 'assets.json' } },
      tooling: {
        type: 'aws:cloudformation:stack',
        environment: `aws://${tooling}/us-east-1`,
        properties: { templateFile: 'template.json' },
      },
    },
  });
  write('assets.json', { files: { a: { source: { path: 'ask' }, destinations: { d: { objectKey: 'ask.zip' } } } } });
  write('template.json', template);
  mkdirSync(join(folder, 'ask'));
  writeFileSync(join(folder, 'ask/index.mjs'), bundle);
}

let host: Host;
const start = () =>
  startHost({
    port: 0,
    speed: 100,
    assembly: folder,
    environments: {
      tooling: { account: tooling, region: 'us-east-1' },
      externalId: 'external',
      environments: { dev: { account: '222222222222', region: 'us-east-1', sides: ['source'], sourceChange: false } },
    },
    logFolder: join(folder, 'logs'),
  });

beforeAll(async () => {
  writeAssembly();
  host = await start();
});
afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true });
});

function clientSettings(account: string) {
  const credentials = { accessKeyId: account, secretAccessKey: 'any' };
  return { endpoint: host.gateway.endpoint, region: 'us-east-1', credentials };
}

describe('a started host', () => {
  it('says where everything is', () => {
    expect(host.world).toEqual({
      endpoint: host.gateway.endpoint,
      region: 'us-east-1',
      accounts: { tooling, dev: '222222222222' },
      stateMachines: { promotion: `arn:aws:states:us-east-1:${tooling}:stateMachine:promotion` },
      artefactBucket: 'artefacts',
    });
  });

  it('holds what the assembly deploys', async () => {
    const { kms, s3, iam } = host.stores;
    expect(kms.findKey(tooling, 'us-east-1', 'alias/artefacts')?.policy).toBe(JSON.stringify(policy));
    expect(s3.findBucket('artefacts')).toMatchObject({ versioning: 'Enabled', policy: JSON.stringify(policy) });
    expect(iam.findPolicy(`arn:aws:iam::${tooling}:policy/Boundary`)?.document).toEqual(policy);
    const { Role } = await new IAMClient(clientSettings(tooling)).send(new GetRoleCommand({ RoleName: 'Worker' }));
    expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(`arn:aws:iam::${tooling}:policy/Boundary`);
  });

  it('runs machines and workers in the names of their roles, and records both', async () => {
    const states = new SFNClient(clientSettings(tooling));
    const { executionArn } = await states.send(
      new StartExecutionCommand({ stateMachineArn: host.world.stateMachines.promotion, input: '{}' }),
    );
    const startedAt = Date.now();
    const describe = () => states.send(new DescribeExecutionCommand({ executionArn }));
    await expect.poll(async () => (await describe()).status, { timeout: 10_000 }).toBe('SUCCEEDED');
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    expect(JSON.parse((await describe()).output ?? '')).toEqual({
      Arn: `arn:aws:sts::${tooling}:assumed-role/Worker/ask`,
      bucket: 'artefacts',
    });
    const seen = host.gateway.calls().map(({ role, service, operation }) => `${role} ${service}:${operation}`);
    const [invoked, asked] = [seen.indexOf('Machine lambda:Invoke'), seen.indexOf('Worker sts:GetCallerIdentity')];
    expect(invoked).toBeGreaterThan(seen.indexOf('null states:StartExecution'));
    expect(asked).toBeGreaterThan(invoked);
    await expect.poll(() => readFileSync(join(folder, 'logs/ask.log'), 'utf8')).toContain('asking');
  });

  it('lets DynamoDB use only keys that exist in the region, and its own', async () => {
    const { kms } = host.stores;
    const here = kms.putKey({ account: '222222222222', region: 'us-east-1' });
    const elsewhere = kms.putKey({ account: '222222222222', region: 'eu-west-1' });
    const dynamodb = new DynamoDBClient(clientSettings('222222222222'));
    const create = (TableName: string, KMSMasterKeyId: string) =>
      dynamodb.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId },
        }),
      );
    const created = await create('own', here.keyId);
    expect(created.TableDescription?.SSEDescription?.KMSMasterKeyArn).toBe(here.arn);
    await expect(create('far', elsewhere.arn)).rejects.toThrow();
    await expect(create('none', '11111111-2222-3333-4444-555555555555')).rejects.toThrow();
    await expect(create('aws', 'alias/aws/dynamodb')).resolves.toBeDefined();
  });
});

describe('close', () => {
  it('aborts what runs, and lets nothing more in', async () => {
    const other = await start();
    const { executionArn } = other.states.startExecution({
      stateMachineArn: other.world.stateMachines.promotion,
      input: '{"sleep":60000}',
    });
    await expect.poll(() => other.gateway.calls().length).toBe(1);
    await other.close();
    expect(other.states.describeExecution(executionArn).status).toBe('ABORTED');
    await expect(fetch(`${other.gateway.endpoint}/_local/calls`)).rejects.toThrow();
    await expect(other.pool.invoke(`arn:aws:lambda:us-east-1:${tooling}:function:ask`, '{}')).rejects.toThrow('closed');
  });
});

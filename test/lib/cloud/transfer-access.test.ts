import { describe, expect, it } from 'vitest';
import { accessSides, environmentsSchema } from '../../../lambdas/core/environments.ts';
import { accessStackName } from '../../../lib/cloud/access-stack.ts';
import { readEnvironments } from '../../../lib/cloud/configuration.ts';
import { program } from '../../../lib/cloud/program.ts';
import { toolingStackName } from '../../../lib/cloud/tooling-stack.ts';
import { localEnvironments } from '../../../lib/local/synthesize.ts';
import {
  actionsOf,
  logicalId,
  type RenderedStatement,
  smallDefinitions,
  smallProgram,
  smallTemplates,
  statementsOf,
} from './fixture.ts';

const closedEnvironments = readEnvironments('environments.example.json');
const environments = readEnvironments(localEnvironments);
// The roles of the program as they are; of workers and machines a few will do.
const small = {
  ...smallProgram,
  accessStatements: program.accessStatements,
  executionStatements: program.executionStatements,
};
const open = smallTemplates({ environments, program: small, definitions: smallDefinitions });
const closed = smallTemplates({ environments: closedEnvironments, program: small, definitions: smallDefinitions });

const exporter = 'DynamoDB-MigrationOrigin-source-change';
const roleArn = (account: string, name: string) => expect.stringContaining(`iam::${account}:role/${name}`);
const bucketStatements = ({ template }: typeof open): RenderedStatement[] =>
  Object.values(template(toolingStackName()).findResources('AWS::S3::BucketPolicy')).flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );
const keyStatements = ({ template }: typeof open): RenderedStatement[] => {
  const tooling = template(toolingStackName());
  return tooling.toJSON().Resources[logicalId(tooling, 'AWS::KMS::Key', { EnableKeyRotation: true })].Properties
    .KeyPolicy.Statement;
};
const bySid = (statements: readonly RenderedStatement[], sid: string) => statements.find(({ Sid }) => Sid === sid);

describe('the role that exports', () => {
  it('exists only in accounts of environments that say so', () => {
    const rolesOf = (of: typeof open, account: string) =>
      Object.values(of.template(accessStackName(account)).findResources('AWS::IAM::Role')).map(
        ({ Properties }) => Properties.RoleName,
      );
    expect(rolesOf(open, '222222222222')).toContain(exporter);
    expect(rolesOf(open, '333333333333')).not.toContain(exporter);
    expect(rolesOf(closed, '222222222222')).not.toContain(exporter);
  });

  it('may export and write below one prefix of the tooling account, and is denied everything else', () => {
    const statements = statementsOf(open.template(accessStackName('222222222222')), exporter);
    const deny = statements.find(({ Effect }) => Effect === 'Deny');
    expect(deny).toMatchObject({ Sid: 'DenyAllButExports', Resource: '*' });
    expect(deny?.NotAction).toEqual([...new Set(actionsOf(statements))].sort());
    expect(actionsOf(statements)).not.toContain('dynamodb:Scan');
    expect(bySid(statements, 'WriteExports')).toMatchObject({
      Resource: 'arn:aws:s3:::*/promotions/*/dynamodb/import/transfer/*',
      Condition: { StringEquals: { 'aws:ResourceAccount': '111111111111' } },
    });
    expect(bySid(statements, 'UseExportKey')).toMatchObject({
      Resource: 'arn:aws:kms:us-east-1:111111111111:key/*',
      Condition: { StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' } },
    });
  });

  it('may be assumed by the workers of DynamoDB and no others', () => {
    const tooling = open.template(toolingStackName());
    const assumed = (role: string) => JSON.stringify(bySid(statementsOf(tooling, role), 'AssumeAccessRoles') ?? {});
    expect(assumed('DynamoDB-MigrationWorker')).toContain(exporter);
    expect(assumed('DMS-MigrationWorker')).not.toContain(exporter);
  });
});

describe('allowTransfers', () => {
  it('lets the one role write and the others read exports, through S3 alone', () => {
    const bucket = bucketStatements(open);
    const arns = (...all: unknown[]) => ({ ArnEquals: { 'aws:PrincipalArn': all.length === 1 ? all[0] : all } });
    expect(bySid(bucket, 'WriteExports')).toMatchObject({
      Effect: 'Allow',
      Action: ['s3:AbortMultipartUpload', 's3:PutObject', 's3:PutObjectAcl'],
      Condition: arns([roleArn('222222222222', exporter)]),
    });
    const importers = ['222222222222', '333333333333', '444444444444'].map((account) =>
      roleArn(account, 'DynamoDB-MigrationDest'),
    );
    expect(bySid(bucket, 'ReadExports')).toMatchObject({ Action: 's3:GetObject', Condition: arns(importers) });
    expect(bySid(bucket, 'ListExports')?.Condition).toMatchObject({
      StringLike: { 's3:prefix': 'promotions/*/dynamodb/import/transfer/*' },
    });
    const key = keyStatements(open);
    expect(bySid(key, 'EncryptExports')).toMatchObject({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'] });
    expect(bySid(key, 'DecryptExports')).toMatchObject({ Action: 'kms:Decrypt' });
    for (const sid of ['EncryptExports', 'DecryptExports']) {
      expect(bySid(key, sid)?.Condition).toMatchObject({
        StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
      });
    }
  });

  it('lets nobody in while no environment may be exported from', () => {
    const exports = bucketStatements(closed).filter(({ Sid }) => Sid?.endsWith('Exports'));
    expect(exports).toEqual([]);
    expect(keyStatements(closed).map(({ Sid }) => Sid)).toEqual([undefined]);
  });
});

describe('sourceChange', () => {
  it('adds a side to an environment, and is refused where nothing is promoted from', () => {
    const { dev } = environments.environments;
    expect(dev && accessSides(dev)).toEqual(['source', 'destination', 'source-change']);
    const wrong = { account: '222222222222', region: 'us-east-1', sides: ['destination'], sourceChange: true };
    const parsed = environmentsSchema.safeParse({ ...environments, environments: { dev: wrong } });
    expect(parsed.error?.issues[0]).toMatchObject({ path: ['environments', 'dev', 'sourceChange'] });
  });

  it('is all that the local host has besides the example', () => {
    const { dev, ...others } = environments.environments;
    const { dev: exampleDev, ...exampleOthers } = closedEnvironments.environments;
    expect(others).toEqual(exampleOthers);
    expect(dev).toEqual({ ...exampleDev, sourceChange: true });
    expect(exampleDev?.sourceChange).toBe(false);
  });
});

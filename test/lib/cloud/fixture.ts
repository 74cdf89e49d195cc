import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { onTestFinished } from 'vitest';
import { type Environments, environmentsSchema } from '../../../lambdas/core/environments.ts';
import type { Program } from '../../../lib/cloud/program.ts';
import { addStacks } from '../../../lib/cloud/stacks.ts';

const { context } = JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> };

const limits = { timeoutSeconds: 60, memoryMiB: 512 };

/** A program with two kinds, only one of which has a Distributed Map. */
export const smallProgram: Program = {
  workers: [
    { id: 'PromotionLock', entry: 'lock.ts', owner: 'promotion', verb: null, ...limits },
    { id: 'DynamoDbPlan', entry: 'plan.ts', owner: 'dynamodb', verb: 'plan', ...limits },
    { id: 'DynamoDbCopy', entry: 'copy.ts', owner: 'dynamodb', verb: 'import', timeoutSeconds: 900, memoryMiB: 1769 },
    { id: 'DmsPlan', entry: 'dms.ts', owner: 'dms', verb: 'plan', ...limits },
  ],
  machines: [
    { id: 'Promotion', file: 'promotion.asl.json', owner: 'promotion', distributedMap: false },
    { id: 'DynamoDb', file: 'dynamodb.asl.json', owner: 'dynamodb', distributedMap: true },
    { id: 'Dms', file: 'dms.asl.json', owner: 'dms', distributedMap: false },
  ],
  executionStatements: {
    promotion: [
      {
        sid: 'SeeExecutions',
        actions: ['states:DescribeExecution', 'states:ListMapRuns', 'states:DescribeMapRun'],
        resources: ['${StateMachineExecutions}'],
      },
    ],
    dynamodb: [
      {
        sid: 'ReadArtefacts',
        actions: ['s3:GetObject'],
        resources: ['${ArtefactBucketArn}/promotions/*/dynamodb/*', '${ArtefactBucketArn}/locks/*'],
      },
    ],
  },
  accessStatements: {
    dynamodb: {
      source: [
        {
          sid: 'ReadTables',
          actions: ['dynamodb:DescribeTable', 'dynamodb:Scan'],
          resources: ['arn:${Partition}:dynamodb:${Region}:${Account}:table/*'],
        },
      ],
      destination: [
        {
          sid: 'WriteTables',
          actions: ['dynamodb:BatchWriteItem', 'dynamodb:CreateTable'],
          resources: ['arn:${Partition}:dynamodb:${Region}:${Account}:table/*'],
        },
      ],
    },
    dms: {
      destination: [
        {
          sid: 'CreateTasks',
          actions: ['dms:CreateReplicationTask'],
          resources: ['arn:${Partition}:dms:${Region}:${Account}:task:fixed'],
        },
      ],
    },
  },
};

const invoke = (id: string) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: `\${${id}Arn}` },
});
const start = (id: string) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::states:startExecution.sync:2',
  Arguments: { StateMachineArn: `\${${id}StateMachineArn}` },
});
const machine = (StartAt: string, States: Record<string, unknown>) =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt, States });

/** Texts of the machines of {@link smallProgram} by file. */
export const smallDefinitions: Readonly<Record<string, string>> = {
  'promotion.asl.json': machine('Lock', {
    Lock: { ...invoke('PromotionLock'), Next: 'DynamoDb' },
    DynamoDb: { ...start('DynamoDb'), Next: 'Dms' },
    Dms: { ...start('Dms'), End: true },
  }),
  'dynamodb.asl.json': machine('Plan', {
    Plan: { ...invoke('DynamoDbPlan'), Next: 'Copy all' },
    'Copy all': {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSONL' },
        Arguments: { Bucket: '${ArtefactBucketName}', Key: '{% $states.input.key %}' },
      },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Copy',
        States: { Copy: { ...invoke('DynamoDbCopy'), End: true } },
      },
      End: true,
    },
  }),
  'dms.asl.json': machine('Plan', { Plan: { ...invoke('DmsPlan'), End: true } }),
};

/** Environments with one account for two regions, one account that is only a destination, and a qualifier if asked. */
export function environmentsWith(overrides: Record<string, unknown> = {}): Environments {
  return environmentsSchema.parse({
    tooling: { account: '111111111111', region: 'us-east-1' },
    externalId: 'an-external-id',
    environments: {
      dev: { account: '222222222222', region: 'us-east-1' },
      test: { account: '222222222222', region: 'eu-west-1', sides: ['destination'] },
      prod: { account: '333333333333', region: 'us-east-1', sides: ['destination'] },
    },
    ...overrides,
  });
}

/** A directory that is removed when the running test ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cloud-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** What {@link smallApp} may differ in. */
export interface SmallAppOptions {
  readonly environments?: Environments;
  readonly program?: Program;
  readonly definitions?: Readonly<Record<string, string>>;
}

/** An app with all stacks of the small program, in the directory, under the feature flags of `cdk.json`. */
export function smallApp(directory: string, options: SmallAppOptions = {}): App {
  const { environments = environmentsWith(), program = smallProgram, definitions = smallDefinitions } = options;
  const app = new App({ context, outdir: join(directory, 'cdk.out'), analyticsReporting: false });
  const bundles = join(directory, 'workers');
  for (const { id } of program.workers) {
    mkdirSync(join(bundles, id), { recursive: true });
    writeFileSync(join(bundles, id, 'index.mjs'), `export const handler = async () => '${id}';`);
  }
  addStacks(app, { program, environments, bundles, readDefinition: (file) => definitions[file] as string });
  return app;
}

/** The templates of the small program and the assembly that they come from. */
export function smallTemplates(options: SmallAppOptions = {}): { assembly: CloudAssembly; template: TemplateOf } {
  const directory = mkdtempSync(join(tmpdir(), 'cloud-test-'));
  try {
    const assembly = smallApp(directory, options).synth();
    const templates = new Map(assembly.stacks.map((stack) => [stack.stackName, Template.fromJSON(stack.template)]));
    return {
      assembly,
      template: (name) => {
        const found = templates.get(name);
        if (!found) throw new Error(`no stack ${name} among ${[...templates.keys()].join(', ')}`);
        return found;
      },
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Finds a template by the name of its stack. */
export type TemplateOf = (stackName: string) => Template;

/** A statement as it stands in a template. */
export interface RenderedStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/** Logical id of the only resource of a type that has the properties. */
export function logicalId(template: Template, type: string, properties: Record<string, unknown>): string {
  const ids = Object.keys(template.findResources(type, { Properties: properties }));
  if (ids.length !== 1) throw new Error(`${ids.length} resources of type ${type} have ${JSON.stringify(properties)}`);
  return ids[0] as string;
}

/** All statements of the policies that are attached to a role, by the role's name. */
export function statementsOf(template: Template, roleName: string): readonly RenderedStatement[] {
  const role = logicalId(template, 'AWS::IAM::Role', { RoleName: roleName });
  const inline = template.toJSON().Resources[role].Properties.Policies ?? [];
  const attached = Object.values(template.findResources('AWS::IAM::Policy'))
    .map(({ Properties }) => Properties)
    .filter(({ Roles }) => Roles.some((reference: { Ref: string }) => reference.Ref === role));
  return [...inline, ...attached].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** The actions of statements, as one list. */
export function actionsOf(statements: readonly RenderedStatement[]): readonly string[] {
  return statements.flatMap(({ Action }) => (Action === undefined ? [] : [Action].flat()));
}

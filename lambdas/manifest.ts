import type { Kind, Verb } from './core/contracts.ts';
import type { Side } from './core/names.ts';
import type { Statement } from './core/statement.ts';
import { accessStatements as dynamodb } from './dynamodb/permissions.ts';

export type { Statement } from './core/statement.ts';
export { transferKeys } from './dynamodb/permissions.ts';

/** Who owns a worker or a machine: one of the kinds, or the promotion itself. */
export type Owner = Kind | 'promotion';

/** One Lambda function. */
export interface Worker {
  /** PascalCase; `${<id>Arn}` stands for its ARN in the state machine files. */
  readonly id: string;
  /** Path of the entry from the root of the repository; exports `handler`. */
  readonly entry: string;
  readonly owner: Owner;
  readonly verb: Verb | null;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
}

/** A state machine: its text, and the machines that it starts. */
export interface Machine {
  /** PascalCase; `${<id>StateMachineArn}` stands for its ARN in other machines' files. */
  readonly id: string;
  readonly file: string;
  readonly owner: Owner;
  /** True when the text has a Distributed Map, whose children the machine's role must be allowed to start. */
  readonly distributedMap: boolean;
}

const worker = (
  id: string,
  entry: string,
  owner: Owner,
  verb: Verb | null,
  limits: { timeoutSeconds: number; memoryMiB: number },
): Worker => ({ id, entry: `lambdas/${entry}.lambda.ts`, owner, verb, ...limits });

const short = { timeoutSeconds: 60, memoryMiB: 512 };
/** Control plane work on many assets: returns with a checkpoint before 300 s are over. */
const control = { timeoutSeconds: 300, memoryMiB: 512 };
/** Data plane: 1769 MiB is one full vCPU (Lambda documentation); 900 s is Lambda's limit. */
const data = { timeoutSeconds: 900, memoryMiB: 1769 };

/** Every worker function of the program. */
export const workers: readonly Worker[] = [
  worker('PromotionValidate', 'promotion/validate', 'promotion', null, short),
  worker('PromotionLock', 'promotion/lock', 'promotion', null, short),
  worker('PromotionReport', 'promotion/report', 'promotion', null, short),
  worker('DynamoDbExport', 'dynamodb/export', 'dynamodb', 'export', control),
  worker('DynamoDbPlan', 'dynamodb/plan', 'dynamodb', 'plan', control),
  worker('DynamoDbPrepare', 'dynamodb/prepare', 'dynamodb', 'import', control),
  worker('DynamoDbCopy', 'dynamodb/copy', 'dynamodb', 'import', data),
  worker('DynamoDbCollect', 'dynamodb/collect', 'dynamodb', 'import', control),
  worker('DynamoDbFinalize', 'dynamodb/finalize', 'dynamodb', 'import', control),
  worker('DynamoDbVerify', 'dynamodb/verify', 'dynamodb', 'verify', control),
  worker('DynamoDbCompare', 'dynamodb/compare', 'dynamodb', 'verify', data),
  worker('DynamoDbRollback', 'dynamodb/rollback', 'dynamodb', 'rollback', control),
];

/** Every state machine of the program. */
export const machines: readonly Machine[] = [
  { id: 'Promotion', file: 'statemachines/promotion.asl.json', owner: 'promotion', distributedMap: false },
  { id: 'DynamoDb', file: 'statemachines/dynamodb.asl.json', owner: 'dynamodb', distributedMap: true },
];

const artefacts = (owner: Kind): readonly Statement[] => [
  {
    sid: 'ReadArtefacts',
    actions: ['s3:GetObject', 's3:GetObjectVersion'],
    resources: [
      '${ArtefactBucketArn}/promotions/*/request.json',
      `\${ArtefactBucketArn}/promotions/*/${owner}/*`,
      '${ArtefactBucketArn}/locks/*',
    ],
  },
  {
    sid: 'WriteArtefacts',
    actions: ['s3:PutObject'],
    resources: [`\${ArtefactBucketArn}/promotions/*/${owner}/*`, '${ArtefactBucketArn}/locks/*'],
  },
  {
    sid: 'ListArtefacts',
    actions: ['s3:ListBucket'],
    resources: ['${ArtefactBucketArn}'],
    // A read of an object that is not there is answered 404 only to those who may list; it has no prefix.
    conditions: { StringLikeIfExists: { 's3:prefix': [`promotions/*/${owner}/*`] } },
  },
  { sid: 'UseArtefactKey', actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: ['${ArtefactKeyArn}'] },
];

/** What the execution roles may do in the tooling account; the right to assume each kind's access roles is added by the stack. */
export const executionStatements: Readonly<Partial<Record<Owner, readonly Statement[]>>> = {
  promotion: [
    {
      sid: 'ReadArtefacts',
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: ['${ArtefactBucketArn}/promotions/*', '${ArtefactBucketArn}/locks/*'],
    },
    {
      sid: 'WriteArtefacts',
      actions: ['s3:PutObject'],
      resources: [
        '${ArtefactBucketArn}/promotions/*/request.json',
        '${ArtefactBucketArn}/promotions/*/report.*',
        '${ArtefactBucketArn}/locks/*',
      ],
    },
    {
      sid: 'ListArtefacts',
      actions: ['s3:ListBucket'],
      resources: ['${ArtefactBucketArn}'],
      // A read of an object that is not there is answered 404 only to those who may list; it has no prefix.
      conditions: { StringLikeIfExists: { 's3:prefix': ['promotions/*', 'locks/*'] } },
    },
    { sid: 'UseArtefactKey', actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: ['${ArtefactKeyArn}'] },
    {
      sid: 'SeeExecutions',
      actions: ['states:DescribeExecution', 'states:ListMapRuns', 'states:DescribeMapRun'],
      resources: ['${StateMachineExecutions}'],
    },
  ],
  dynamodb: artefacts('dynamodb'),
};

/** What the access roles in the other accounts may do, a kind and side. */
export const accessStatements: Readonly<Partial<Record<Kind, Partial<Record<Side, readonly Statement[]>>>>> = {
  dynamodb,
};

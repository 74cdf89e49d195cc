import type { Kind, Verb } from './core/contracts.ts';
import type { Side } from './core/names.ts';

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

/**
 * A policy statement as data. Placeholders in resources: `${ArtefactBucketArn}`, `${Account}`, `${Region}`,
 * `${Promotion…Arn}`; the stacks replace them.
 */
export interface Statement {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
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

const table = 'arn:${Partition}:dynamodb:${Region}:${Account}:table/*';

/** Their ARNs end in `table/<name>/backup/<id>`, so those of tables cover them; to list them knows no resources. */
const listBackups: Statement = { sid: 'ListBackups', actions: ['dynamodb:ListBackups'], resources: ['*'] };

/**
 * A table is backed up before it is replaced, and restored by a rollback, which asks for the rights on items too
 * (developer guide, using IAM with backup and restore).
 */
const keepBackups: Statement = {
  sid: 'KeepBackups',
  actions: [
    'dynamodb:CreateBackup',
    'dynamodb:DescribeBackup',
    'dynamodb:RestoreTableFromBackup',
    'dynamodb:GetItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
  ],
  resources: [table],
};

const stream = 'arn:${Partition}:kinesis:${Region}:${Account}:stream/*';
const key = 'arn:${Partition}:kms:${Region}:${Account}:key/*';

/** Both sides are read: the source to copy it, the destination to plan and to compare. */
const readTables: Statement = {
  sid: 'ReadTables',
  actions: [
    'dynamodb:DescribeTable',
    'dynamodb:DescribeTimeToLive',
    'dynamodb:DescribeContinuousBackups',
    'dynamodb:ListTagsOfResource',
    'dynamodb:GetResourcePolicy',
    'dynamodb:DescribeKinesisStreamingDestination',
    'dynamodb:Scan',
    'dynamodb:BatchGetItem',
  ],
  resources: [table],
};

/** Tables that an input selects by prefix or tags are looked for among all of the source. */
const listTables: Statement = { sid: 'ListTables', actions: ['dynamodb:ListTables'], resources: ['*'] };

/**
 * Whoever reads or writes a table under a customer managed key needs the key too, which DynamoDB uses in the caller's
 * name (developer guide, encryption at rest); the key's own policy must allow it besides.
 */
const tableKeys: Statement = {
  sid: 'UseTableKeys',
  actions: ['kms:Decrypt'],
  resources: [key],
  conditions: { StringLike: { 'kms:ViaService': 'dynamodb.*.amazonaws.com' } },
};

/** Settings that stand beside a table; those in the first statement know no resources. */
const readSettings: readonly Statement[] = [
  {
    sid: 'ListSettings',
    actions: [
      'dynamodb:ListContributorInsights',
      'application-autoscaling:DescribeScalableTargets',
      'application-autoscaling:DescribeScalingPolicies',
      'application-autoscaling:DescribeScheduledActions',
    ],
    resources: ['*'],
  },
  // Whoever asks which streams a table's changes go to must be allowed to look at these (developer guide).
  { sid: 'SeeStreams', actions: ['kinesis:DescribeStream', 'kinesis:DescribeStreamSummary'], resources: [stream] },
  // Only KMS knows whether a key is a customer's, and the key of a new table must be allowed to be looked at.
  { sid: 'SeeTableKeys', actions: ['kms:DescribeKey'], resources: [key] },
];

/** Keys of the artefact bucket below which exports lie: a table in a promotion has one such prefix. */
export const transferKeys = 'promotions/*/dynamodb/import/transfer/*';

/** Exports lie in the tooling account, whose bucket and key let in the roles that may; here its names are not known. */
const exportObjects = `arn:\${Partition}:s3:::*/${transferKeys}`;
const ofTooling = { StringEquals: { 'aws:ResourceAccount': '${ToolingAccount}' } };
const exportKeys: Omit<Statement, 'actions'> = {
  sid: 'UseExportKey',
  resources: ['arn:${Partition}:kms:${ToolingRegion}:${ToolingAccount}:key/*'],
  conditions: { StringEquals: { 'kms:ViaService': 's3.${ToolingRegion}.amazonaws.com' } },
};

/** What an export of a table takes ("Requesting a table export in DynamoDB"); the service reads and writes in the caller's name. */
const exportTables: readonly Statement[] = [
  { sid: 'ExportTables', actions: ['dynamodb:ExportTableToPointInTime'], resources: [table] },
  { sid: 'FollowExports', actions: ['dynamodb:DescribeExport'], resources: [`${table}/export/*`] },
  { sid: 'FindExports', actions: ['dynamodb:ListExports'], resources: ['*'] },
  {
    sid: 'WriteExports',
    actions: ['s3:PutObject', 's3:PutObjectAcl', 's3:AbortMultipartUpload'],
    resources: [exportObjects],
    conditions: ofTooling,
  },
  { ...exportKeys, actions: ['kms:GenerateDataKey', 'kms:Decrypt'] },
];

/** What an import takes ("Requesting a table import in DynamoDB"). */
const importTables: readonly Statement[] = [
  { sid: 'ImportTables', actions: ['dynamodb:ImportTable'], resources: [table] },
  { sid: 'FollowImports', actions: ['dynamodb:DescribeImport'], resources: [`${table}/import/*`] },
  { sid: 'FindImports', actions: ['dynamodb:ListImports'], resources: ['*'] },
  { sid: 'ReadExports', actions: ['s3:GetObject'], resources: [exportObjects], conditions: ofTooling },
  {
    sid: 'ListExports',
    actions: ['s3:ListBucket'],
    resources: ['arn:${Partition}:s3:::*'],
    conditions: { ...ofTooling, StringLike: { 's3:prefix': transferKeys } },
  },
  { ...exportKeys, actions: ['kms:Decrypt'] },
  {
    sid: 'LogImports',
    actions: [
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:DescribeLogGroups',
      'logs:DescribeLogStreams',
      'logs:PutLogEvents',
      'logs:PutRetentionPolicy',
    ],
    resources: ['arn:${Partition}:logs:${Region}:${Account}:log-group:/aws-dynamodb/*'],
  },
];

const serviceRole = (service: string, name: string) =>
  `arn:\${Partition}:iam::\${Account}:role/aws-service-role/${service}/AWSServiceRoleFor${name}`;

/** What the settings of a new table take that are set by calls of their own (developer and user guides, permissions). */
const writeSettings: readonly Statement[] = [
  {
    sid: 'ScaleTables',
    actions: [
      'application-autoscaling:RegisterScalableTarget',
      'application-autoscaling:DeregisterScalableTarget',
      'application-autoscaling:PutScalingPolicy',
    ],
    resources: ['arn:${Partition}:application-autoscaling:${Region}:${Account}:scalable-target/*'],
    conditions: { StringEquals: { 'application-autoscaling:service-namespace': 'dynamodb' } },
  },
  {
    sid: 'KeepScalingAlarms',
    actions: ['cloudwatch:PutMetricAlarm', 'cloudwatch:DescribeAlarms', 'cloudwatch:DeleteAlarms'],
    resources: ['arn:${Partition}:cloudwatch:${Region}:${Account}:alarm:TargetTracking-table/*'],
  },
  { sid: 'SendToStreams', actions: ['kinesis:PutRecords'], resources: [stream] },
  { sid: 'ListStreams', actions: ['kinesis:ListStreams'], resources: ['*'] },
  {
    sid: 'GiveTablesKeys',
    actions: ['kms:CreateGrant'],
    resources: [key],
    conditions: {
      StringLike: { 'kms:ViaService': 'dynamodb.*.amazonaws.com' },
      Bool: { 'kms:GrantIsForAWSResource': 'true' },
    },
  },
  {
    sid: 'MakeServiceRoles',
    actions: ['iam:CreateServiceLinkedRole'],
    resources: [
      serviceRole('dynamodb.application-autoscaling.amazonaws.com', 'ApplicationAutoScaling_DynamoDBTable'),
      serviceRole('contributorinsights.dynamodb.amazonaws.com', 'DynamoDBCloudWatchContributorInsights'),
      serviceRole('kinesisreplication.dynamodb.amazonaws.com', 'DynamoDBKinesisDataStreamsReplication'),
    ],
  },
];

/** What the access roles in the other accounts may do, a kind and side; source roles only read. */
export const accessStatements: Readonly<Partial<Record<Kind, Partial<Record<Side, readonly Statement[]>>>>> = {
  dynamodb: {
    source: [readTables, ...readSettings, listTables, tableKeys],
    'source-change': [...exportTables, tableKeys],
    destination: [
      readTables,
      ...readSettings,
      ...writeSettings,
      ...importTables,
      {
        sid: 'WriteTables',
        actions: [
          'dynamodb:CreateTable',
          'dynamodb:UpdateTable',
          'dynamodb:UpdateTimeToLive',
          'dynamodb:UpdateContinuousBackups',
          'dynamodb:UpdateContributorInsights',
          'dynamodb:EnableKinesisStreamingDestination',
          'dynamodb:PutResourcePolicy',
          'dynamodb:TagResource',
          'dynamodb:BatchWriteItem',
          'dynamodb:PutItem',
          'dynamodb:DeleteTable',
        ],
        resources: [table],
      },
      listBackups,
      keepBackups,
      tableKeys,
    ],
  },
};

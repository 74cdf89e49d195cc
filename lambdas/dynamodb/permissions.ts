import type { Side } from '../core/names.ts';
import type { Statement } from '../core/statement.ts';

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

/** What the access roles in the other accounts may do, a side; source roles only read. */
export const accessStatements: Readonly<Partial<Record<Side, readonly Statement[]>>> = {
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
        'dynamodb:DeleteResourcePolicy',
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
};

import type { World } from '../../lib/local/world.ts';

/** One thing that a role must not be able to do. */
export interface Forbidden {
  readonly what: string;
  readonly roleArn: string;
  readonly action: string;
  readonly resource: string;
  readonly sessionPolicy?: string;
}

type Wish = readonly [what: string, action: string, resource: string];

const tableWrites = [
  ...['CreateTable', 'UpdateTable', 'DeleteTable', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'],
  ...['UpdateTimeToLive', 'UpdateContinuousBackups', 'TagResource', 'UntagResource', 'ExportTableToPointInTime'],
];

/**
 * Everything that the roles of a deployment must not do, role by role. `key` is the key of the artefacts; `openRole` the
 * ARN of a role in prod that trusts the tooling account.
 */
export function forbidden({ accounts, artefactBucket }: World, key: string, openRole: string): Forbidden[] {
  const [tooling = '', dev = '', prod = '', staging = ''] = ['tooling', 'dev', 'prod', 'staging'].map(
    (n) => accounts[n],
  );
  const bucket = `arn:aws:s3:::${artefactBucket}`;
  const role = (account: string, name: string) => `arn:aws:iam::${account}:role/${name}`;
  const table = (account: string, region = 'us-east-1', name = 'DEV-rich') =>
    `arn:aws:dynamodb:${region}:${account}:table/${name}`;

  const everyone: Wish[] = [
    ['makes roles', 'iam:CreateRole', role(tooling, 'new')],
    ['widens a role', 'iam:PutRolePolicy', role(dev, 'DynamoDB-MigrationDest')],
    ['passes roles', 'iam:PassRole', role(tooling, 'DynamoDB-MigrationWorker')],
    ['takes a foreign role', 'sts:AssumeRole', openRole],
    ['deletes the bucket', 's3:DeleteBucket', bucket],
    ['opens the bucket', 's3:PutBucketPolicy', bucket],
    ['deletes artefacts', 's3:DeleteObject', `${bucket}/promotions/one/request.json`],
    ['deletes versions', 's3:DeleteObjectVersion', `${bucket}/promotions/one/dynamodb/plan/plan.json`],
    ['reads another bucket', 's3:GetObject', 'arn:aws:s3:::another-bucket/promotions/one/request.json'],
    ['writes another prefix', 's3:PutObject', `${bucket}/promotions/one/quicksight/plan/plan.json`],
    ['deletes the key', 'kms:ScheduleKeyDeletion', key],
    ['opens the key', 'kms:PutKeyPolicy', key],
    ['reads secrets', 'secretsmanager:GetSecretValue', `arn:aws:secretsmanager:us-east-1:${dev}:secret:any`],
    ['changes functions', 'lambda:UpdateFunctionCode', `arn:aws:lambda:us-east-1:${tooling}:function:any`],
    ['deletes machines', 'states:DeleteStateMachine', `arn:aws:states:us-east-1:${tooling}:stateMachine:any`],
  ];
  const noTables: Wish[] = ['Scan', 'DescribeTable', 'PutItem', 'DeleteTable'].map((name) => [
    'uses tables itself',
    `dynamodb:${name}`,
    table(tooling),
  ]);
  const noArtefacts: Wish[] = [
    ['reads artefacts', 's3:GetObject', `${bucket}/promotions/one/dynamodb/export/tables/DEV-rich.json`],
    ['lists artefacts', 's3:ListBucket', bucket],
    ['decrypts artefacts', 'kms:Decrypt', key],
    ['starts promotions', 'states:StartExecution', `arn:aws:states:us-east-1:${tooling}:stateMachine:any`],
  ];
  const places = [
    [dev, 'us-east-1', prod],
    [prod, 'us-east-1', staging],
    [staging, 'eu-west-1', dev],
  ] as const;

  const cases: readonly [string, readonly Wish[]][] = [
    [
      role(tooling, 'Promotion-MigrationWorker'),
      [
        ...everyone,
        ...noTables,
        ['takes the access roles', 'sts:AssumeRole', role(dev, 'DynamoDB-MigrationOrigin')],
        ['writes a bundle', 's3:PutObject', `${bucket}/promotions/one/dynamodb/export/manifest.json`],
        ['starts machines', 'states:StartExecution', `arn:aws:states:us-east-1:${tooling}:stateMachine:any`],
        ['stops runs', 'states:StopExecution', `arn:aws:states:us-east-1:${tooling}:execution:any:one`],
      ],
    ],
    [
      role(tooling, 'DynamoDB-MigrationWorker'),
      [
        ...everyone,
        ...noTables,
        ['takes roles of another kind', 'sts:AssumeRole', role(dev, 'QS-MigrationOrigin')],
        ['changes a request', 's3:PutObject', `${bucket}/promotions/one/request.json`],
        ['changes a report', 's3:PutObject', `${bucket}/promotions/one/report.json`],
        ['reads a report', 's3:GetObject', `${bucket}/promotions/one/report.json`],
        ['reads another kind', 's3:GetObject', `${bucket}/promotions/one/quicksight/plan/plan.json`],
      ],
    ],
    ...['promotion', 'dynamodb'].map(
      (owner) =>
        [
          role(tooling, `cross-account-promoter-${owner}-machine`),
          [
            ...everyone,
            ...noTables,
            ['takes access roles', 'sts:AssumeRole', role(dev, 'DynamoDB-MigrationOrigin')],
            ['invokes other functions', 'lambda:InvokeFunction', `arn:aws:lambda:us-east-1:${tooling}:function:any`],
            ['starts other machines', 'states:StartExecution', `arn:aws:states:us-east-1:${tooling}:stateMachine:any`],
          ],
        ] as [string, Wish[]],
    ),
    ...places.flatMap(([account, region, other]): [string, Wish[]][] => {
      const elsewhere: Wish[] = [
        ['reads another account', 'dynamodb:Scan', table(other, region)],
        ['reads another region', 'dynamodb:Scan', table(account, 'ap-south-1')],
        ['reads an index of streams', 'dynamodb:GetRecords', `${table(account, region)}/stream/2026`],
      ];
      const changes = tableWrites.map(
        (name): Wish => ['writes to a source', `dynamodb:${name}`, table(account, region)],
      );
      return [
        [role(account, 'DynamoDB-MigrationOrigin'), [...everyone, ...noArtefacts, ...elsewhere, ...changes]],
        [
          role(account, 'DynamoDB-MigrationDest'),
          [
            ...everyone,
            ...noArtefacts,
            ...elsewhere,
            ['writes to another account', 'dynamodb:BatchWriteItem', table(other, region)],
            ['takes tags off a table', 'dynamodb:UntagResource', table(account, region)],
            [
              'makes other service roles',
              'iam:CreateServiceLinkedRole',
              role(account, 'aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS'),
            ],
            [
              'changes other alarms',
              'cloudwatch:PutMetricAlarm',
              `arn:aws:cloudwatch:${region}:${account}:alarm:of-somebody`,
            ],
            ['gives keys to others', 'kms:CreateGrant', `arn:aws:kms:${region}:${account}:key/any`],
            ['deletes backups', 'dynamodb:DeleteBackup', `${table(account, region)}/backup/one`],
          ],
        ],
      ];
    }),
  ];
  const exporter = role(dev, 'DynamoDB-MigrationOrigin-source-change');
  const importer = role(prod, 'DynamoDB-MigrationDest');
  const exported = `${bucket}/promotions/one/dynamodb/import/transfer/PROD-rich/AWSDynamoDB/1-a/data/a.ion.gz`;
  const transfers: Forbidden[] = (
    [
      [exporter, 'reads items itself', 'dynamodb:Scan', table(dev)],
      [exporter, 'writes to a source', 'dynamodb:UpdateContinuousBackups', table(dev)],
      [exporter, 'exports another account', 'dynamodb:ExportTableToPointInTime', table(prod)],
      [exporter, 'reads exports', 's3:GetObject', exported],
      [exporter, 'deletes exports', 's3:DeleteObject', exported],
      [exporter, 'writes a plan', 's3:PutObject', `${bucket}/promotions/one/dynamodb/plan/plan.json`],
      [exporter, 'uses the key itself', 'kms:Decrypt', key],
      [importer, 'writes exports', 's3:PutObject', exported],
      [importer, 'lists everything', 's3:ListBucket', bucket],
      [importer, 'uses the key itself', 'kms:Decrypt', key],
      [role(dev, 'DynamoDB-MigrationOrigin'), 'exports', 'dynamodb:ExportTableToPointInTime', table(dev)],
      [role(tooling, 'Promotion-MigrationWorker'), 'takes the role that exports', 'sts:AssumeRole', exporter],
    ] as const
  ).map(([roleArn, what, action, resource]) => ({ roleArn, what, action, resource }));
  const narrowed = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'dynamodb:*', Resource: table(prod, 'us-east-1', 'PROD-rich') }],
  });
  const bySession = ['Scan', 'BatchGetItem', 'BatchWriteItem', 'DeleteTable'].map((name) => ({
    what: 'uses a table that its session does not name',
    roleArn: role(prod, 'DynamoDB-MigrationDest'),
    action: `dynamodb:${name}`,
    resource: table(prod, 'us-east-1', 'PROD-other'),
    sessionPolicy: narrowed,
  }));
  return [
    ...cases.flatMap(([roleArn, wishes]) =>
      wishes.map(([what, action, resource]) => ({ what, roleArn, action, resource })),
    ),
    ...bySession,
    ...transfers,
  ];
}

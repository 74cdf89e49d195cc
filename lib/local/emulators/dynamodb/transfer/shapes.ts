import type { Shape, StructureShape } from '../check.ts';
import { integer, ofTable, oneOf, string, structure, tableName, unbuilt } from '../shape-parts.ts';

const timestamp: Shape = { kind: 'timestamp' };
const jobArn = string({ min: 37, max: 1024 });
const clientToken = string({ pattern: '[^\\$]+' });
const bucket = string({ max: 255, pattern: '[a-z0-9A-Z]+[\\.\\-\\w]*[a-z0-9A-Z]+' });
const account = string({ pattern: '[0-9]{12}' });
const prefix = string({ max: 1024 });
const name = string({ min: 3, max: 255, pattern: '[a-zA-Z0-9_.-]+' });

/** Members of a new table, as CreateTable has them. */
export interface NewTableMembers {
  readonly AttributeDefinitions: Shape;
  readonly KeySchema: Shape;
  readonly BillingMode: Shape;
  readonly ProvisionedThroughput: Shape;
  readonly OnDemandThroughput: Shape;
  readonly SSESpecification: Shape;
  readonly GlobalSecondaryIndexes: Shape;
  readonly LocalSecondaryIndexes: Shape;
}

/** Inputs of the operations of exports, imports and backups, as in the service model. */
export function transferShapes(table: NewTableMembers): Readonly<Record<string, StructureShape>> {
  const { LocalSecondaryIndexes, ...importable } = table;
  return {
    ExportTableToPointInTime: structure(
      {
        TableArn: tableName,
        ExportTime: timestamp,
        ClientToken: clientToken,
        S3Bucket: bucket,
        S3BucketOwner: account,
        S3Prefix: prefix,
        S3SseAlgorithm: oneOf('AES256', 'KMS'),
        S3SseKmsKeyId: string({ min: 1, max: 2048 }),
        ExportFormat: oneOf('DYNAMODB_JSON', 'ION'),
        ExportType: oneOf('FULL_EXPORT', 'INCREMENTAL_EXPORT'),
        IncrementalExportSpecification: unbuilt,
      },
      ['TableArn', 'S3Bucket'],
    ),
    DescribeExport: structure({ ExportArn: jobArn }, ['ExportArn']),
    ListExports: structure({ TableArn: tableName, MaxResults: integer(1, 25), NextToken: string() }),
    ImportTable: structure(
      {
        ClientToken: clientToken,
        S3BucketSource: structure({ S3BucketOwner: account, S3Bucket: bucket, S3KeyPrefix: prefix }, ['S3Bucket']),
        InputFormat: oneOf('DYNAMODB_JSON', 'ION', 'CSV'),
        InputFormatOptions: unbuilt,
        InputCompressionType: oneOf('GZIP', 'ZSTD', 'NONE'),
        TableCreationParameters: structure({ TableName: name, ...importable, VectorIndexes: unbuilt }, [
          'TableName',
          'AttributeDefinitions',
          'KeySchema',
        ]),
      },
      ['S3BucketSource', 'InputFormat', 'TableCreationParameters'],
    ),
    DescribeImport: structure({ ImportArn: jobArn }, ['ImportArn']),
    ListImports: structure({
      TableArn: tableName,
      PageSize: integer(1, 25),
      NextToken: string({ min: 112, max: 1024, pattern: '([0-9a-f]{16})+' }),
    }),
    CreateBackup: ofTable({ BackupName: name }, ['BackupName']),
    DescribeBackup: structure({ BackupArn: jobArn }, ['BackupArn']),
    ListBackups: structure({
      TableName: tableName,
      Limit: integer(1, 100),
      TimeRangeLowerBound: timestamp,
      TimeRangeUpperBound: timestamp,
      ExclusiveStartBackupArn: jobArn,
      BackupType: oneOf('USER', 'SYSTEM', 'AWS_BACKUP', 'ALL'),
    }),
    DeleteBackup: structure({ BackupArn: jobArn }, ['BackupArn']),
    RestoreTableFromBackup: structure(
      {
        TargetTableName: name,
        BackupArn: jobArn,
        BillingModeOverride: table.BillingMode,
        GlobalSecondaryIndexOverride: table.GlobalSecondaryIndexes,
        LocalSecondaryIndexOverride: LocalSecondaryIndexes,
        ProvisionedThroughputOverride: table.ProvisionedThroughput,
        OnDemandThroughputOverride: table.OnDemandThroughput,
        SSESpecificationOverride: table.SSESpecification,
        VectorIndexOverride: unbuilt,
      },
      ['TargetTableName', 'BackupArn'],
    ),
  };
}

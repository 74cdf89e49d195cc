import type { StructureShape } from './check.ts';
import { settingShapes } from './setting-shapes.ts';
import {
  attributeName,
  boolean,
  indexName,
  integer,
  list,
  long,
  ofTable,
  oneOf,
  resourceArn,
  string,
  structure,
  unbuilt,
} from './shape-parts.ts';
import { transferShapes } from './transfer/shapes.ts';

/** Inputs of the control operations, as in the service model; `unbuilt` marks what the emulator refuses. */

const billingMode = oneOf('PROVISIONED', 'PAY_PER_REQUEST');
const tableClass = oneOf('STANDARD', 'STANDARD_INFREQUENT_ACCESS');

const attributeDefinitions = list(
  structure({ AttributeName: attributeName, AttributeType: oneOf('B', 'N', 'S') }, ['AttributeName', 'AttributeType']),
);
/** Keys of several attributes (the model has no upper bound) are not built. */
const keySchema = list(
  structure({ AttributeName: attributeName, KeyType: oneOf('HASH', 'RANGE') }, ['AttributeName', 'KeyType']),
  { min: 1, max: 2 },
);
const projection = structure({
  ProjectionType: oneOf('ALL', 'INCLUDE', 'KEYS_ONLY'),
  NonKeyAttributes: list(string({ min: 1, max: 255 }), { min: 1, max: 20 }),
});
const provisionedThroughput = structure({ ReadCapacityUnits: long(1), WriteCapacityUnits: long(1) }, [
  'ReadCapacityUnits',
  'WriteCapacityUnits',
]);
const onDemandThroughput = structure({ MaxReadRequestUnits: long(), MaxWriteRequestUnits: long() });
const warmThroughput = structure({ ReadUnitsPerSecond: long(), WriteUnitsPerSecond: long() });
const streamSpecification = structure(
  { StreamEnabled: boolean, StreamViewType: oneOf('NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY') },
  ['StreamEnabled'],
);
const encryption = structure({ Enabled: boolean, SSEType: oneOf('AES256', 'KMS'), KMSMasterKeyId: string() });
const tags = list(
  structure({ Key: string({ min: 1, max: 128 }), Value: string({ min: 0, max: 256 }) }, ['Key', 'Value']),
);
const index = { IndexName: indexName, KeySchema: keySchema, Projection: projection };
const indexThroughput = {
  ProvisionedThroughput: provisionedThroughput,
  OnDemandThroughput: onDemandThroughput,
  WarmThroughput: warmThroughput,
};
const newIndex = structure({ ...index, ...indexThroughput }, ['IndexName', 'KeySchema', 'Projection']);
const newTableMembers = {
  AttributeDefinitions: attributeDefinitions,
  KeySchema: keySchema,
  BillingMode: billingMode,
  ProvisionedThroughput: provisionedThroughput,
  OnDemandThroughput: onDemandThroughput,
  SSESpecification: encryption,
  GlobalSecondaryIndexes: list(newIndex),
  LocalSecondaryIndexes: list(structure(index, ['IndexName', 'KeySchema', 'Projection'])),
};
const settings = {
  BillingMode: billingMode,
  ProvisionedThroughput: provisionedThroughput,
  StreamSpecification: streamSpecification,
  SSESpecification: encryption,
  TableClass: tableClass,
  DeletionProtectionEnabled: boolean,
  WarmThroughput: warmThroughput,
  OnDemandThroughput: onDemandThroughput,
  GlobalTableSettingsReplicationMode: unbuilt,
};

/** Input shape of every operation that the front answers itself. */
export const SHAPES: Readonly<Record<string, StructureShape>> = {
  ...settingShapes,
  ...transferShapes(newTableMembers),
  CreateTable: ofTable(
    {
      ...settings,
      AttributeDefinitions: attributeDefinitions,
      KeySchema: keySchema,
      LocalSecondaryIndexes: list(structure(index, ['IndexName', 'KeySchema', 'Projection'])),
      GlobalSecondaryIndexes: list(newIndex),
      Tags: tags,
      ResourcePolicy: string(),
      GlobalTableSourceArn: unbuilt,
      VectorIndexes: unbuilt,
    },
    ['AttributeDefinitions', 'KeySchema'],
  ),
  UpdateTable: ofTable({
    ...settings,
    AttributeDefinitions: attributeDefinitions,
    GlobalSecondaryIndexUpdates: list(
      structure({
        Create: newIndex,
        Update: structure({ IndexName: indexName, ...indexThroughput }, ['IndexName']),
        Delete: structure({ IndexName: indexName }, ['IndexName']),
      }),
    ),
    ReplicaUpdates: unbuilt,
    MultiRegionConsistency: unbuilt,
    GlobalTableWitnessUpdates: unbuilt,
    VectorIndexUpdates: unbuilt,
  }),
  DeleteTable: ofTable(),
  DescribeTable: ofTable(),
  ListTables: structure({
    ExclusiveStartTableName: string({ min: 3, max: 255, pattern: '[a-zA-Z0-9_.-]+' }),
    Limit: integer(1, 100),
  }),
  DescribeLimits: structure({}),
  TagResource: structure({ ResourceArn: resourceArn, Tags: tags }, ['ResourceArn', 'Tags']),
  UntagResource: structure({ ResourceArn: resourceArn, TagKeys: list(string({ min: 1, max: 128 })) }, [
    'ResourceArn',
    'TagKeys',
  ]),
  ListTagsOfResource: structure({ ResourceArn: resourceArn, NextToken: string() }, ['ResourceArn']),
  DescribeTimeToLive: ofTable(),
  UpdateTimeToLive: ofTable(
    {
      TimeToLiveSpecification: structure({ Enabled: boolean, AttributeName: attributeName }, [
        'Enabled',
        'AttributeName',
      ]),
    },
    ['TimeToLiveSpecification'],
  ),
  DescribeContinuousBackups: ofTable(),
  UpdateContinuousBackups: ofTable(
    {
      PointInTimeRecoverySpecification: structure(
        { PointInTimeRecoveryEnabled: boolean, RecoveryPeriodInDays: integer(1, 35) },
        ['PointInTimeRecoveryEnabled'],
      ),
    },
    ['PointInTimeRecoverySpecification'],
  ),
};

import type { StructureShape } from './check.ts';
import {
  boolean,
  indexName,
  integer,
  ofTable,
  oneOf,
  resourceArn,
  string,
  structure,
  tableName,
} from './shape-parts.ts';

const revision = string({ min: 1, max: 255 });
const streamArn = string({ min: 37, max: 1024 });
const precision = structure({ ApproximateCreationDateTimePrecision: oneOf('MILLISECOND', 'MICROSECOND') });

/** Input shapes of the operations on settings that stand beside the table: its policy, insights, and streaming. */
export const settingShapes: Readonly<Record<string, StructureShape>> = {
  PutResourcePolicy: structure(
    {
      ResourceArn: resourceArn,
      Policy: string(),
      ExpectedRevisionId: revision,
      ConfirmRemoveSelfResourceAccess: boolean,
    },
    ['ResourceArn', 'Policy'],
  ),
  GetResourcePolicy: structure({ ResourceArn: resourceArn }, ['ResourceArn']),
  DeleteResourcePolicy: structure({ ResourceArn: resourceArn, ExpectedRevisionId: revision }, ['ResourceArn']),
  UpdateContributorInsights: ofTable(
    {
      IndexName: indexName,
      ContributorInsightsAction: oneOf('ENABLE', 'DISABLE'),
      ContributorInsightsMode: oneOf('ACCESSED_AND_THROTTLED_KEYS', 'THROTTLED_KEYS'),
    },
    ['ContributorInsightsAction'],
  ),
  DescribeContributorInsights: ofTable({ IndexName: indexName }),
  ListContributorInsights: structure({ TableName: tableName, NextToken: string(), MaxResults: integer(1, 100) }),
  EnableKinesisStreamingDestination: ofTable({ StreamArn: streamArn, EnableKinesisStreamingConfiguration: precision }, [
    'StreamArn',
  ]),
  DisableKinesisStreamingDestination: ofTable(
    { StreamArn: streamArn, EnableKinesisStreamingConfiguration: precision },
    ['StreamArn'],
  ),
  UpdateKinesisStreamingDestination: ofTable({ StreamArn: streamArn, UpdateKinesisStreamingConfiguration: precision }, [
    'StreamArn',
  ]),
  DescribeKinesisStreamingDestination: ofTable(),
};

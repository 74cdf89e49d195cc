import {
  describeContributorInsights,
  listContributorInsights,
  updateContributorInsights,
} from './contributor-insights.ts';
import { describeStreaming, disableStreaming, enableStreaming, updateStreaming } from './kinesis-streaming.ts';
import { deleteResourcePolicy, getResourcePolicy, putResourcePolicy } from './resource-policy.ts';

/** The operations on settings that stand beside the table. */
export const settingOperations = {
  PutResourcePolicy: putResourcePolicy,
  GetResourcePolicy: getResourcePolicy,
  DeleteResourcePolicy: deleteResourcePolicy,
  UpdateContributorInsights: updateContributorInsights,
  DescribeContributorInsights: describeContributorInsights,
  ListContributorInsights: listContributorInsights,
  EnableKinesisStreamingDestination: enableStreaming,
  DisableKinesisStreamingDestination: disableStreaming,
  UpdateKinesisStreamingDestination: updateStreaming,
  DescribeKinesisStreamingDestination: describeStreaming,
} as const;

import { type ServiceRoleKind, serviceOf, serviceRoleArn } from '../emulators/iam/service-linked-roles.ts';
import type { AuthorizationRequest } from '../gateway/gateway.ts';
import { all, bodyOf, type Check, type Holdings, own, type Rule } from './checks.ts';

/** Account, region and name of a table's ARN. */
export function tablePlace(arn: string | null): { account: string; region: string; name: string } | null {
  const [, region, account, name] = /^arn:aws:dynamodb:([^:]+):(\d+):table\/([^/]+)/.exec(arn ?? '') ?? [];
  return region && account && name ? { account, region, name } : null;
}

/**
 * Whoever sets a customer managed key on a table lets DynamoDB look at it and use it from then on ("Using IAM policies
 * and key policies" of its encryption at rest). A key that is not there or elsewhere is for the service to refuse.
 */
export function newKeyChecks(call: AuthorizationRequest, { kms }: Holdings): Check[] {
  const { caller } = call.request;
  const { SSESpecification: encryption } = bodyOf(call);
  const keyId = (encryption as { KMSMasterKeyId?: unknown } | null | undefined)?.KMSMasterKeyId;
  const key = typeof keyId === 'string' ? kms.findKey(caller.account, caller.region, keyId) : undefined;
  // The key that AWS keeps for DynamoDB is open to all who may use the table.
  if (key?.account !== caller.account || key.region !== caller.region || key.manager === 'AWS') return [];
  const context = { 'kms:ViaService': `dynamodb.${caller.region}.amazonaws.com`, 'kms:CallerAccount': caller.account };
  return [
    { action: 'kms:DescribeKey', resource: key.arn, context },
    { action: 'kms:CreateGrant', resource: key.arn, context: { ...context, 'kms:GrantIsForAWSResource': 'true' } },
  ];
}

/** A service-linked role that the account does not have yet is made in the caller's name. */
export function serviceRoleChecks(account: string, kind: ServiceRoleKind, { iam }: Holdings): Check[] {
  const arn = serviceRoleArn(account, kind);
  if (iam.findRole(arn)) return [];
  return [{ action: 'iam:CreateServiceLinkedRole', resource: arn, context: { 'iam:AWSServiceName': serviceOf(kind) } }];
}

/** With an index, the right on it beside the right on the table. */
const insights: Rule = (call) => {
  const { IndexName: index } = bodyOf(call);
  const onIndex = { action: `dynamodb:${call.operation}`, resource: `${call.resource}/index/${index}` };
  return [...own(call), ...(typeof index === 'string' && call.resource !== null ? [onIndex] : [])];
};

const enableInsights: Rule = (call, holdings) => {
  const isEnabling = bodyOf(call).ContributorInsightsAction === 'ENABLE';
  const { account } = call.request.caller;
  return [
    ...insights(call, holdings),
    ...(isEnabling ? serviceRoleChecks(account, 'contributorInsights', holdings) : []),
  ];
};

/** "Using IAM policies for Amazon Kinesis Data Streams and Amazon DynamoDB" in the developer guide. */
const enableStreaming: Rule = (call, holdings) => {
  const { StreamArn: stream } = bodyOf(call);
  const arn = typeof stream === 'string' ? stream : null;
  return [
    ...own(call),
    { action: 'kinesis:ListStreams', resource: null },
    { action: 'kinesis:PutRecords', resource: arn },
    { action: 'kinesis:DescribeStream', resource: arn },
    ...serviceRoleChecks(call.request.caller.account, 'kinesisReplication', holdings),
  ];
};

/** The same page; a table that streams nowhere has no stream to look at. */
const describeStreaming: Rule = (call, { dynamodb }) => {
  const place = tablePlace(call.resource);
  const streams = place ? dynamodb.streamsOf(place, place.name) : [];
  return [
    ...own(call),
    ...streams.flatMap((resource) => [
      { action: 'kinesis:DescribeStreamSummary', resource },
      { action: 'kinesis:DescribeStream', resource },
    ]),
  ];
};

export const updateTable: Rule = (call, holdings) => [...own(call), ...newKeyChecks(call, holdings)];

/** What the operations on settings that stand beside a table need. */
export const tableSettingOperations: Readonly<Record<string, Rule>> = {
  ...all(
    [
      ...['PutResourcePolicy', 'GetResourcePolicy', 'DeleteResourcePolicy', 'ListContributorInsights'],
      ...['DisableKinesisStreamingDestination', 'UpdateKinesisStreamingDestination'],
    ],
    own,
  ),
  DescribeContributorInsights: insights,
  UpdateContributorInsights: enableInsights,
  EnableKinesisStreamingDestination: enableStreaming,
  DescribeKinesisStreamingDestination: describeStreaming,
};

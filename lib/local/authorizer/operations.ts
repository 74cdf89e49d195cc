import type { AuthorizationRequest } from '../gateway/gateway.ts';
import { queryFields } from '../gateway/query.ts';
import { all, bodyOf, type Check, type Holdings, own, type Rule, tagContext } from './checks.ts';
import { autoscalingOperations } from './operations-autoscaling.ts';
import { dataKeyRules } from './operations-kms.ts';
import { s3Operations } from './operations-s3.ts';
import { newKeyChecks, tableSettingOperations, updateTable } from './operations-table-settings.ts';
import { transferRules } from './operations-transfers.ts';

/**
 * DynamoDB uses a customer managed key in the name of whoever reads or writes items of a table ("Encryption at rest" in
 * its developer guide). Keys of DynamoDB's own and of AWS are open to all who may use the table.
 */
function tableKeyCheck({ request }: AuthorizationRequest, table: string | null, { dynamodb, kms }: Holdings): Check[] {
  const [, region, account, name] = /^arn:aws:dynamodb:([^:]+):(\d+):table\/([^/]+)/.exec(table ?? '') ?? [];
  if (!region || !account || !name) return [];
  const key = kms.findKey(account, region, dynamodb.keyOf({ account, region }, name) ?? '');
  if (!key || key.manager === 'AWS') return [];
  const context = { 'kms:ViaService': `dynamodb.${region}.amazonaws.com`, 'kms:CallerAccount': request.caller.account };
  return [{ action: 'kms:Decrypt', resource: key.arn, context }];
}

const item: Rule = (call, holdings) => [...own(call), ...tableKeyCheck(call, call.resource, holdings)];

/** Every table of a batch. */
const batch: Rule = (call, holdings) => {
  const { service, operation, resource, request } = call;
  const tables = Object.keys((bodyOf(call).RequestItems as object | null | undefined) ?? {});
  const { account, region } = request.caller;
  const arn = (table: string) =>
    table.startsWith('arn:') ? table : `arn:aws:dynamodb:${region}:${account}:table/${table}`;
  const resources = tables.length > 0 ? tables.map(arn) : [resource];
  return resources.flatMap((table) => [
    { action: `${service}:${operation}`, resource: table },
    ...tableKeyCheck(call, table, holdings),
  ]);
};

/** With an index, the index is the resource (Service Authorization Reference of DynamoDB). */
const search: Rule = (call, holdings) => {
  const { service, operation, resource, request } = call;
  // Pages of a scan come by the thousand: the body is read only when it may name an index.
  const index = request.body.includes('IndexName') ? bodyOf(call).IndexName : undefined;
  const searched = typeof index === 'string' && resource !== null ? `${resource}/index/${index}` : resource;
  return [{ action: `${service}:${operation}`, resource: searched }, ...tableKeyCheck(call, resource, holdings)];
};

const createTable: Rule = (call, holdings) => {
  const { Tags, ResourcePolicy } = bodyOf(call);
  const context = tagContext(Tags);
  const tag = { action: 'dynamodb:TagResource', resource: call.resource, context };
  const attach = { action: 'dynamodb:PutResourcePolicy', resource: call.resource };
  return [
    { action: 'dynamodb:CreateTable', resource: call.resource, context },
    ...(Tags === undefined ? [] : [tag]),
    ...(ResourcePolicy === undefined ? [] : [attach]),
    ...newKeyChecks(call, holdings),
  ];
};

const tagged: Rule = (call) => own(call).map((check) => ({ ...check, context: tagContext(bodyOf(call).Tags) }));

/** The rights that taking a role needs beside the right to take it; the role's trust policy has to grant them too. */
const assumeRole: Rule = ({ resource, request }, { credentials }) => {
  const fields = queryFields(request);
  const from = credentials.find(request.caller.accessKeyId);
  const sourceIdentity = request.caller.sourceIdentity ?? fields.get('SourceIdentity') ?? undefined;
  const given = [...fields].flatMap(([name, value]) => {
    const [, number] = /^Tags\.member\.(\d+)\.Key$/.exec(name) ?? [];
    return number === undefined ? [] : [{ Key: value, Value: fields.get(`Tags.member.${number}.Value`) ?? '' }];
  });
  const transitive = [...fields].flatMap(([name, value]) =>
    name.startsWith('TransitiveTagKeys.member.') ? value : [],
  );
  const isTagged = given.length > 0 || (from?.transitiveTagKeys?.length ?? 0) > 0;
  const identity = { 'sts:SourceIdentity': sourceIdentity };
  const tags = { ...tagContext(given), ...(transitive.length > 0 && { 'sts:TransitiveTagKeys': transitive }) };
  const session = {
    'sts:ExternalId': fields.get('ExternalId') ?? undefined,
    'sts:RoleSessionName': fields.get('RoleSessionName') ?? undefined,
  };
  const checks: Check[] = [{ action: 'sts:AssumeRole', resource, context: { ...identity, ...session, ...tags } }];
  if (sourceIdentity !== undefined) checks.push({ action: 'sts:SetSourceIdentity', resource, context: identity });
  if (isTagged) checks.push({ action: 'sts:TagSession', resource, context: tags });
  return checks;
};

/** GetCallerIdentity needs no right at all, and nothing can deny it; GetSessionToken is for root, who is asked nothing. */
const free: Rule = () => [];

/** An alias has no policy of its own: the caller needs the right on the alias and on its key. */
const createAlias: Rule = (call) => {
  const { account, region } = call.request.caller;
  const alias = `arn:aws:kms:${region}:${account}:${String(bodyOf(call).AliasName)}`;
  return [{ action: 'kms:CreateAlias', resource: alias }, ...own(call)];
};

/** PutEvents is granted by bus, of which each entry names one. */
const putEvents: Rule = (call) => {
  const { account, region } = call.request.caller;
  const { Entries } = bodyOf(call);
  const buses = (Array.isArray(Entries) ? Entries : []).map((entry) => {
    const name = (entry as { EventBusName?: unknown } | null)?.EventBusName ?? 'default';
    return String(name).startsWith('arn:') ? String(name) : `arn:aws:events:${region}:${account}:event-bus/${name}`;
  });
  return [...new Set(buses)].map((resource) => ({ action: 'events:PutEvents', resource }));
};

/** Every parameter that is named. */
const parameters: Rule = (call) => {
  const { account, region } = call.request.caller;
  const { Names } = bodyOf(call);
  const names = Array.isArray(Names) ? Names.map(String) : [];
  const arn = (name: string) => `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`;
  return names.map((name) => ({ action: `ssm:${call.operation}`, resource: arn(name) }));
};

/** What each operation that an emulator answers needs, by service; an operation that is missing is refused. */
export const operationTable: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  s3: s3Operations,
  sts: { GetCallerIdentity: free, GetSessionToken: free, AssumeRole: assumeRole },
  iam: all(
    [
      ...['CreateRole', 'GetRole', 'ListRoles', 'DeleteRole', 'UpdateAssumeRolePolicy', 'TagRole', 'ListRoleTags'],
      ...['PutRolePolicy', 'GetRolePolicy', 'ListRolePolicies', 'DeleteRolePolicy'],
      ...['AttachRolePolicy', 'DetachRolePolicy', 'ListAttachedRolePolicies'],
      ...['CreatePolicy', 'GetPolicy', 'GetPolicyVersion', 'ListPolicies'],
    ],
    own,
  ),
  kms: {
    ...all(
      [
        'CreateKey',
        'DescribeKey',
        'EnableKey',
        'DisableKey',
        'ListKeys',
        'ListAliases',
        'GetKeyPolicy',
        'PutKeyPolicy',
      ],
      own,
    ),
    CreateAlias: createAlias,
    ...dataKeyRules,
  },
  dynamodb: {
    ...all(
      [
        ...['DeleteTable', 'DescribeTable', 'ListTables'],
        ...['DescribeLimits', 'UntagResource', 'ListTagsOfResource'],
        ...['DescribeTimeToLive', 'UpdateTimeToLive', 'DescribeContinuousBackups', 'UpdateContinuousBackups'],
      ],
      own,
    ),
    ...all(['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'ExportTableToPointInTime'], item),
    ...all(['Scan', 'Query'], search),
    ...all(['BatchGetItem', 'BatchWriteItem'], batch),
    CreateTable: createTable,
    UpdateTable: updateTable,
    TagResource: tagged,
    ...tableSettingOperations,
    ...transferRules,
  },
  'application-autoscaling': autoscalingOperations,
  states: all(
    [
      ...['StartExecution', 'DescribeExecution', 'StopExecution', 'GetExecutionHistory', 'ListExecutions'],
      ...['ListStateMachines', 'DescribeStateMachine', 'DescribeStateMachineForExecution', 'DescribeMapRun'],
      ...['ListMapRuns', 'SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat'],
    ],
    own,
  ),
  secretsmanager: {
    ...all(['GetSecretValue', 'PutSecretValue', 'DescribeSecret', 'ListSecrets', 'DeleteSecret'], own),
    ...all(['CreateSecret', 'TagResource'], tagged),
  },
  sns: all(['CreateTopic', 'ListTopics', 'GetTopicAttributes', 'DeleteTopic', 'Publish'], own),
  events: {
    ...all(
      [
        ...['DescribeEventBus', 'ListEventBuses', 'DescribeRule', 'ListRules', 'ListTargetsByRule', 'PutRule'],
        ...['PutTargets', 'RemoveTargets', 'DeleteRule', 'EnableRule', 'DisableRule', 'TestEventPattern'],
      ],
      own,
    ),
    PutEvents: putEvents,
  },
  ssm: {
    ...all(['PutParameter', 'GetParameter', 'GetParametersByPath', 'DeleteParameter', 'DescribeParameters'], own),
    GetParameters: parameters,
  },
  sqs: all(['GetQueueUrl', 'GetQueueAttributes', 'ReceiveMessage', 'DeleteMessage', 'SendMessage', 'ListQueues'], own),
};

/** What a call needs; undefined for an operation that the table does not have. */
export function checksOf(call: AuthorizationRequest, holdings: Holdings): readonly Check[] | undefined {
  const operations = operationTable[call.service] ?? {};
  return Object.hasOwn(operations, call.operation) ? operations[call.operation]?.(call, holdings) : undefined;
}

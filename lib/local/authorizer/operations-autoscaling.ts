import { all, bodyOf, type Check, type Holdings, own, type Rule } from './checks.ts';
import { serviceRoleChecks } from './operations-table-settings.ts';

/** What a call says that it is about, for conditions. */
function context(body: Record<string, unknown>): Check['context'] {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    'application-autoscaling:service-namespace': text(body.ServiceNamespace),
    'application-autoscaling:scalable-dimension': text(body.ScalableDimension),
  };
}

const onTarget: Rule = (call) => own(call).map((check) => ({ ...check, context: context(bodyOf(call)) }));

/**
 * The caller must be able to change the capacity itself ("Permissions validation for Application Auto Scaling API calls
 * on target resources" in the user guide), and to have the service's role made where the account lacks it.
 */
const register: Rule = (call, holdings: Holdings) => {
  const { account, region } = call.request.caller;
  const [, table] = /^table\/([^/]+)/.exec(String(bodyOf(call).ResourceId)) ?? [];
  const resource = `arn:aws:dynamodb:${region}:${account}:table/${table}`;
  const onTable = ['dynamodb:DescribeTable', 'dynamodb:UpdateTable'].map((action) => ({ action, resource }));
  return [
    ...onTarget(call, holdings),
    ...(table === undefined ? [] : onTable),
    ...serviceRoleChecks(account, 'dynamoDbAutoscaling', holdings),
  ];
};

/** Alarms are named after the scaled resource; CloudWatch tells them apart by ARN. */
function alarms(call: Parameters<Rule>[0], actions: readonly string[]): Check[] {
  const { account, region } = call.request.caller;
  const name = `TargetTracking-${String(bodyOf(call).ResourceId)}-*`;
  const resource = `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
  return actions.map((action) => ({ action, resource }));
}

const putPolicy: Rule = (call, holdings) => [
  ...onTarget(call, holdings),
  ...alarms(call, ['cloudwatch:PutMetricAlarm', 'cloudwatch:DescribeAlarms']),
];

const removing: Rule = (call, holdings) => [...onTarget(call, holdings), ...alarms(call, ['cloudwatch:DeleteAlarms'])];

/** What the operations of Application Auto Scaling need. */
export const autoscalingOperations: Readonly<Record<string, Rule>> = {
  ...all(['DescribeScalableTargets', 'DescribeScalingPolicies', 'DescribeScheduledActions'], own),
  RegisterScalableTarget: register,
  PutScalingPolicy: putPolicy,
  ...all(['DeleteScalingPolicy', 'DeregisterScalableTarget'], removing),
};

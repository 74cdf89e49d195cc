import type { ValueOf } from '../../members.ts';
import { type Caller, ServiceError } from '../../service.ts';
import { tokenPage } from '../paging.ts';
import type { DELETE_POLICY, DESCRIBE_POLICIES, PUT_POLICY } from './shapes.ts';
import type { ScalingPolicy, Subject } from './store.ts';
import { checkListing, invalid, noTarget, shown, subjectOf } from './subject.ts';
import type { Autoscaling } from './targets.ts';

/** Page without MaxResults; the service's is 10, a small one makes callers follow pages. */
const PAGE = 2;
/** Target utilization in percent ("Managing throughput capacity automatically with DynamoDB auto scaling"). */
const UTILIZATION = { min: 20, max: 90 };

const TYPE = 'TargetTrackingScaling';
type Configuration = NonNullable<ValueOf<typeof PUT_POLICY>['TargetTrackingScalingPolicyConfiguration']>;

/** PutScalingPolicy: target tracking of the utilization that belongs to the target's dimension. */
export function putPolicy(
  { store, clock }: Autoscaling,
  input: ValueOf<typeof PUT_POLICY>,
  caller: Caller,
): Record<string, unknown> {
  const subject = subjectOf(input, caller);
  if (!store.findTarget(subject)) throw noTarget(subject);
  const known = store.policies(caller.account, caller.region).filter((policy) => isAbout(policy, subject));
  const policy = known.find(({ name }) => name === input.PolicyName);
  if (input.PolicyType !== TYPE && !(policy && input.PolicyType === undefined)) {
    throw invalid(`PolicyType must be ${TYPE} for DynamoDB, got ${input.PolicyType}`);
  }
  const configuration = input.TargetTrackingScalingPolicyConfiguration;
  if (!configuration) throw invalid(`TargetTrackingScalingPolicyConfiguration is required for ${TYPE}`);
  const metric = checkConfiguration(configuration, subject);
  if (known.some((other) => other !== policy && other.metric === metric)) {
    throw invalid('Only one TargetTrackingScaling policy for a given metric specification is allowed.');
  }
  const createdAt = clock.now() / 1000;
  const put = policy ?? store.addPolicy(subject, { name: input.PolicyName, createdAt, configuration, metric });
  Object.assign(put, { configuration, metric });
  return { PolicyARN: put.arn, Alarms: put.alarms };
}

/** Answers the metric. */
function checkConfiguration(configuration: Configuration, { dimension }: Subject): string {
  const { TargetValue: target, PredefinedMetricSpecification: predefined } = configuration;
  if (configuration.CustomizedMetricSpecification) {
    throw invalid("member 'CustomizedMetricSpecification' is not supported");
  }
  if (!predefined) throw invalid('A target tracking policy needs a PredefinedMetricSpecification');
  if (predefined.ResourceLabel !== undefined) {
    throw invalid(`A resource label cannot be specified for ${predefined.PredefinedMetricType}`);
  }
  const wanted = `DynamoDB${dimension.endsWith(':ReadCapacityUnits') ? 'Read' : 'Write'}CapacityUtilization`;
  if (predefined.PredefinedMetricType !== wanted) {
    throw invalid(`The metric of ${dimension} must be ${wanted}, got ${predefined.PredefinedMetricType}`);
  }
  if (target < UTILIZATION.min || target > UTILIZATION.max) {
    throw invalid(`TargetValue must be from ${UTILIZATION.min} to ${UTILIZATION.max}, got ${target}`);
  }
  for (const name of ['ScaleOutCooldown', 'ScaleInCooldown'] as const) {
    const seconds = configuration[name];
    if (seconds !== undefined && seconds < 0) throw invalid(`${name} must not be negative, got ${seconds}`);
  }
  return wanted;
}

const isAbout = (policy: ScalingPolicy, { resourceId, dimension }: Subject) =>
  policy.resourceId === resourceId && policy.dimension === dimension;

/** DescribeScalingPolicies: all of the region, of one resource, or by name. */
export function describePolicies(
  { store }: Autoscaling,
  input: ValueOf<typeof DESCRIBE_POLICIES>,
  { account, region }: Caller,
): Record<string, unknown> {
  const { PolicyNames: names = [], ResourceId: resource, ScalableDimension: dimension } = input;
  checkListing(input, resource !== undefined);
  const all = store
    .policies(account, region)
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .filter(({ resourceId }) => resource === undefined || resourceId === resource)
    .filter((policy) => dimension === undefined || policy.dimension === dimension);
  const { items, next } = tokenPage(all, {
    token: input.NextToken,
    size: input.MaxResults ?? PAGE,
    name: `policies/${names.join()}/${resource}/${dimension}`,
    code: 'InvalidNextTokenException',
  });
  return { ScalingPolicies: items.map(described), ...(next !== undefined && { NextToken: next }) };
}

const described = (policy: ScalingPolicy) => ({
  PolicyARN: policy.arn,
  PolicyName: policy.name,
  ServiceNamespace: 'dynamodb',
  ResourceId: policy.resourceId,
  ScalableDimension: policy.dimension,
  PolicyType: TYPE,
  TargetTrackingScalingPolicyConfiguration: policy.configuration,
  Alarms: policy.alarms,
  CreationTime: policy.createdAt,
});

/** DeleteScalingPolicy, with its alarms. */
export function deletePolicy(
  { store }: Autoscaling,
  input: ValueOf<typeof DELETE_POLICY>,
  caller: Caller,
): Record<string, unknown> {
  const subject = subjectOf(input, caller);
  const policy = store
    .policies(caller.account, caller.region)
    .find((one) => isAbout(one, subject) && one.name === input.PolicyName);
  if (!policy) {
    throw new ServiceError(
      'ObjectNotFoundException',
      `No scaling policy found for ${shown(subject)}, policy name: ${input.PolicyName}`,
    );
  }
  store.removePolicy(policy);
  return {};
}

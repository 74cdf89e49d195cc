import type { Clock } from '../../clock.ts';
import type { ValueOf } from '../../members.ts';
import { type Caller, ServiceError } from '../../service.ts';
import type { ScaledTables } from '../dynamodb/scaling.ts';
import { tokenPage } from '../paging.ts';
import type { DEREGISTER_TARGET, DESCRIBE_TARGETS, REGISTER_TARGET } from './shapes.ts';
import type { AutoscalingStore, ScalableTarget } from './store.ts';
import { capacityOf, checkListing, invalid, noTarget, subjectOf } from './subject.ts';

/** What the operations work on. */
export interface Autoscaling {
  readonly store: AutoscalingStore;
  readonly tables: ScaledTables;
  readonly clock: Clock;
  /** Makes the service-linked role of an account if it is not there; answers its ARN. */
  readonly serviceRole: (account: string) => string;
}

/** Page without MaxResults; the service's is 50, a small one makes callers follow pages. */
const PAGE = 3;

const AWAKE = { DynamicScalingInSuspended: false, DynamicScalingOutSuspended: false, ScheduledScalingSuspended: false };

/**
 * RegisterScalableTarget: makes a target, or changes those members of one that the request has. The capacity is brought
 * within the bounds where the table can be changed at the moment. The table must exist.
 */
export async function registerTarget(
  { store, tables, clock, serviceRole }: Autoscaling,
  input: ValueOf<typeof REGISTER_TARGET>,
  caller: Caller,
): Promise<Record<string, unknown>> {
  if (input.Tags) throw invalid("member 'Tags' is not supported");
  const subject = subjectOf(input, caller);
  if (!tables.exists(capacityOf(subject))) throw invalid(`DynamoDB table does not exist: ${subject.resourceId}`);
  const known = store.findTarget(subject);
  const { min, max } = boundsOf(input, known);
  checkRole(input.RoleARN, caller);
  const roleArn = serviceRole(caller.account);
  const suspended = { ...(known?.suspended ?? AWAKE), ...input.SuspendedState };
  const createdAt = clock.now() / 1000;
  const target = known ?? store.addTarget(subject, { createdAt, roleArn, min, max, suspended });
  Object.assign(target, { min, max, suspended });
  await tables.keepWithin(capacityOf(subject), target, roleArn);
  return { ScalableTargetARN: target.arn };
}

function boundsOf(input: ValueOf<typeof REGISTER_TARGET>, known: ScalableTarget | undefined) {
  const min = input.MinCapacity ?? known?.min;
  const max = input.MaxCapacity ?? known?.max;
  if (min === undefined || max === undefined) {
    throw invalid('MinCapacity and MaxCapacity are required when a scalable target is registered');
  }
  if (min < 1) throw invalid(`Minimum capacity cannot be less than 1, got ${min}`);
  if (max < min) throw invalid('Maximum capacity cannot be less than minimum capacity');
  return { min, max };
}

/** The service uses its own role whatever is given, but not one of another account. */
function checkRole(roleArn: string | undefined, { account }: Caller): void {
  if (roleArn === undefined) return;
  const [, owner] = /^arn:aws:iam::(\d{12}):role\/.+$/.exec(roleArn) ?? [];
  if (owner === undefined) throw invalid(`RoleARN is not the ARN of a role: ${roleArn}`);
  if (owner !== account) throw new ServiceError('AccessDeniedException', 'Cross-account pass role is not allowed.');
}

/** DescribeScalableTargets: all of the region, or those of some resources. */
export function describeTargets(
  { store }: Autoscaling,
  input: ValueOf<typeof DESCRIBE_TARGETS>,
  { account, region }: Caller,
): Record<string, unknown> {
  const { ResourceIds: resources = [], ScalableDimension: dimension } = input;
  checkListing(input, resources.length > 0);
  const all = store
    .targets(account, region)
    .filter(({ resourceId }) => resources.length === 0 || resources.includes(resourceId))
    .filter((target) => dimension === undefined || target.dimension === dimension);
  const { items, next } = tokenPage(all, {
    token: input.NextToken,
    size: input.MaxResults ?? PAGE,
    name: `targets/${resources.join()}/${dimension}`,
    code: 'InvalidNextTokenException',
  });
  return { ScalableTargets: items.map(described), ...(next !== undefined && { NextToken: next }) };
}

const described = (target: ScalableTarget) => ({
  ServiceNamespace: 'dynamodb',
  ResourceId: target.resourceId,
  ScalableDimension: target.dimension,
  MinCapacity: target.min,
  MaxCapacity: target.max,
  RoleARN: target.roleArn,
  CreationTime: target.createdAt,
  SuspendedState: target.suspended,
  ScalableTargetARN: target.arn,
});

/** DeregisterScalableTarget, with its policies. */
export function deregisterTarget(
  { store }: Autoscaling,
  input: ValueOf<typeof DEREGISTER_TARGET>,
  caller: Caller,
): Record<string, unknown> {
  const subject = subjectOf(input, caller);
  const target = store.findTarget(subject);
  if (!target) throw noTarget(subject);
  store.removeTarget(target);
  return {};
}

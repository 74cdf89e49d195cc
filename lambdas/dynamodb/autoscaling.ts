import {
  type ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  PutScalingPolicyCommand,
  type ScalableTarget as RegisteredTarget,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { sameJson } from '../core/json.ts';
import { allPages } from '../core/paging.ts';
import { attempt, errorCode, named } from '../core/retry.ts';
import type { ScalableTarget } from './definition.ts';

const ServiceNamespace = 'dynamodb' as const;
/** ResourceIds that one DescribeScalableTargets takes (service model); a table has 20 global indexes at most. */
const resourcesPerCall = 50;

/** What scales a table and its indexes, and the names of what scales by the clock and is not carried over. */
export interface Autoscaling {
  readonly targets: readonly ScalableTarget[];
  readonly scheduledActions: readonly string[];
}

/**
 * Reads the scalable targets of a table and its global indexes with their policies. An on-demand table may have some
 * too: they are kept when a table is switched by API (developer guide, capacity modes).
 */
export async function readAutoscaling(
  client: ApplicationAutoScalingClient,
  table: string,
  indexes: readonly string[],
): Promise<Autoscaling> {
  const registered = await registeredTargets(
    client,
    [null, ...indexes].map((index) => resourceId(table, index)),
  );
  const [targets, scheduled] = await Promise.all([
    Promise.all(registered.map((target) => describe(client, table, target))),
    Promise.all(
      [...new Set(registered.map(({ ResourceId }) => ResourceId ?? ''))].map((id) => scheduledOf(client, id)),
    ),
  ]);
  return { targets: targets.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)), scheduledActions: scheduled.flat() };
}

/**
 * Registers what is missing or different, until a table is scaled as `wanted` says and in no other way: targets that an
 * earlier table of the name has left behind would scale this one, so they are deregistered.
 */
export async function applyAutoscaling(
  client: ApplicationAutoScalingClient,
  table: string,
  wanted: readonly ScalableTarget[],
  found: readonly ScalableTarget[],
): Promise<void> {
  const counterpart = (target: ScalableTarget, among: readonly ScalableTarget[]) =>
    among.find((one) => orderOf(one) === orderOf(target));
  const foreign = found.filter((target) => !isPartOf(target, counterpart(target, wanted)));
  for (const target of foreign) await deregister(client, dimensionOf(table, target));
  const left = found.filter((target) => !foreign.includes(target));
  for (const target of wanted) {
    const now = counterpart(target, left);
    if (!sameJson(boundsOf(now), boundsOf(target))) await register(client, table, target);
    for (const { PolicyName, TargetTracking } of target.policies) {
      if (now?.policies.some((one) => sameJson(one, { PolicyName, TargetTracking }))) continue;
      const input = {
        ...dimensionOf(table, target),
        PolicyName,
        PolicyType: 'TargetTrackingScaling' as const,
        TargetTrackingScalingPolicyConfiguration: TargetTracking,
      };
      await attempt(() => client.send(new PutScalingPolicyCommand(input)));
    }
  }
}

/** True when a target has no policy that is not wanted; with its target a policy goes too. */
function isPartOf(found: ScalableTarget, wanted: ScalableTarget | undefined): boolean {
  return (
    wanted !== undefined &&
    found.policies.every((one) => wanted.policies.some((policy) => policy.PolicyName === one.PolicyName))
  );
}

/**
 * Deregisters what scales a table and its indexes, policies included: targets outlive their table (developer guide,
 * auto scaling) and would take hold of the next one of that name. Without the names of its indexes, of a table that has
 * gone, they are looked for among all targets of the region. Answers how many there were.
 */
export async function removeAutoscaling(
  client: ApplicationAutoScalingClient,
  table: string,
  indexes?: readonly string[],
): Promise<number> {
  try {
    const all = await registeredTargets(client, indexes ? resourcesOf(table, indexes) : null);
    const own = all.filter(({ ResourceId }) => `${ResourceId}/`.startsWith(`${resourceId(table, null)}/`));
    for (const { ResourceId, ScalableDimension } of own) await deregister(client, { ResourceId, ScalableDimension });
    return own.length;
  } catch (error) {
    throw named(error, `ending the automatic scaling of table ${table}`);
  }
}

function resourceId(table: string, index: string | null): string {
  return index === null ? `table/${table}` : `table/${table}/index/${index}`;
}

function resourcesOf(table: string, indexes: readonly string[]): string[] {
  return [null, ...indexes].map((index) => resourceId(table, index));
}

function dimensionOf(table: string, { IndexName, Dimension }: ScalableTarget) {
  return {
    ServiceNamespace,
    ResourceId: resourceId(table, IndexName),
    ScalableDimension: `dynamodb:${IndexName === null ? 'table' : 'index'}:${Dimension}` as const,
  };
}

function orderOf({ IndexName, Dimension }: ScalableTarget): string {
  return `${IndexName ?? ''}/${Dimension}`;
}

function boundsOf(target: ScalableTarget | undefined): unknown {
  if (!target) return null;
  const { policies: _, ...bounds } = target;
  return bounds;
}

/** All targets of these resources, or of the whole namespace. */
async function registeredTargets(
  client: ApplicationAutoScalingClient,
  ResourceIds: string[] | null,
): Promise<RegisteredTarget[]> {
  const groups = ResourceIds === null ? [undefined] : chunks(ResourceIds);
  const pages = await Promise.all(
    groups.map((ids) =>
      allPages('listing scalable targets', async (NextToken) => {
        const page = await attempt(
          () => client.send(new DescribeScalableTargetsCommand({ ServiceNamespace, ResourceIds: ids, NextToken })),
          { check: ({ ScalableTargets }) => (ScalableTargets ? null : 'application auto scaling answered no targets') },
        );
        return { items: page.ScalableTargets ?? [], next: page.NextToken ?? null };
      }),
    ),
  );
  return pages.flat();
}

function chunks(ids: readonly string[]): string[][] {
  const count = Math.ceil(ids.length / resourcesPerCall);
  return Array.from({ length: count }, (_, at) => ids.slice(at * resourcesPerCall, (at + 1) * resourcesPerCall));
}

async function describe(
  client: ApplicationAutoScalingClient,
  table: string,
  { ResourceId, ScalableDimension, MinCapacity, MaxCapacity, SuspendedState }: RegisteredTarget,
): Promise<ScalableTarget> {
  const policies = await allPages(`listing scaling policies of ${ResourceId}`, async (NextToken) => {
    const page = await attempt(
      () =>
        client.send(new DescribeScalingPoliciesCommand({ ServiceNamespace, ResourceId, ScalableDimension, NextToken })),
      { check: ({ ScalingPolicies }) => (ScalingPolicies ? null : 'application auto scaling answered no policies') },
    );
    return { items: page.ScalingPolicies ?? [], next: page.NextToken ?? null };
  });
  const [, index] = (ResourceId ?? '').split(`${resourceId(table, null)}/index/`);
  const suspended = {
    DynamicScalingInSuspended: SuspendedState?.DynamicScalingInSuspended ?? false,
    DynamicScalingOutSuspended: SuspendedState?.DynamicScalingOutSuspended ?? false,
    ScheduledScalingSuspended: SuspendedState?.ScheduledScalingSuspended ?? false,
  };
  return {
    IndexName: index ?? null,
    Dimension: ScalableDimension?.endsWith(':ReadCapacityUnits') ? 'ReadCapacityUnits' : 'WriteCapacityUnits',
    MinCapacity: MinCapacity ?? 1,
    MaxCapacity: MaxCapacity ?? 1,
    ...(Object.values(suspended).includes(true) ? { SuspendedState: suspended } : {}),
    policies: policies
      .flatMap(({ PolicyName, TargetTrackingScalingPolicyConfiguration: configuration }) =>
        configuration ? [{ PolicyName: PolicyName ?? '', TargetTracking: tracking(configuration) }] : [],
      )
      .sort((a, b) => (a.PolicyName < b.PolicyName ? -1 : 1)),
  };
}

/** `DisableScaleIn: false` is what its absence means (API reference); the service shows either. */
function tracking({ TargetValue = 0, DisableScaleIn, ...rest }: { TargetValue?: number; DisableScaleIn?: boolean }) {
  return { ...rest, TargetValue, ...(DisableScaleIn ? { DisableScaleIn } : {}) };
}

async function scheduledOf(client: ApplicationAutoScalingClient, ResourceId: string): Promise<string[]> {
  const actions = await allPages(`listing scheduled actions of ${ResourceId}`, async (NextToken) => {
    const page = await attempt(
      () => client.send(new DescribeScheduledActionsCommand({ ServiceNamespace, ResourceId, NextToken })),
      { check: ({ ScheduledActions }) => (ScheduledActions ? null : 'application auto scaling answered no actions') },
    );
    return { items: page.ScheduledActions ?? [], next: page.NextToken ?? null };
  });
  return actions.map(({ ScheduledActionName }) => ScheduledActionName ?? '');
}

async function register(client: ApplicationAutoScalingClient, table: string, target: ScalableTarget): Promise<void> {
  const { MinCapacity, MaxCapacity } = target;
  // Named even where nothing is suspended: a target that is registered again keeps what it is not told.
  const SuspendedState = target.SuspendedState ?? {
    DynamicScalingInSuspended: false,
    DynamicScalingOutSuspended: false,
    ScheduledScalingSuspended: false,
  };
  const input = { ...dimensionOf(table, target), MinCapacity, MaxCapacity, SuspendedState };
  await attempt(() => client.send(new RegisterScalableTargetCommand(input)));
}

async function deregister(
  client: ApplicationAutoScalingClient,
  target: Pick<RegisteredTarget, 'ResourceId' | 'ScalableDimension'>,
): Promise<void> {
  const { ResourceId, ScalableDimension } = target;
  try {
    await attempt(() =>
      client.send(new DeregisterScalableTargetCommand({ ServiceNamespace, ResourceId, ScalableDimension })),
    );
  } catch (error) {
    // Gone already, perhaps by an earlier call of ours whose answer was lost.
    if (errorCode(error) !== 'ObjectNotFoundException') throw error;
  }
}

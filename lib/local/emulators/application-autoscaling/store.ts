import { randomBytes, randomUUID } from 'node:crypto';

/** What a target or a policy is about: a capacity of a table or of an index. */
export interface Subject {
  readonly account: string;
  readonly region: string;
  /** `table/<name>` or `table/<name>/index/<index>`. */
  readonly resourceId: string;
  /** `dynamodb:table:ReadCapacityUnits` and the like. */
  readonly dimension: string;
}

export interface SuspendedState {
  readonly DynamicScalingInSuspended: boolean;
  readonly DynamicScalingOutSuspended: boolean;
  readonly ScheduledScalingSuspended: boolean;
}

export interface ScalableTarget extends Subject {
  readonly arn: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
  readonly roleArn: string;
  min: number;
  max: number;
  suspended: SuspendedState;
}

export interface ScalingPolicy extends Subject {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
  readonly alarms: readonly { readonly AlarmName: string; readonly AlarmARN: string }[];
  /** `TargetTrackingScalingPolicyConfiguration` as the client wrote it. */
  configuration: Readonly<Record<string, unknown>>;
  metric: string;
}

/** Scalable targets and their policies, of all accounts and regions. They outlive the tables that they are about. */
export interface AutoscalingStore {
  findTarget(subject: Subject): ScalableTarget | undefined;
  /** In the order of resource and dimension. */
  targets(account: string, region: string): ScalableTarget[];
  addTarget(
    subject: Subject,
    parts: Pick<ScalableTarget, 'createdAt' | 'roleArn' | 'min' | 'max' | 'suspended'>,
  ): ScalableTarget;
  /** Takes the policies of the target with it. */
  removeTarget(target: ScalableTarget): void;
  /** In the order of resource, dimension and name. */
  policies(account: string, region: string): ScalingPolicy[];
  addPolicy(
    subject: Subject,
    parts: Pick<ScalingPolicy, 'name' | 'createdAt' | 'configuration' | 'metric'>,
  ): ScalingPolicy;
  removePolicy(policy: ScalingPolicy): void;
}

export function createAutoscalingStore(): AutoscalingStore {
  const targets = new Map<string, ScalableTarget>();
  let policies: ScalingPolicy[] = [];

  return {
    findTarget: (subject) => targets.get(keyOf(subject)),
    targets: (account, region) => within([...targets.values()], account, region),
    addTarget(subject, parts) {
      const { account, region, resourceId, dimension } = subject;
      const arn = `arn:aws:application-autoscaling:${region}:${account}:scalable-target/0${randomBytes(14).toString('hex').slice(0, 27)}`;
      const target: ScalableTarget = { account, region, resourceId, dimension, arn, ...parts };
      targets.set(keyOf(subject), target);
      return target;
    },
    removeTarget(target) {
      targets.delete(keyOf(target));
      policies = policies.filter((policy) => keyOf(policy) !== keyOf(target));
    },
    policies: (account, region) => within(policies, account, region),
    addPolicy(subject, parts) {
      const { account, region, resourceId, dimension } = subject;
      const arn = `arn:aws:autoscaling:${region}:${account}:scalingPolicy:${randomUUID()}:resource/dynamodb/${resourceId}:policyName/${parts.name}`;
      const policy: ScalingPolicy = {
        ...{ account, region, resourceId, dimension, arn },
        alarms: alarmsOf(subject),
        ...parts,
      };
      policies.push(policy);
      return policy;
    },
    removePolicy(policy) {
      policies = policies.filter((other) => other !== policy);
    },
  };
}

const keyOf = ({ account, region, resourceId, dimension }: Subject) =>
  [account, region, resourceId, dimension].join('|');

function within<T extends Subject & { readonly name?: string }>(
  all: readonly T[],
  account: string,
  region: string,
): T[] {
  const order = (one: T) => `${keyOf(one)}|${one.name ?? ''}`;
  return all
    .filter((one) => one.account === account && one.region === region)
    .sort((left, right) => (order(left) < order(right) ? -1 : 1));
}

/** The alarms that the service makes in CloudWatch for a target tracking policy of DynamoDB. */
function alarmsOf({ account, region, resourceId }: Subject): ScalingPolicy['alarms'] {
  return ['AlarmHigh', 'AlarmLow', 'ProvisionedCapacityHigh', 'ProvisionedCapacityLow'].map((kind) => {
    const name = `TargetTracking-${resourceId}-${kind}-${randomUUID()}`;
    return { AlarmName: name, AlarmARN: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}` };
  });
}

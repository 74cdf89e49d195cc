import { jsonService, operation, textOf } from '../../gateway/operations.ts';
import type { Service, ServiceRequest } from '../../service.ts';
import { deletePolicy, describePolicies, putPolicy } from './policies.ts';
import * as shapes from './shapes.ts';
import { type Autoscaling, deregisterTarget, describeTargets, registerTarget } from './targets.ts';

/**
 * Application Auto Scaling for tables and indexes of DynamoDB: targets and target tracking policies. Nothing scales by
 * load; a registration brings the capacity within its bounds.
 */
export function applicationAutoscalingService(autoscaling: Autoscaling): Service {
  /** A target that is not registered yet has no ARN: its permission is asked for on all. */
  function resource(input: Readonly<Record<string, unknown>>, { caller: { account, region } }: ServiceRequest): string {
    const [resourceId, dimension] = [textOf(input, 'ResourceId'), textOf(input, 'ScalableDimension')];
    const target = autoscaling.store.findTarget({ account, region, resourceId, dimension });
    return target?.arn ?? `arn:aws:application-autoscaling:${region}:${account}:scalable-target/*`;
  }

  return jsonService({
    name: 'application-autoscaling',
    targetPrefix: 'AnyScaleFrontendService',
    form: { version: '1.1', messageMember: 'Message' },
    operations: {
      RegisterScalableTarget: operation({
        input: shapes.REGISTER_TARGET,
        resource,
        run: (input, { caller }) => registerTarget(autoscaling, input, caller),
      }),
      DescribeScalableTargets: operation({
        input: shapes.DESCRIBE_TARGETS,
        run: (input, { caller }) => describeTargets(autoscaling, input, caller),
      }),
      DeregisterScalableTarget: operation({
        input: shapes.DEREGISTER_TARGET,
        resource,
        run: (input, { caller }) => deregisterTarget(autoscaling, input, caller),
      }),
      PutScalingPolicy: operation({
        input: shapes.PUT_POLICY,
        resource,
        run: (input, { caller }) => putPolicy(autoscaling, input, caller),
      }),
      DescribeScalingPolicies: operation({
        input: shapes.DESCRIBE_POLICIES,
        run: (input, { caller }) => describePolicies(autoscaling, input, caller),
      }),
      // Nobody can put a scheduled action here, so there is none.
      DescribeScheduledActions: operation({
        input: shapes.DESCRIBE_SCHEDULED_ACTIONS,
        run: () => ({ ScheduledActions: [] }),
      }),
      DeleteScalingPolicy: operation({
        input: shapes.DELETE_POLICY,
        resource,
        run: (input, { caller }) => deletePolicy(autoscaling, input, caller),
      }),
    },
  });
}

import { flag, integer, list, map, number, oneOf, required, structure, text } from '../../members.ts';

/** Printable text of the model's `ResourceIdMaxLen1600` and `XmlString`. */
const PRINTABLE = /^[\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}\r\n\t]*$/u;

const namespace = oneOf(
  ...['ecs', 'elasticmapreduce', 'ec2', 'appstream', 'dynamodb', 'rds', 'sagemaker', 'custom-resource', 'comprehend'],
  ...['lambda', 'cassandra', 'kafka', 'elasticache', 'neptune', 'workspaces'],
);
/** Those of DynamoDB; the service knows more, for namespaces that are not built. */
const dimension = oneOf(
  'dynamodb:table:ReadCapacityUnits',
  'dynamodb:table:WriteCapacityUnits',
  'dynamodb:index:ReadCapacityUnits',
  'dynamodb:index:WriteCapacityUnits',
);
const resourceId = text({ min: 1, max: 1600, pattern: PRINTABLE });
const policyName = text({ min: 1, max: 256, pattern: /^[^\p{C}]+$/u });
const token = text({ pattern: PRINTABLE });

const subject = {
  ServiceNamespace: required(namespace),
  ResourceId: required(resourceId),
  ScalableDimension: required(dimension),
};

export const REGISTER_TARGET = structure({
  ...subject,
  MinCapacity: integer(),
  MaxCapacity: integer(),
  RoleARN: resourceId,
  SuspendedState: structure({
    DynamicScalingInSuspended: flag(),
    DynamicScalingOutSuspended: flag(),
    ScheduledScalingSuspended: flag(),
  }),
  Tags: map(text({ max: 256 }), 0, 200),
});

export const DESCRIBE_TARGETS = structure({
  ServiceNamespace: required(namespace),
  ResourceIds: list(resourceId, 0, 50),
  ScalableDimension: dimension,
  MaxResults: integer(1, 50),
  NextToken: token,
});

export const DEREGISTER_TARGET = structure(subject);

const targetTracking = structure({
  TargetValue: required(number()),
  PredefinedMetricSpecification: structure({
    PredefinedMetricType: required(text({ min: 1 })),
    ResourceLabel: text({ min: 1, max: 1023 }),
  }),
  CustomizedMetricSpecification: structure({}),
  ScaleOutCooldown: integer(),
  ScaleInCooldown: integer(),
  DisableScaleIn: flag(),
});

export const PUT_POLICY = structure({
  PolicyName: required(policyName),
  ...subject,
  PolicyType: oneOf('StepScaling', 'TargetTrackingScaling', 'PredictiveScaling'),
  TargetTrackingScalingPolicyConfiguration: targetTracking,
});

export const DESCRIBE_POLICIES = structure({
  PolicyNames: list(resourceId, 0, 50),
  ServiceNamespace: required(namespace),
  ResourceId: resourceId,
  ScalableDimension: dimension,
  MaxResults: integer(1, 10),
  NextToken: token,
});

export const DESCRIBE_SCHEDULED_ACTIONS = structure({
  ScheduledActionNames: list(resourceId, 0, 50),
  ServiceNamespace: required(namespace),
  ResourceId: resourceId,
  ScalableDimension: dimension,
  MaxResults: integer(1, 50),
  NextToken: token,
});

export const DELETE_POLICY = structure({ PolicyName: required(resourceId), ...subject });

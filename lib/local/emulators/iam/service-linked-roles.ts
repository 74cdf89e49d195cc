import type { IamStore, Role } from './store.ts';

/** Roles in whose name AWS services act; a service makes its own when it is needed first. */
const ROLES = {
  dynamoDbAutoscaling: {
    service: 'dynamodb.application-autoscaling.amazonaws.com',
    name: 'AWSServiceRoleForApplicationAutoScaling_DynamoDBTable',
  },
  kinesisReplication: {
    service: 'kinesisreplication.dynamodb.amazonaws.com',
    name: 'AWSServiceRoleForDynamoDBKinesisDataStreamsReplication',
  },
  contributorInsights: {
    service: 'contributorinsights.dynamodb.amazonaws.com',
    name: 'AWSServiceRoleForDynamoDBCloudWatchContributorInsights',
  },
} as const;

export type ServiceRoleKind = keyof typeof ROLES;

/** The service that a role belongs to, as `iam:AWSServiceName` tells it. */
export const serviceOf = (kind: ServiceRoleKind): string => ROLES[kind].service;

export function serviceRoleArn(account: string, kind: ServiceRoleKind): string {
  const { service, name } = ROLES[kind];
  return `arn:aws:iam::${account}:role/aws-service-role/${service}/${name}`;
}

/** The role of an account, made now if it was not there. */
export function ensureServiceRole(iam: IamStore, account: string, kind: ServiceRoleKind): Role {
  const found = iam.findRole(serviceRoleArn(account, kind));
  if (found) return found;
  const { service, name } = ROLES[kind];
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
  return iam.putRole({
    account,
    name,
    path: `/aws-service-role/${service}/`,
    trustPolicy: { Version: '2012-10-17', Statement: [statement] },
  });
}

import type { Table } from './table.ts';

/**
 * What DescribeTable tells of a global table (version 2019.11.21); nothing of a table of one region. Items of the other
 * regions are not kept: that a table has replicas is all that there is to them.
 */
export function describeReplicas({ arn, replicas }: Table): Record<string, unknown> {
  if (replicas.length === 0) return {};
  return {
    GlobalTableVersion: '2019.11.21',
    Replicas: replicas.map((region) => ({
      RegionName: region,
      ReplicaStatus: 'ACTIVE',
      ReplicaArn: arn.replace(/^arn:aws:dynamodb:[^:]+/, `arn:aws:dynamodb:${region}`),
    })),
  };
}

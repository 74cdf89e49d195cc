import { PutScalingPolicyCommand, RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  EnableKinesisStreamingDestinationCommand,
  PutResourcePolicyCommand,
  UpdateContinuousBackupsCommand,
  UpdateContributorInsightsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { readWholeTable, type TableState } from '../../lambdas/dynamodb/read-table.ts';
import type { TableClients } from '../../lambdas/dynamodb/table-clients.ts';

const units = (read: number, write: number) => ({ ReadCapacityUnits: read, WriteCapacityUnits: write });

/** Makes a provisioned table with an index, two items and every setting but deletion protection, and waits for it. */
export async function makeRichTable(clients: TableClients, TableName: string, account: string): Promise<TableState> {
  const { dynamodb, autoscaling } = clients;
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [
        { AttributeName: 'code', AttributeType: 'N' },
        { AttributeName: 'kind', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'code', KeyType: 'HASH' }],
      ProvisionedThroughput: units(5, 6),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-kind',
          KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
          ProvisionedThroughput: units(3, 4),
          WarmThroughput: { ReadUnitsPerSecond: 14_000, WriteUnitsPerSecond: 5_000 },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      WarmThroughput: { ReadUnitsPerSecond: 15_000, WriteUnitsPerSecond: 5_000 },
      Tags: [{ Key: 'team', Value: 'data' }],
    }),
  );
  await settled(clients, TableName);
  const ServiceNamespace = 'dynamodb';
  const ResourceId = `table/${TableName}`;
  const target = { ServiceNamespace, ResourceId, ScalableDimension: 'dynamodb:table:ReadCapacityUnits' } as const;
  await autoscaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 5, MaxCapacity: 50 }));
  await autoscaling.send(
    new PutScalingPolicyCommand({
      ...target,
      PolicyName: 'reads',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 70,
        PredefinedMetricSpecification: { PredefinedMetricType: 'DynamoDBReadCapacityUtilization' },
      },
    }),
  );
  const StreamArn = `arn:aws:kinesis:us-east-1:${account}:stream/changes`;
  await dynamodb.send(new EnableKinesisStreamingDestinationCommand({ TableName, StreamArn }));
  const ContributorInsightsAction = 'ENABLE';
  await dynamodb.send(new UpdateContributorInsightsCommand({ TableName, ContributorInsightsAction }));
  const ResourceArn = `arn:aws:dynamodb:us-east-1:${account}:table/${TableName}`;
  const Principal = { AWS: '444444444444' };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'dynamodb:GetItem', Resource: ResourceArn }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await dynamodb.send(new PutResourcePolicyCommand({ ResourceArn, Policy }));
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expires' };
  await dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 9 };
  await dynamodb.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
  const items = [1, 2].map((code) => ({ PutRequest: { Item: { code: { N: `${code}` }, kind: { S: 'old' } } } }));
  await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: items } }));
  return await settled(clients, TableName, ({ definition }) => definition.resourcePolicy !== null);
}

/** The table once nothing of it is under way any more. */
async function settled(clients: TableClients, name: string, until = (_: TableState) => true): Promise<TableState> {
  for (let look = 0; look < 500; look++) {
    const state = await readWholeTable(clients, name);
    if (state?.active && until(state)) return state;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${name} was not ready after 500 looks`);
}

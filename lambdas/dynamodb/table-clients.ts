import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { assume } from '../core/accounts.ts';
import { autoscalingClient, dynamodbClient, keysClient } from '../core/clients.ts';
import type { Surroundings } from '../core/handler.ts';
import { type DescribeKey, keyReader } from './encryption.ts';
import type { Run } from './run.ts';
import { assumeAgain, guardWire } from './wire.ts';

/** What a table with all its settings is read and set with: one role in one account and region. */
export interface TableClients {
  readonly dynamodb: DynamoDBClient;
  readonly autoscaling: ApplicationAutoScalingClient;
  readonly describeKey: DescribeKey;
}

/** Clients in the run's source or destination account, under the role of that side, which is assumed once for all. */
export async function tableClients(
  surroundings: Pick<Surroundings, 'environments' | 'sts'>,
  run: Pick<Run, 'source' | 'destination' | 'promotionId'>,
  side: 'source' | 'destination',
): Promise<TableClients> {
  const { promotionId } = run;
  const target = await assume(surroundings, { environment: run[side], kind: 'dynamodb', side, promotionId });
  return {
    dynamodb: assumeAgain(guardWire(dynamodbClient(target))),
    autoscaling: autoscalingClient(target),
    describeKey: keyReader(keysClient(target)),
  };
}

/** A client for tables alone in the run's source or destination account, under the role of that side. */
export async function tableClient(
  surroundings: Pick<Surroundings, 'environments' | 'sts'>,
  { promotionId, ...run }: Pick<Run, 'source' | 'destination' | 'promotionId'>,
  side: 'source' | 'destination',
): Promise<DynamoDBClient> {
  const target = await assume(surroundings, { environment: run[side], kind: 'dynamodb', side, promotionId });
  return assumeAgain(guardWire(dynamodbClient(target)));
}

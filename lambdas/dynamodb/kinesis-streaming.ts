import {
  DescribeKinesisStreamingDestinationCommand,
  type DynamoDBClient,
  EnableKinesisStreamingDestinationCommand,
  UpdateKinesisStreamingDestinationCommand,
} from '@aws-sdk/client-dynamodb';
import { attempt } from '../core/retry.ts';
import type { KinesisDestination } from './definition.ts';

/** A destination that was switched off stays listed for a day, one that could not be switched on too. */
const streaming = ['ENABLING', 'ACTIVE', 'UPDATING'];

/** The Kinesis data streams that the changes of a table go to, in the order of their ARNs. */
export async function readKinesisStreaming(client: DynamoDBClient, TableName: string): Promise<KinesisDestination[]> {
  const { KinesisDataStreamDestinations: destinations = [] } = await attempt(
    () => client.send(new DescribeKinesisStreamingDestinationCommand({ TableName })),
    { check: (answer) => (answer.TableName ? null : `dynamodb answered no streaming destinations of ${TableName}`) },
  );
  return destinations
    .filter(({ DestinationStatus }) => streaming.includes(DestinationStatus ?? ''))
    .map(({ StreamArn, ApproximateCreationDateTimePrecision: precision }) => ({
      StreamArn: StreamArn ?? '',
      // What the service does where nobody asked for anything else (developer guide, Kinesis Data Streams).
      ApproximateCreationDateTimePrecision: precision ?? ('MILLISECOND' as const),
    }))
    .sort((a, b) => (a.StreamArn < b.StreamArn ? -1 : 1));
}

/** Switches streams on and over until the changes of a table go where `wanted` says; others are somebody else's. */
export async function applyKinesisStreaming(
  client: DynamoDBClient,
  TableName: string,
  wanted: readonly KinesisDestination[],
  found: readonly KinesisDestination[],
): Promise<void> {
  for (const { StreamArn, ApproximateCreationDateTimePrecision } of wanted) {
    const now = found.find((one) => one.StreamArn === StreamArn);
    const configuration = { ApproximateCreationDateTimePrecision };
    if (!now) {
      const input = { TableName, StreamArn, EnableKinesisStreamingConfiguration: configuration };
      await client.send(new EnableKinesisStreamingDestinationCommand(input));
    } else if (now.ApproximateCreationDateTimePrecision !== ApproximateCreationDateTimePrecision) {
      const input = { TableName, StreamArn, UpdateKinesisStreamingConfiguration: configuration };
      await client.send(new UpdateKinesisStreamingDestinationCommand(input));
    }
  }
}

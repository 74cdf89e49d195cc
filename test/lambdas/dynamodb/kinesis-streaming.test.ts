import { describe, expect, it } from 'vitest';
import type { KinesisDestination } from '../../../lambdas/dynamodb/definition.ts';
import { applyKinesisStreaming, readKinesisStreaming } from '../../../lambdas/dynamodb/kinesis-streaming.ts';
import { scriptedDynamoDb } from '../../support/scripted-suite.ts';

const dynamodb = scriptedDynamoDb();

const stream = (name: string) => `arn:aws:kinesis:us-east-1:222222222222:stream/${name}`;
const to = (name: string, precision: KinesisDestination['ApproximateCreationDateTimePrecision'] = 'MILLISECOND') => ({
  StreamArn: stream(name),
  ApproximateCreationDateTimePrecision: precision,
});

describe('readKinesisStreaming', () => {
  it('takes streams that are on or being switched on, whose precision is milliseconds unless said', async () => {
    const states = ['ACTIVE', 'DISABLED', 'ENABLING', 'DISABLING', 'UPDATING', 'ENABLE_FAILED'];
    const KinesisDataStreamDestinations = states
      .map((DestinationStatus) => ({ StreamArn: stream(DestinationStatus), DestinationStatus }))
      .reverse();
    dynamodb.script(() => ({ body: { TableName: 'orders', KinesisDataStreamDestinations } }));
    expect(await readKinesisStreaming(dynamodb.client, 'orders')).toEqual([
      to('ACTIVE'),
      to('ENABLING'),
      to('UPDATING'),
    ]);
  });

  it('does not take an empty answer for a table without streams', async () => {
    dynamodb.script((_call, count) => (count === 0 ? { body: {} } : { body: { TableName: 'orders' } }));
    expect(await readKinesisStreaming(dynamodb.client, 'orders')).toEqual([]);
    expect(dynamodb.calls).toHaveLength(2);
  });
});

describe('applyKinesisStreaming', () => {
  it('switches on what is missing, over what has another precision, and nothing else', async () => {
    dynamodb.script(() => ({ body: {} }));
    const wanted = [to('new'), to('same'), to('other', 'MICROSECOND')];
    await applyKinesisStreaming(dynamodb.client, 'orders', wanted, [to('same'), to('other'), to('foreign')]);
    expect(dynamodb.calls.map(({ operation, input }) => [operation, input.StreamArn])).toEqual([
      ['EnableKinesisStreamingDestination', stream('new')],
      ['UpdateKinesisStreamingDestination', stream('other')],
    ]);
  });
});

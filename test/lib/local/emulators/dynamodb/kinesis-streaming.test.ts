import {
  CreateTableCommand,
  DescribeKinesisStreamingDestinationCommand,
  DisableKinesisStreamingDestinationCommand,
  type DynamoDBClient,
  EnableKinesisStreamingDestinationCommand,
  UpdateKinesisStreamingDestinationCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSettled, DEV, type Harness, manualClock, refused, simpleTable, startHarness } from './harness.ts';

type Precision = 'MILLISECOND' | 'MICROSECOND';
const stream = (name: string, account = DEV, region = 'us-east-1') =>
  `arn:aws:kinesis:${region}:${account}:stream/${name}`;

let harness: Harness;
let client: DynamoDBClient;
beforeAll(async () => {
  harness = await startHarness();
  client = harness.client();
  await createSettled(client, simpleTable('picky'));
});
afterAll(() => harness.close());

const enable = (TableName: string, StreamArn = stream('changes'), precision?: Precision, on = client) =>
  on.send(
    new EnableKinesisStreamingDestinationCommand({
      TableName,
      StreamArn,
      ...(precision && { EnableKinesisStreamingConfiguration: { ApproximateCreationDateTimePrecision: precision } }),
    }),
  );
const disable = (TableName: string, StreamArn = stream('changes'), on = client) =>
  on.send(new DisableKinesisStreamingDestinationCommand({ TableName, StreamArn }));
const change = (TableName: string, precision?: Precision, StreamArn = stream('changes')) =>
  client.send(
    new UpdateKinesisStreamingDestinationCommand({
      TableName,
      StreamArn,
      ...(precision && { UpdateKinesisStreamingConfiguration: { ApproximateCreationDateTimePrecision: precision } }),
    }),
  );
const destinations = async (TableName: string, on = client) =>
  (await on.send(new DescribeKinesisStreamingDestinationCommand({ TableName }))).KinesisDataStreamDestinations ?? [];
const reaches = (name: string, status: string, on = client) =>
  vi.waitFor(async () => expect(await destinations(name, on)).toMatchObject([{ DestinationStatus: status }]), {
    timeout: 5000,
  });

describe('a Kinesis streaming destination', () => {
  it('goes through ENABLING to ACTIVE, and stays listed as DISABLED', async () => {
    const clock = manualClock();
    const slow = await startHarness({ clock });
    const patient = slow.client();
    await patient.send(new CreateTableCommand(simpleTable('streamed')));
    expect(await refused(enable('streamed', undefined, undefined, patient))).toMatch(/^ResourceInUseException/);
    clock.release();
    const enabled = await vi.waitFor(() => enable('streamed', undefined, undefined, patient), { timeout: 5000 });
    expect(enabled.DestinationStatus).toBe('ENABLING');
    expect(await refused(disable('streamed', undefined, patient))).toContain('it is ENABLING and must be ACTIVE');
    clock.release();
    await reaches('streamed', 'ACTIVE', patient);
    expect(await refused(enable('streamed', undefined, undefined, patient))).toContain('must be DISABLED');
    await disable('streamed', undefined, patient);
    await reaches('streamed', 'DISABLING', patient);
    clock.release();
    await reaches('streamed', 'DISABLED', patient);
    expect(slow.service.streamsOf({ account: DEV, region: 'us-east-1' }, 'streamed')).toEqual([stream('changes')]);
    await slow.close();
  });

  it('has the precision that it was given, milliseconds unless told otherwise', async () => {
    await createSettled(client, simpleTable('precise'));
    await enable('precise', stream('first'), 'MICROSECOND');
    await enable('precise', stream('second'));
    expect(await destinations('precise')).toMatchObject([
      { StreamArn: stream('first'), ApproximateCreationDateTimePrecision: 'MICROSECOND' },
      { StreamArn: stream('second'), ApproximateCreationDateTimePrecision: 'MILLISECOND' },
    ]);
  });

  it('changes its precision by way of UPDATING, and only to another one', async () => {
    await createSettled(client, simpleTable('updated'));
    await enable('updated');
    await reaches('updated', 'ACTIVE');
    expect((await change('updated', 'MICROSECOND')).DestinationStatus).toBe('UPDATING');
    await reaches('updated', 'ACTIVE');
    expect(await refused(change('updated', 'MICROSECOND'))).toContain('already set to MICROSECOND');
    expect(await refused(change('updated'))).toContain('needs ApproximateCreationDateTimePrecision');
    expect(await refused(change('updated', 'MICROSECOND', stream('other')))).toMatch(/^ResourceNotFoundException/);
  });

  it.each([
    ['of another account', stream('changes', '333333333333'), 'must be of account'],
    ['of another region', stream('changes', DEV, 'eu-west-1'), 'must be of account'],
    ['that is none', `arn:aws:firehose:us-east-1:${DEV}:stream/x`, 'is not the ARN of a Kinesis data stream'],
    ['that is not there', stream('gone-missing'), 'ResourceNotFoundException'],
  ])('is refused for a stream %s', async (_what, streamArn, reason) => {
    expect(await refused(enable('picky', streamArn))).toContain(reason);
    expect(await destinations('picky')).toEqual([]);
  });
});

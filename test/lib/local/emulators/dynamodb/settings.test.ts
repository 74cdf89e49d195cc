import {
  CreateTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSettled, DEV, type Harness, manualClock, refused, simpleTable, startHarness } from './harness.ts';

let harness: Harness;
let client: DynamoDBClient;
beforeAll(async () => {
  harness = await startHarness();
  client = harness.client();
});
afterAll(() => harness.close());

const arn = (name: string) => `arn:aws:dynamodb:us-east-1:${DEV}:table/${name}`;
const timeToLive = (TableName: string, AttributeName: string, Enabled = true, on = client) =>
  on.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName, Enabled } }));
const describedTimeToLive = async (TableName: string, on = client) =>
  (await on.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;
const recovery = (TableName: string, PointInTimeRecoveryEnabled: boolean, RecoveryPeriodInDays?: number, on = client) =>
  on.send(
    new UpdateContinuousBackupsCommand({
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled, RecoveryPeriodInDays },
    }),
  );

describe('tags', () => {
  const tags = (count: number) =>
    Array.from({ length: count }, (_, position) => ({ Key: `key-${position}`, Value: `${position}` }));

  it('returns the tags of CreateTable and TagResource in pages of ten', async () => {
    await createSettled(client, simpleTable('tagged', { Tags: tags(2) }));
    await client.send(new TagResourceCommand({ ResourceArn: arn('tagged'), Tags: tags(13) }));
    const first = await client.send(new ListTagsOfResourceCommand({ ResourceArn: arn('tagged') }));
    expect(first.Tags).toHaveLength(10);
    const second = await client.send(
      new ListTagsOfResourceCommand({ ResourceArn: arn('tagged'), NextToken: first.NextToken }),
    );
    expect(second.Tags).toHaveLength(3);
    expect(second.NextToken).toBeUndefined();
  });

  it('replaces and removes tags', async () => {
    await createSettled(client, simpleTable('retagged', { Tags: tags(3) }));
    await client.send(new TagResourceCommand({ ResourceArn: arn('retagged'), Tags: [{ Key: 'key-1', Value: 'new' }] }));
    await client.send(new UntagResourceCommand({ ResourceArn: arn('retagged'), TagKeys: ['key-0', 'absent'] }));
    const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: arn('retagged') }));
    expect(Tags).toEqual([
      { Key: 'key-1', Value: 'new' },
      { Key: 'key-2', Value: '2' },
    ]);
  });

  it('refuses more than 50 tags, none, duplicates, and a resource that is not there', async () => {
    await createSettled(client, simpleTable('over-tagged'));
    const tag = (Tags: { Key: string; Value: string }[], name = 'over-tagged') =>
      refused(client.send(new TagResourceCommand({ ResourceArn: arn(name), Tags })));
    expect(await tag(tags(51))).toContain('exceeds the limit of 50');
    expect(await tag([])).toBe('ValidationException: Atleast one Tag needs to be provided as Input.');
    expect(await tag([...tags(1), ...tags(1)])).toContain('duplicate tag key: key-0');
    expect(await tag(tags(1), 'nowhere')).toBe(
      `ResourceNotFoundException: Requested resource not found: ResourcArn: ${arn('nowhere')} not found`,
    );
    expect(await tag(tags(50))).toBe('no refusal');
  });
});

describe('time to live', () => {
  it('goes through ENABLING to ENABLED', async () => {
    const clock = manualClock();
    const slow = await startHarness({ clock });
    const patient = slow.client();
    await patient.send(new CreateTableCommand(simpleTable('expiring')));
    expect(await refused(timeToLive('expiring', 'ttl', true, patient))).toMatch(/^ResourceInUseException/);
    clock.release();
    await vi.waitFor(() => timeToLive('expiring', 'ttl', true, patient), { timeout: 5000 });
    expect(await describedTimeToLive('expiring', patient)).toEqual({
      TimeToLiveStatus: 'ENABLING',
      AttributeName: 'ttl',
    });
    clock.release();
    await vi.waitFor(async () =>
      expect(await describedTimeToLive('expiring', patient)).toEqual({
        TimeToLiveStatus: 'ENABLED',
        AttributeName: 'ttl',
      }),
    );
    await slow.close();
  });

  it('pitfall 26: refuses what changes nothing, another attribute, and a second change within the hour', async () => {
    let now = Date.now();
    const clock = { now: () => now, wait: () => Promise.resolve() };
    const fast = await startHarness({ clock });
    const impatient = fast.client();
    await createSettled(impatient, simpleTable('twice'));
    const change = (attribute: string, enabled: boolean) => refused(timeToLive('twice', attribute, enabled, impatient));
    expect(await change('ttl', false)).toBe('ValidationException: TimeToLive is already disabled');
    expect(await change('ttl', true)).toBe('no refusal');
    expect(await change('ttl', true)).toBe('ValidationException: TimeToLive is already enabled');
    expect(await change('other', true)).toContain(
      'TimeToLive is active on a different AttributeName: current AttributeName is ttl',
    );
    expect(await change('ttl', false)).toBe(
      'ValidationException: Time to live has been modified multiple times within a fixed interval',
    );
    now += 3_600_000;
    expect(await change('ttl', false)).toBe('no refusal');
    expect(await describedTimeToLive('twice', impatient)).toEqual({ TimeToLiveStatus: 'DISABLED' });
    await fast.close();
  });
});

describe('continuous backups', () => {
  it('are on with recovery off, and cannot be changed right after the creation of the table', async () => {
    const slow = await startHarness({ clock: manualClock() });
    const patient = slow.client();
    await patient.send(new CreateTableCommand(simpleTable('fresh')));
    expect(await refused(recovery('fresh', true, undefined, patient))).toMatch(
      /^ContinuousBackupsUnavailableException: /,
    );
    const described = await patient.send(new DescribeContinuousBackupsCommand({ TableName: 'fresh' }));
    expect(described.ContinuousBackupsDescription).toEqual({
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
    });
    await slow.close();
  });

  it('keep the recovery period, 35 days unless told otherwise', async () => {
    await createSettled(client, simpleTable('recoverable'));
    const described = async () =>
      (await client.send(new DescribeContinuousBackupsCommand({ TableName: 'recoverable' })))
        .ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
    await vi.waitFor(() => recovery('recoverable', true), { timeout: 5000 });
    expect(await described()).toMatchObject({ PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: 35 });
    await recovery('recoverable', true, 7);
    expect(await described()).toMatchObject({ RecoveryPeriodInDays: 7, LatestRestorableDateTime: expect.any(Date) });
    await recovery('recoverable', false);
    expect(await described()).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
  });

  it('refuse a period beyond 35 days, a period without recovery, and an unknown table', async () => {
    await createSettled(client, simpleTable('limited'));
    expect(await refused(recovery('limited', true, 36))).toContain('less than or equal to 35');
    await vi.waitFor(async () =>
      expect(await refused(recovery('limited', false, 7))).toContain('RecoveryPeriodInDays'),
    );
    expect(await refused(recovery('nowhere', true))).toBe('TableNotFoundException: Table not found: nowhere');
  });
});

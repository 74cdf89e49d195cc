import {
  CreateBackupCommand,
  CreateTableCommand,
  DeleteBackupCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListBackupsCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  RestoreTableFromBackupCommand,
  type RestoreTableFromBackupCommandInput,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { realClock } from '../../../../../../lib/local/clock.ts';
import { refused, settled, simpleTable } from '../harness.ts';
import {
  createRecoverable,
  numbered,
  scanned,
  startTransferHarness,
  type TransferHarness,
  tableArn,
} from './harness.ts';

let harness: TransferHarness;
let client: DynamoDBClient;
/** While it is set, no modelled time goes by. */
let held = false;
beforeAll(async () => {
  const { now, wait } = realClock(1000);
  const holding = async () => vi.waitFor(() => expect(held).toBe(false), { timeout: 20_000, interval: 2 });
  harness = await startTransferHarness({
    clock: { now, wait: async (milliseconds, signal) => (held ? holding() : wait(milliseconds, signal)) },
  });
  client = harness.client();
  await createRecoverable(client, 'orders', numbered(3), indexed);
});
afterAll(() => harness.close());

const describing = async (BackupArn: string | undefined) =>
  (await client.send(new DescribeBackupCommand({ BackupArn }))).BackupDescription;
/** Makes a backup and waits until it can be restored. */
async function backedUp(TableName: string, BackupName = 'before'): Promise<string> {
  const { BackupDetails } = await client.send(new CreateBackupCommand({ TableName, BackupName }));
  const arn = String(BackupDetails?.BackupArn);
  await vi.waitFor(async () => expect((await describing(arn))?.BackupDetails?.BackupStatus).toBe('AVAILABLE'));
  return arn;
}
const restoring = (
  BackupArn: string,
  TargetTableName: string,
  more: Partial<RestoreTableFromBackupCommandInput> = {},
) => client.send(new RestoreTableFromBackupCommand({ BackupArn, TargetTableName, ...more }));
const key = (AttributeName: string, KeyType: 'HASH' | 'RANGE' = 'HASH') => ({ AttributeName, KeyType });
const byN = { IndexName: 'by-n', KeySchema: [key('n')], Projection: { ProjectionType: 'KEYS_ONLY' as const } };
const byDay = { IndexName: 'by-day', KeySchema: [key('day')], Projection: { ProjectionType: 'ALL' as const } };
const indexed = {
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' as const },
    { AttributeName: 'n', AttributeType: 'N' as const },
    { AttributeName: 'day', AttributeType: 'S' as const },
  ],
  GlobalSecondaryIndexes: [byN, byDay],
};

describe('CreateBackup and DescribeBackup', () => {
  it('are CREATING, then AVAILABLE, with the table as it was', async () => {
    held = true;
    const { BackupDetails } = await client.send(
      new CreateBackupCommand({ TableName: 'orders', BackupName: 'nightly' }),
    );
    expect(BackupDetails).toEqual({
      BackupArn: expect.stringMatching(/:table\/orders\/backup\/\d{14}-[0-9a-f]{8}$/),
      BackupName: 'nightly',
      BackupSizeBytes: expect.any(Number),
      BackupStatus: 'CREATING',
      BackupType: 'USER',
      BackupCreationDateTime: expect.any(Date),
    });
    held = false;
    await vi.waitFor(async () =>
      expect((await describing(BackupDetails?.BackupArn))?.BackupDetails?.BackupStatus).toBe('AVAILABLE'),
    );
    expect(await describing(BackupDetails?.BackupArn)).toMatchObject({
      SourceTableDetails: {
        TableName: 'orders',
        TableArn: tableArn('orders'),
        ItemCount: 3,
        BillingMode: 'PAY_PER_REQUEST',
        ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      },
      SourceTableFeatureDetails: { GlobalSecondaryIndexes: [byN, byDay] },
    });
  });

  it('refuse a table that is not there, one in transition, and one too young', async () => {
    const making = (TableName: string) =>
      refused(client.send(new CreateBackupCommand({ TableName, BackupName: 'early' })));
    expect(await making('nowhere')).toBe('TableNotFoundException: Table not found: nowhere');
    held = true;
    await client.send(new CreateTableCommand(simpleTable('young')));
    expect(await making('young')).toMatch(/^TableInUseException: /);
    held = false;
    await settled(client, 'young');
  });

  it('refuse a second backup of a table while one is made', async () => {
    held = true;
    await client.send(new CreateBackupCommand({ TableName: 'orders', BackupName: 'first' }));
    const second = refused(client.send(new CreateBackupCommand({ TableName: 'orders', BackupName: 'second' })));
    expect(await second).toMatch(/^BackupInUseException: There is another ongoing conflicting backup/);
    held = false;
    await vi.waitFor(() => backedUp('orders'), { timeout: 5000 });
  });

  it('refuse a name of two letters, and what is no backup', async () => {
    expect(await refused(client.send(new CreateBackupCommand({ TableName: 'orders', BackupName: 'ab' })))).toContain(
      "'backupName' failed to satisfy constraint",
    );
    const arn = `${tableArn('orders')}/backup/00000000000000-00000000`;
    expect(await refused(describing(arn))).toBe(`BackupNotFoundException: Backup not found: ${arn}`);
  });
});

describe('ListBackups and DeleteBackup', () => {
  it('list the oldest first in pages, and by table, time and type', async () => {
    await createRecoverable(client, 'listed');
    const arns: string[] = [];
    for (const name of ['one', 'two', 'three']) arns.push(await backedUp('listed', name));
    const page = (more: object) => client.send(new ListBackupsCommand({ TableName: 'listed', ...more }));
    const names = async (more: object) =>
      ((await page(more)).BackupSummaries ?? []).map(({ BackupName }) => BackupName);
    expect(await names({ Limit: 2 })).toEqual(['one', 'two']);
    const { LastEvaluatedBackupArn: ExclusiveStartBackupArn } = await page({ Limit: 2 });
    expect(ExclusiveStartBackupArn).toBe(arns[1]);
    expect(await names({ ExclusiveStartBackupArn })).toEqual(['three']);
    expect(await names({ BackupType: 'SYSTEM' })).toEqual([]);
    expect(await names({ BackupType: 'ALL' })).toHaveLength(3);
    expect(await names({ TimeRangeLowerBound: new Date(Date.now() + 60_000) })).toEqual([]);
    const created = (await page({})).BackupSummaries?.map(({ BackupCreationDateTime }) => BackupCreationDateTime);
    expect(await names({ TimeRangeLowerBound: created?.[1], TimeRangeUpperBound: created?.[2] })).toEqual(['two']);
  });

  it('delete a backup at once, but not while it is made or restored from', async () => {
    await createRecoverable(client, 'deleted');
    const deleting = (BackupArn: string) => client.send(new DeleteBackupCommand({ BackupArn }));
    const arn = await backedUp('deleted');
    held = true;
    await restoring(arn, 'deleted-copy');
    expect(await refused(deleting(arn))).toMatch(/^BackupInUseException: .*is being restored from/);
    held = false;
    await settled(client, 'deleted-copy');
    await vi.waitFor(async () => {
      const { BackupDescription } = await deleting(arn);
      expect(BackupDescription?.BackupDetails?.BackupStatus).toBe('DELETED');
    });
    expect(await refused(describing(arn))).toMatch(/^BackupNotFoundException/);
  });
});

describe('RestoreTableFromBackup', () => {
  const describeTable = async (TableName: string) => (await client.send(new DescribeTableCommand({ TableName }))).Table;

  it('makes a table of the items of the backup, though the source has changed and gone', async () => {
    const items = numbered(30);
    await createRecoverable(client, 'lost', items, indexed);
    const arn = await backedUp('lost');
    await client.send(new PutItemCommand({ TableName: 'lost', Item: { pk: { S: 'later' } } }));
    await client.send(new DeleteTableCommand({ TableName: 'lost' }));
    held = true;
    const { TableDescription } = await restoring(arn, 'found');
    expect(TableDescription).toMatchObject({
      TableStatus: 'CREATING',
      RestoreSummary: { SourceBackupArn: arn, SourceTableArn: tableArn('lost'), RestoreInProgress: true },
    });
    held = false;
    const restored = await settled(client, 'found');
    expect(restored.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(['by-n', 'by-day']);
    expect(await scanned(client, 'found')).toEqual(
      [...items].sort((left, right) => (String(left.pk?.S) < String(right.pk?.S) ? -1 : 1)),
    );
    await vi.waitFor(async () => expect((await describeTable('found'))?.RestoreSummary?.RestoreInProgress).toBe(false));
  });

  it('leaves tags, time to live, streams, recovery and deletion protection behind', async () => {
    await createRecoverable(client, 'adorned', [], {
      Tags: [{ Key: 'team', Value: 'data' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      DeletionProtectionEnabled: true,
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
    });
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'until' };
    await client.send(new UpdateTimeToLiveCommand({ TableName: 'adorned', TimeToLiveSpecification }));
    const arn = await backedUp('adorned');
    expect((await describing(arn))?.SourceTableFeatureDetails).toMatchObject({
      StreamDescription: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      TimeToLiveDescription: { AttributeName: 'until' },
    });
    await restoring(arn, 'plain');
    const table = await settled(client, 'plain');
    expect(table.DeletionProtectionEnabled).toBe(false);
    for (const absent of ['StreamSpecification', 'TableClassSummary', 'SSEDescription']) {
      expect(table).not.toHaveProperty(absent);
    }
    const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: tableArn('plain') }));
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'plain' }));
    expect([Tags, TimeToLiveDescription?.TimeToLiveStatus]).toEqual([[], 'DISABLED']);
  });

  it('keeps capacity, local indexes and key unless they are overridden', async () => {
    const units = (ReadCapacityUnits: number, WriteCapacityUnits: number) => ({
      ReadCapacityUnits,
      WriteCapacityUnits,
    });
    await createRecoverable(client, 'sized', [], {
      AttributeDefinitions: ['pk', 'sk', 'day'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      KeySchema: [key('pk'), key('sk', 'RANGE')],
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: units(5, 6),
      LocalSecondaryIndexes: [
        { IndexName: 'local', KeySchema: [key('pk'), key('day', 'RANGE')], Projection: { ProjectionType: 'ALL' } },
      ],
      GlobalSecondaryIndexes: [{ ...byDay, ProvisionedThroughput: units(1, 2) }],
      SSESpecification: { Enabled: true },
    });
    const arn = await backedUp('sized');
    await restoring(arn, 'same');
    const same = await settled(client, 'same');
    expect(same).toMatchObject({
      ProvisionedThroughput: units(5, 6),
      LocalSecondaryIndexes: [{ IndexName: 'local' }],
      GlobalSecondaryIndexes: [{ IndexName: 'by-day', ProvisionedThroughput: units(1, 2) }],
      SSEDescription: {
        Status: 'ENABLED',
        KMSMasterKeyArn: (await describeTable('sized'))?.SSEDescription?.KMSMasterKeyArn,
      },
    });
    await restoring(arn, 'other', {
      BillingModeOverride: 'PAY_PER_REQUEST',
      OnDemandThroughputOverride: { MaxReadRequestUnits: 10, MaxWriteRequestUnits: 20 },
      LocalSecondaryIndexOverride: [],
      GlobalSecondaryIndexOverride: [],
      SSESpecificationOverride: { Enabled: false },
    });
    const other = await settled(client, 'other');
    expect(other).toMatchObject({
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      OnDemandThroughput: { MaxReadRequestUnits: 10, MaxWriteRequestUnits: 20 },
    });
    for (const absent of ['LocalSecondaryIndexes', 'GlobalSecondaryIndexes', 'SSEDescription']) {
      expect(other).not.toHaveProperty(absent);
    }
    await restoring(arn, 'wider', { ProvisionedThroughputOverride: units(7, 8) });
    expect((await settled(client, 'wider')).ProvisionedThroughput).toMatchObject(units(7, 8));
  });

  it('refuses a name that is taken, a backup that is being made, and indexes that the backup lacks', async () => {
    const arn = await backedUp('orders');
    const refusal = (target: string, more = {}) => refused(restoring(arn, target, more));
    expect(await refusal('orders')).toBe('TableAlreadyExistsException: Table already exists: orders');
    const unknown = [{ ...byN, IndexName: 'unknown' }];
    expect(await refusal('new', { GlobalSecondaryIndexOverride: unknown })).toContain('does not exist in the backup');
    const changed = [{ ...byN, KeySchema: [key('day')] }];
    expect(await refusal('new', { GlobalSecondaryIndexOverride: changed })).toContain('does not match the index');
    expect(await refusal('new', { BillingModeOverride: 'PROVISIONED' })).toContain(
      'ReadCapacityUnits and WriteCapacityUnits must both be specified',
    );
    expect(await refusal('new', { VectorIndexOverride: [] })).toContain(
      "member 'vectorIndexOverride' is not supported",
    );
    held = true;
    const { BackupDetails } = await client.send(new CreateBackupCommand({ TableName: 'orders', BackupName: 'late' }));
    expect(await refused(restoring(String(BackupDetails?.BackupArn), 'new'))).toMatch(/^BackupInUseException/);
    await restoring(arn, 'new');
    expect(await refusal('new')).toMatch(/^TableInUseException: /);
    held = false;
    await settled(client, 'new');
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transferTable } from '../../../../lambdas/dynamodb/transfer/transfer-table.ts';
import { makeDefinition, refusal } from '../../../support/factories.ts';
import { awsError, type ScriptedDynamoDb } from '../../../support/scripted-dynamodb.ts';
import {
  begun,
  exportArn,
  folder,
  importArn,
  source,
  startService,
  startTransfer,
  stopService,
  target,
  tokenOf,
  writeExport,
} from './fixture.ts';

let dynamodb: ScriptedDynamoDb;
beforeAll(async () => {
  dynamodb = await startService();
});
afterAll(stopService);

const { exportIntent, exported, createIntent, created, failed, loaded } = begun;
const whole = { ExportArn: exportArn, TableArn: source, ExportStatus: 'COMPLETED', ItemCount: 5 };
const DescribeExport = { body: { ExportDescription: whole } };
const importing = (more: object = {}) => ({
  body: {
    ImportTableDescription: {
      ...{ ImportArn: importArn, TableArn: target, TableId: 'id-1', ImportStatus: 'IN_PROGRESS' },
      ...more,
    },
  },
});
const listed = (...arns: readonly string[]) => ({
  body: { ImportSummaryList: arns.map((ImportArn) => ({ ImportArn })) },
});
const tableNow = (more: object = {}) => ({
  body: { Table: { TableArn: target, TableId: 'id-1', TableName: 'PROD-orders', TableStatus: 'ACTIVE', ...more } },
});
const absent = awsError('ResourceNotFoundException');
const done = { ImportStatus: 'COMPLETED', ErrorCount: 0, ImportedItemCount: 5 };

describe('the beginning of an import', () => {
  it('follows a whole export, is noted before the call, and makes the table as the destination is to have it', async () => {
    const wanted = makeDefinition({ DeletionProtectionEnabled: true, OnDemandThroughput: { MaxWriteRequestUnits: 9 } });
    const { transfer, bucket, events, entries } = await startTransfer(
      { DescribeExport, ImportTable: importing() },
      { entries: [exportIntent, exported], wanted },
    );
    writeExport(bucket);
    expect(await transferTable(transfer)).toBeNull();
    expect(events).toEqual(['DescribeExport', 'create intent', 'ImportTable', 'create result']);
    const token = tokenOf(entries().at(-1));
    expect(entries().at(-1)?.after).toEqual({
      ...{ token, export: exportArn, items: 5 },
      ...{ id: 'id-1', arn: target, import: importArn },
    });
    expect(dynamodb.calls.at(-1)?.input).toEqual({
      ClientToken: token,
      InputFormat: 'ION',
      InputCompressionType: 'GZIP',
      S3BucketSource: { S3Bucket: 'artefacts', S3BucketOwner: '111111111111', S3KeyPrefix: `${folder}data/` },
      TableCreationParameters: {
        TableName: 'PROD-orders',
        AttributeDefinitions: wanted.table.AttributeDefinitions,
        KeySchema: wanted.table.KeySchema,
        BillingMode: 'PAY_PER_REQUEST',
      },
    });
  });

  it('does not follow an export that is not whole; the next run exports anew', async () => {
    const { transfer, bucket, events } = await startTransfer({ DescribeExport }, { entries: [exportIntent, exported] });
    writeExport(bucket, { items: 6 });
    const refused = await refusal(() => transferTable(transfer));
    expect(refused).toMatchObject({ name: 'Promotion.Data', code: 'ExportDamaged' });
    expect(events).toEqual(['DescribeExport', 'export refused']);
  });

  it('is asked for again when too many go on', async () => {
    const { transfer, events } = await startTransfer(
      { ListImports: listed(), ImportTable: [awsError('LimitExceededException'), importing()] },
      { entries: [exported, createIntent] },
    );
    expect(await transferTable(transfer)).toBeNull();
    expect(await transferTable(transfer)).toBeNull();
    expect(events).toEqual(['ListImports', 'ImportTable', 'ListImports', 'ImportTable', 'create result']);
    expect(dynamodb.calls.at(-1)?.input).toMatchObject({ ClientToken: 'token-2' });
  });

  it('whose answer was lost is taken up by its token', async () => {
    const own = importing({ ImportStatus: 'COMPLETED', ClientToken: 'token-2' });
    const { transfer, events, entries } = await startTransfer(
      { ListImports: listed(importArn), DescribeImport: own },
      { entries: [exported, createIntent] },
    );
    expect(await transferTable(transfer)).toBeNull();
    expect(events).toEqual(['ListImports', 'DescribeImport', 'create result']);
    expect(entries().at(-1)?.after).toMatchObject({ id: 'id-1', import: importArn, items: 5 });
  });

  it('is refused where somebody else has a table of that name', async () => {
    const { transfer, events } = await startTransfer(
      {
        ListImports: listed(importArn),
        DescribeImport: importing({ ClientToken: 'of somebody' }),
        ImportTable: awsError('ResourceInUseException'),
      },
      { entries: [exported, createIntent] },
    );
    const refused = await refusal(() => transferTable(transfer));
    expect(refused).toMatchObject({ name: 'Promotion.Conflict', code: 'DestinationChanged' });
    expect(events.at(-1)).toBe('create refused');
  });
});

describe('an import that was begun', () => {
  const entries = [exported, createIntent, created];
  it('is waited for', async () => {
    const { transfer, events } = await startTransfer({ DescribeImport: importing() }, { entries });
    expect(await transferTable(transfer)).toBeNull();
    expect(events).toEqual(['DescribeImport']);
  });

  it('has its table tagged and is noted with the items once all are there', async () => {
    const answers = { DescribeImport: importing(done), DescribeTable: tableNow(), TagResource: { body: {} } };
    const wanted = makeDefinition({}, { tags: [{ Key: 'team', Value: 'data' }] });
    const { transfer, entries: now } = await startTransfer(answers, { entries, wanted });
    expect(await transferTable(transfer)).toEqual({ id: 'id-1', status: 'ACTIVE', active: true });
    expect(now().at(-1)).toMatchObject(loaded);
    expect(dynamodb.calls.find(({ operation }) => operation === 'TagResource')?.input).toEqual({
      ResourceArn: target,
      Tags: [
        { Key: 'team', Value: 'data' },
        { Key: 'cross-account-promoter', Value: source },
      ],
    });
  });

  it('has its table warmed up first where that takes less at once than it should', async () => {
    const warm = (read: number, write: number) => ({ ReadUnitsPerSecond: read, WriteUnitsPerSecond: write });
    const wanted = makeDefinition({ WarmThroughput: warm(15_000, 3_000) });
    const answers = {
      DescribeImport: importing(done),
      DescribeTable: [
        tableNow({ WarmThroughput: warm(12_000, 4_000) }),
        tableNow({ WarmThroughput: warm(15_000, 4_000), TableStatus: 'UPDATING' }),
        tableNow({ WarmThroughput: warm(15_000, 4_000) }),
      ],
      UpdateTable: { body: {} },
      TagResource: { body: {} },
    };
    const { transfer, events } = await startTransfer(answers, { entries, wanted });
    expect(await transferTable(transfer)).toBeNull();
    expect(dynamodb.calls.at(-1)?.input).toEqual({ TableName: 'PROD-orders', WarmThroughput: warm(15_000, 4_000) });
    expect(await transferTable(transfer)).toBeNull();
    expect(await transferTable(transfer)).toMatchObject({ id: 'id-1' });
    expect(events.filter((event) => event === 'UpdateTable')).toHaveLength(1);
  });

  it('counts no more where its table is another by now', async () => {
    for (const [state, DescribeTable] of [
      [{ entries }, tableNow({ TableId: 'id-2' })],
      [{ entries: [...entries, loaded] }, absent],
    ] as const) {
      const { transfer, events } = await startTransfer({ DescribeImport: importing(done), DescribeTable }, state);
      expect(await refusal(() => transferTable(transfer))).toMatchObject({ code: 'DestinationChanged' });
      expect(events.at(-1)).toBe('create refused');
    }
  });
});

describe('pitfall 29: an import that did not bring everything', () => {
  const entries = [exported, createIntent, created];
  const group = 'arn:aws:logs:us-east-1:333333333333:log-group:/aws-dynamodb/imports:*';
  it.each([
    ['failed', { ImportStatus: 'FAILED', ErrorCount: 1, ImportedItemCount: 4 }],
    ['was cancelled', { ImportStatus: 'CANCELLED', ErrorCount: 0, ImportedItemCount: 5 }],
    ['has errors', { ...done, ErrorCount: 1 }],
    ['has fewer items than the export', { ...done, ImportedItemCount: 4 }],
  ])('is not done when it %s: its table is removed, then the run ends with the log', async (_, end) => {
    const { transfer, events } = await startTransfer(
      {
        DescribeImport: importing({ ...end, CloudWatchLogGroupArn: group }),
        DescribeTable: [tableNow(), tableNow({ TableStatus: 'DELETING' }), absent],
        DeleteTable: { body: {} },
      },
      { entries },
    );
    expect(await transferTable(transfer)).toBeNull();
    expect(events).toEqual(['DescribeImport', 'import refused', 'DescribeTable', 'DeleteTable']);
    expect(await transferTable(transfer)).toBeNull();
    const refused = await refusal(() => transferTable(transfer));
    expect(refused).toMatchObject({ name: 'Promotion.Data', code: 'ImportFailed' });
    expect(refused.message).toContain(group);
    expect(refused.message).toContain('engine raw');
    expect(events.slice(4)).toEqual(['DescribeTable', 'DescribeTable', 'create refused']);
  });

  it('has no table removed that is not its own', async () => {
    const { transfer, events } = await startTransfer(
      { DescribeTable: tableNow({ TableId: 'id-2' }), DeleteTable: { body: {} } },
      { entries: [...entries, failed] },
    );
    expect(await refusal(() => transferTable(transfer))).toMatchObject({ code: 'ImportFailed' });
    expect(events).toEqual(['DescribeTable', 'create refused']);
  });
});

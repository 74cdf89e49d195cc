import { createHash } from 'node:crypto';
import {
  DeleteItemCommand,
  DescribeExportCommand,
  type DynamoDBClient,
  ExportTableToPointInTimeCommand,
  type ExportTableToPointInTimeCommandInput,
  ListExportsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readIonRecords } from '../../../../../../lib/local/emulators/dynamodb/transfer/ion-read.ts';
import { readJsonRecords } from '../../../../../../lib/local/emulators/dynamodb/transfer/json-records.ts';
import { createSettled, DEV, PROD, refused, simpleTable } from '../harness.ts';
import {
  beginExport,
  createRecoverable,
  exported,
  numbered,
  objectsOf,
  startTransferHarness,
  type TransferHarness,
  tableArn,
} from './harness.ts';

let harness: TransferHarness;
let client: DynamoDBClient;
const items = numbered(40);
beforeAll(async () => {
  harness = await startTransferHarness();
  client = harness.client();
  await createRecoverable(client, 'orders', items);
  await createRecoverable(client, 'empty');
});
afterAll(() => harness.close());

const input = (more: Partial<ExportTableToPointInTimeCommandInput> = {}): ExportTableToPointInTimeCommandInput => ({
  TableArn: tableArn('orders'),
  S3Bucket: 'dev-bucket',
  ...more,
});
const exporting = (more: Partial<ExportTableToPointInTimeCommandInput>) =>
  refused(client.send(new ExportTableToPointInTimeCommand(input(more))));
const md5 = (body: Buffer, encoding: 'base64' | 'hex' = 'base64') => createHash('md5').update(body).digest(encoding);
const bodyOf = (key: string, bucket = 'dev-bucket') => harness.s3.getObject(bucket, key)?.body as Buffer;
const byKey = (left: { pk?: { S?: unknown } }, right: { pk?: { S?: unknown } }) =>
  String(left.pk?.S) < String(right.pk?.S) ? -1 : 1;

interface ManifestLine {
  readonly itemCount: number;
  readonly md5Checksum: string;
  readonly etag: string;
  readonly dataFileS3Key: string;
}
/** Folder, manifests and data files of an export, the manifest's checksum held against its bytes. */
function filesOf(manifest: string | undefined) {
  const folder = String(manifest).replace(/manifest-summary\.json$/, '');
  const texts = objectsOf(harness.s3, 'dev-bucket', folder);
  const text = (name: string) => texts.get(folder + name) ?? '';
  const lines = text('manifest-files.json').trimEnd().split('\n');
  return {
    folder,
    names: [...texts.keys()].map((key) => key.slice(folder.length)),
    summary: JSON.parse(text('manifest-summary.json')) as Record<string, unknown>,
    lines: lines.map((line) => JSON.parse(line) as ManifestLine),
    isIntact: ['files', 'summary'].map(
      (name) => text(`manifest-${name}.md5`) === md5(bodyOf(`${folder}manifest-${name}.json`)),
    ),
    data: (line: ManifestLine) => texts.get(line.dataFileS3Key),
  };
}

describe('ExportTableToPointInTime', () => {
  it('describes the export as begun, with defaults and a token of its own', async () => {
    const begun = await beginExport(client, input());
    expect(begun).toMatchObject({
      ExportStatus: 'IN_PROGRESS',
      TableArn: tableArn('orders'),
      ExportFormat: 'DYNAMODB_JSON',
      ClientToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
      S3Bucket: 'dev-bucket',
    });
    expect(begun.ExportArn).toMatch(/:table\/orders\/export\/\d{14}-[0-9a-f]{8}$/);
    for (const absent of ['EndTime', 'ExportType', 'ItemCount', 'ExportManifest', 'FailureCode']) {
      expect(begun).not.toHaveProperty(absent);
    }
  });

  it.each([
    ['DYNAMODB_JSON', 'json', readJsonRecords],
    ['ION', 'ion', readIonRecords],
  ] as const)(
    'pitfall 28: writes %s whose manifests hold the checksum and the count of every file',
    async (format, extension, read) => {
      const done = await exported(client, input({ ExportFormat: format, S3Prefix: `full/${extension}` }));
      expect(done).toMatchObject({ ExportStatus: 'COMPLETED', ItemCount: 40, ExportFormat: format });
      expect(done.BilledSizeBytes).toBeGreaterThan(40 * 10);
      const files = filesOf(done.ExportManifest);
      expect(files.folder).toMatch(new RegExp(`^full/${extension}/AWSDynamoDB/\\d{14}-[0-9a-f]{8}/$`));
      expect(files.isIntact).toEqual([true, true]);
      expect(files.summary).toMatchObject({
        version: '2020-06-30',
        exportArn: done.ExportArn,
        tableId: done.TableId,
        s3Prefix: `full/${extension}`,
        manifestFilesS3Key: `${files.folder}manifest-files.json`,
        billedSizeBytes: done.BilledSizeBytes,
        itemCount: 40,
        outputFormat: format,
      });
      const rest = [
        '_started',
        'manifest-files.json',
        'manifest-files.md5',
        'manifest-summary.json',
        'manifest-summary.md5',
      ];
      expect(files.names.filter((name) => !name.startsWith('data/'))).toEqual(rest);
      const read40 = files.lines.flatMap((line) => {
        expect(line.dataFileS3Key).toMatch(new RegExp(`^${files.folder}data/[a-z2-7]{26}\\.${extension}\\.gz$`));
        expect(line.md5Checksum).toBe(md5(bodyOf(line.dataFileS3Key)));
        expect(line.etag).toMatch(/^[0-9a-f]{32}-1$/);
        const records = read(files.data(line) ?? '');
        expect([records.items.length, records.malformed]).toEqual([line.itemCount, false]);
        return records.items as unknown as (typeof items)[number][];
      });
      expect(files.lines.filter(({ itemCount }) => itemCount > 0).length).toBeGreaterThan(1);
      expect(read40.sort(byKey)).toEqual([...items].sort(byKey));
    },
  );

  it('exports an empty table as empty files', async () => {
    const done = await exported(client, input({ TableArn: tableArn('empty') }));
    expect(done).toMatchObject({ ExportStatus: 'COMPLETED', ItemCount: 0, BilledSizeBytes: 0 });
    const files = filesOf(done.ExportManifest);
    expect(files.lines.map((line) => [line.itemCount, files.data(line)])).toEqual(files.lines.map(() => [0, '']));
  });

  it('exports the items of the moment of the call', async () => {
    await createRecoverable(client, 'moment', items.slice(0, 2));
    const { ExportArn } = await beginExport(client, input({ TableArn: tableArn('moment') }));
    await client.send(new DeleteItemCommand({ TableName: 'moment', Key: { pk: { S: 'item-0' } } }));
    await vi.waitFor(async () =>
      expect((await client.send(new DescribeExportCommand({ ExportArn }))).ExportDescription).toMatchObject({
        ExportStatus: 'COMPLETED',
        ItemCount: 2,
      }),
    );
  });

  it('needs point-in-time recovery and a table that is active', async () => {
    await createSettled(client, simpleTable('unrecoverable'));
    expect(await exporting({ TableArn: tableArn('unrecoverable') })).toBe(
      "PointInTimeRecoveryUnavailableException: Point in time recovery is not enabled for table 'unrecoverable'",
    );
    expect(await exporting({ TableArn: tableArn('nowhere') })).toBe(
      `TableNotFoundException: Table not found: ${tableArn('nowhere')}`,
    );
    expect(await exporting({ TableArn: 'orders' })).toMatch(/^ValidationException: Invalid TableArn/);
  });

  it('takes a time within the window of recovery only', async () => {
    const now = Date.now();
    expect(await exporting({ ExportTime: new Date(now) })).toBe('no refusal');
    for (const moment of [now - 3_600_000, now + 3_600_000]) {
      expect(await exporting({ ExportTime: new Date(moment) })).toMatch(/^InvalidExportTimeException: /);
    }
  });

  it.each([
    [{ ExportType: 'INCREMENTAL_EXPORT' }, 'ExportType INCREMENTAL_EXPORT is not supported'],
    [{ IncrementalExportSpecification: {} }, "member 'incrementalExportSpecification' is not supported"],
    [{ ExportFormat: 'CSV' }, "'exportFormat' failed to satisfy constraint"],
    [{ S3SseAlgorithm: 'aws:kms' }, "'s3SseAlgorithm' failed to satisfy constraint"],
    [{ S3SseKmsKeyId: 'key' }, 'S3SseKmsKeyId can only be specified when S3SseAlgorithm is KMS'],
    [{ S3Bucket: '' }, "'s3Bucket' failed to satisfy constraint"],
    [{ S3BucketOwner: '12' }, "'s3BucketOwner' failed to satisfy constraint"],
    [{ ClientToken: 'a$' }, "'clientToken' failed to satisfy constraint"],
    [{ Compression: 'GZIP' }, "unknown member 'compression'"],
  ])('refuses %j', async (more, message) => {
    const answer = await harness.raw('ExportTableToPointInTime', JSON.stringify({ ...input(), ...more }));
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(message)]);
  });

  it('tells a wrong type of a time', async () => {
    const answer = await harness.raw('ExportTableToPointInTime', JSON.stringify({ ...input(), ExportTime: 'now' }));
    expect(await answer.text()).toContain('SerializationException');
  });
});

describe('the client token of an export', () => {
  it('gives back the same export, also after it has ended', async () => {
    const same = input({ ClientToken: 'one', S3Prefix: 'token' });
    const first = await exported(client, same);
    const second = await beginExport(client, same);
    expect(second).toEqual(first);
  });

  it('conflicts with any other input', async () => {
    await exported(client, input({ ClientToken: 'two' }));
    for (const other of [{ ExportFormat: 'ION' }, { S3Prefix: 'p' }, { TableArn: tableArn('empty') }] as const) {
      expect(await exporting({ ClientToken: 'two', ...other })).toBe(
        'ExportConflictException: Duplicate request detected with conflicting parameters',
      );
    }
  });

  it('is forgotten eight hours after the end', async () => {
    let now = Date.now();
    const clock = { now: () => now, wait: () => Promise.resolve() };
    const fast = await startTransferHarness({ clock });
    const impatient = fast.client();
    await createRecoverable(impatient, 'orders');
    const first = await exported(impatient, input({ ClientToken: 'three' }));
    now += 8 * 3_600_000 - 1;
    expect((await beginExport(impatient, input({ ClientToken: 'three' }))).ExportArn).toBe(first.ExportArn);
    now += 1;
    expect((await beginExport(impatient, input({ ClientToken: 'three' }))).ExportArn).not.toBe(first.ExportArn);
    await fast.close();
  });
});

describe('pitfall 28: a bucket that cannot be written to', () => {
  it('of another account needs its owner in the request, else the export fails', async () => {
    const foreign = { S3Bucket: 'prod-bucket', S3Prefix: 'foreign' };
    expect(await exported(client, input(foreign))).toMatchObject({
      ExportStatus: 'FAILED',
      FailureCode: 'S3AccessDenied',
      FailureMessage: 'Access Denied',
    });
    expect(objectsOf(harness.s3, 'prod-bucket', 'foreign').size).toBe(0);
    expect(await exported(client, input({ ...foreign, S3BucketOwner: PROD }))).toMatchObject({
      ExportStatus: 'COMPLETED',
      S3BucketOwner: PROD,
    });
    expect(objectsOf(harness.s3, 'prod-bucket', 'foreign').size).toBe(9);
  });

  it('that does not exist is told by the export, not by the call', async () => {
    expect(await exported(client, input({ S3Bucket: 'no-bucket' }))).toMatchObject({
      ExportStatus: 'FAILED',
      FailureCode: 'S3NoSuchBucket',
      FailureMessage: 'The specified bucket does not exist',
      EndTime: expect.any(Date),
    });
  });

  it('asks for the encryption that the request names', async () => {
    const key = `arn:aws:kms:us-east-1:${DEV}:key/k`;
    const encrypted = { S3Prefix: 'encrypted', S3SseAlgorithm: 'KMS', S3SseKmsKeyId: key } as const;
    const { ExportManifest } = await exported(client, input(encrypted));
    const headers = [...(harness.s3.findBucket('dev-bucket')?.objects ?? [])]
      .filter(([name]) => name.startsWith('encrypted/'))
      .map(([, versions]) => versions[0]?.headers['x-amz-server-side-encryption-aws-kms-key-id']);
    expect(headers).toHaveLength(9);
    expect(new Set(headers)).toEqual(new Set([key]));
    expect(filesOf(ExportManifest).summary).toMatchObject({ s3SseAlgorithm: 'KMS', s3SseKmsKeyId: key });
  });
});

describe('breakExport', () => {
  const broken = async (fault: Parameters<typeof harness.service.breakExport>[0]) => {
    harness.service.breakExport(fault);
    return exported(client, input({ S3Prefix: fault }));
  };

  it('loses a data file that the manifest names', async () => {
    const files = filesOf((await broken('loseDataFile')).ExportManifest);
    const lost = files.lines.filter(({ dataFileS3Key }) => !bodyOf(dataFileS3Key));
    expect([files.lines.length, lost.length, files.isIntact]).toEqual([4, 1, [true, true]]);
    expect(lost[0]?.itemCount).toBeGreaterThan(0);
  });

  it('states another checksum for a data file', async () => {
    const files = filesOf((await broken('corruptChecksum')).ExportManifest);
    const wrong = files.lines.filter((line) => line.md5Checksum !== md5(bodyOf(line.dataFileS3Key)));
    expect([wrong.length, files.isIntact]).toEqual([1, [true, true]]);
  });

  it('writes another manifest than its checksum is of', async () => {
    expect(filesOf((await broken('corruptManifest')).ExportManifest).isIntact).toEqual([false, true]);
  });

  it('fails half way and leaves what is written, then breaks nothing more', async () => {
    expect(await broken('failHalfWay')).toMatchObject({ ExportStatus: 'FAILED', FailureCode: 'UNKNOWN' });
    const left = [...objectsOf(harness.s3, 'dev-bucket', 'failHalfWay').keys()];
    expect(left.filter((key) => key.includes('/data/'))).toHaveLength(2);
    expect(left.filter((key) => key.includes('manifest'))).toEqual([]);
    expect(await exported(client, input())).toMatchObject({ ExportStatus: 'COMPLETED' });
  });
});

describe('DescribeExport and ListExports', () => {
  const describing = (ExportArn: string) => refused(client.send(new DescribeExportCommand({ ExportArn })));

  it('refuse what is no export, of another account, and unknown', async () => {
    const arn = `${tableArn('orders')}/export/00000000000000-00000000`;
    expect(await describing(arn)).toBe(`ExportNotFoundException: Export not found: ${arn}`);
    expect(await describing(tableArn('a-table-that-is-no-export'))).toMatch(/^ValidationException: Invalid Export ARN/);
    expect(await describing(arn.replace('/export/', '/import/'))).toMatch(/^ValidationException: Invalid Export ARN/);
    expect(await describing(arn.replace(DEV, PROD))).toMatch(/^AccessDeniedException: /);
  });

  it('list in pages by ARN, of one table or of all, those under way too', async () => {
    let held = false;
    const endless = () => new Promise<void>(() => undefined);
    const slow = await startTransferHarness({
      clock: { now: Date.now, wait: async () => (held ? endless() : undefined) },
    });
    const patient = slow.client();
    for (const name of ['first', 'second']) await createRecoverable(patient, name);
    held = true;
    for (let count = 0; count < 3; count += 1) await beginExport(patient, input({ TableArn: tableArn('first') }));
    await beginExport(patient, input({ TableArn: tableArn('second') }));
    const listed: unknown[] = [];
    let NextToken: string | undefined;
    do {
      const page = await patient.send(new ListExportsCommand({ MaxResults: 3, NextToken }));
      listed.push((page.ExportSummaries ?? []).map(({ ExportArn }) => String(ExportArn).split('/')[1]));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(listed).toEqual([['first', 'first', 'first'], ['second']]);
    const { ExportSummaries = [] } = await patient.send(new ListExportsCommand({ TableArn: tableArn('second') }));
    expect(ExportSummaries).toEqual([
      { ExportArn: expect.any(String), ExportStatus: 'IN_PROGRESS', ExportType: 'FULL_EXPORT' },
    ]);
    expect(await refused(patient.send(new ListExportsCommand({ NextToken: 'made up' })))).toContain(
      'Invalid NextToken',
    );
    await slow.close();
  });
});

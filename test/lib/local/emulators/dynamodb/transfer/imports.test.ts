import { gzipSync } from 'node:zlib';
import {
  BatchWriteItemCommand,
  DeleteTableCommand,
  DescribeImportCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  ImportTableCommand,
  type ImportTableCommandInput,
  ListImportsCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceError } from '../../../../../../lib/local/service.ts';
import { DEV, PROD, refused, simpleTable } from '../harness.ts';
import {
  createRecoverable,
  exported,
  importEnded,
  imported,
  importInput,
  numbered,
  scanned,
  startTransferHarness,
  type TransferHarness,
  tableArn,
} from './harness.ts';

let harness: TransferHarness;
let client: DynamoDBClient;
/** Keys that S3 refuses to give. */
const unreadable = new Set<string>();
beforeAll(async () => {
  harness = await startTransferHarness({
    callS3: (callS3) => async (caller, request) => {
      if (request.method === 'GET' && unreadable.has(request.key ?? '')) {
        throw new ServiceError('AccessDenied', 'User: worker is not authorized', 403);
      }
      return callS3(caller, request);
    },
  });
  client = harness.client();
});
afterAll(() => harness.close());

const record = (item: unknown) => `${JSON.stringify({ Item: item })}\n`;
const put = (key: string, content: string | Buffer, bucket = 'dev-bucket') =>
  harness.s3.putObject(bucket, key, content);
const importing = (input: ImportTableCommandInput) => refused(client.send(new ImportTableCommand(input)));
const statusOf = async (TableName: string) =>
  (await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus;

describe('ImportTable', () => {
  it('describes the import as begun: counts are zero, sizes and ends absent', async () => {
    const { ImportTableDescription: begun } = await client.send(
      new ImportTableCommand(importInput('begun', {}, 'none/')),
    );
    expect(begun).toMatchObject({
      ImportStatus: 'IN_PROGRESS',
      TableArn: tableArn('begun'),
      InputFormat: 'DYNAMODB_JSON',
      InputCompressionType: 'NONE',
      ErrorCount: 0,
      ProcessedItemCount: 0,
      ImportedItemCount: 0,
      CloudWatchLogGroupArn: `arn:aws:logs:us-east-1:${DEV}:log-group:/aws-dynamodb/imports:*`,
    });
    expect(begun?.ImportArn).toMatch(/:table\/begun\/import\/\d{14}-[0-9a-f]{8}$/);
    for (const absent of ['EndTime', 'ProcessedSizeBytes', 'FailureCode']) expect(begun).not.toHaveProperty(absent);
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'begun' }));
    expect(Table).toMatchObject({ TableStatus: 'CREATING', TableId: begun?.TableId });
    await importEnded(client, begun?.ImportArn);
  });

  it('loads what was exported, in both formats, with indexes that can be read at once', async () => {
    const items = numbered(30);
    await createRecoverable(client, 'source', items);
    const index = {
      IndexName: 'by-n',
      KeySchema: [{ AttributeName: 'n', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'ALL' as const },
    };
    for (const format of ['DYNAMODB_JSON', 'ION'] as const) {
      const S3Prefix = `round-trip/${format}`;
      const { ExportManifest } = await exported(client, {
        TableArn: tableArn('source'),
        S3Bucket: 'dev-bucket',
        S3Prefix,
        ExportFormat: format,
      });
      const name = `copy-${format.toLowerCase()}`;
      const data = String(ExportManifest).replace('manifest-summary.json', 'data/');
      const more: Partial<ImportTableCommandInput> = {
        InputFormat: format,
        InputCompressionType: 'GZIP',
        TableCreationParameters: {
          ...simpleTable(name),
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'n', AttributeType: 'N' },
          ],
          GlobalSecondaryIndexes: [index],
        } as ImportTableCommandInput['TableCreationParameters'],
      };
      const done = await imported(client, importInput(name, more, data));
      expect(done).toMatchObject({
        ImportStatus: 'COMPLETED',
        ProcessedItemCount: 30,
        ImportedItemCount: 30,
        ErrorCount: 0,
      });
      expect(await scanned(client, name)).toEqual(await scanned(client, 'source'));
      const { Items } = await client.send(
        new QueryCommand({
          TableName: name,
          IndexName: 'by-n',
          KeyConditionExpression: 'n = :n',
          ExpressionAttributeValues: { ':n': { N: '7.5' } },
        }),
      );
      expect(Items).toEqual([items[6]]);
    }
  });

  it('counts bytes uncompressed, and writes, not surviving items; the last of several with one key stays', async () => {
    const lines = [1, 2, 3].map((number) => record({ pk: { S: 'same' }, n: { N: String(number) } })).join('');
    put('plain/one', lines);
    put('packed/one', gzipSync(lines));
    const plain = await imported(client, importInput('plain', {}, 'plain/'));
    const packed = await imported(client, importInput('packed', { InputCompressionType: 'GZIP' }, 'packed/'));
    for (const done of [plain, packed]) {
      expect(done).toMatchObject({ ImportStatus: 'COMPLETED', ProcessedSizeBytes: lines.length, ImportedItemCount: 3 });
    }
    expect(await scanned(client, 'plain')).toEqual([{ pk: { S: 'same' }, n: { N: '3' } }]);
  });

  it('reads every page of a listing, and objects without content', async () => {
    for (let number = 0; number < 120; number += 1) put(`many/${number}`, record({ pk: { S: `key-${number}` } }));
    put('many/empty', '');
    expect(await imported(client, importInput('many', {}, 'many/'))).toMatchObject({
      ImportStatus: 'COMPLETED',
      ImportedItemCount: 120,
    });
  });

  it('makes an empty table of a prefix without objects', async () => {
    expect(await imported(client, importInput('nothing', {}, 'nothing/'))).toMatchObject({
      ImportStatus: 'COMPLETED',
      ProcessedItemCount: 0,
      ProcessedSizeBytes: 0,
    });
    expect(await scanned(client, 'nothing')).toEqual([]);
  });

  it('answers no data call before all is there', async () => {
    let proceed: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    let reached: () => void = () => undefined;
    const reading = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const slow = await startTransferHarness({
      callS3: (callS3) => async (caller, request) => {
        if (request.key === 'gated/second') {
          reached();
          await gate;
        }
        return callS3(caller, request);
      },
    });
    for (const name of ['first', 'second'])
      slow.s3.putObject('dev-bucket', `gated/${name}`, record({ pk: { S: name } }));
    const patient = slow.client();
    const TableName = 'gated';
    const { ImportTableDescription: begun } = await patient.send(
      new ImportTableCommand(importInput(TableName, {}, 'gated/')),
    );
    await reading;
    const notFound = 'ResourceNotFoundException: Requested resource not found';
    const Item = { pk: { S: 'first' } };
    expect(await refused(patient.send(new ScanCommand({ TableName: tableArn(TableName) })))).toBe(notFound);
    expect(await refused(patient.send(new GetItemCommand({ TableName, Key: Item })))).toBe(notFound);
    const RequestItems = { [TableName]: [{ PutRequest: { Item } }] };
    expect(await refused(patient.send(new BatchWriteItemCommand({ RequestItems })))).toBe(notFound);
    proceed();
    await importEnded(patient, begun?.ImportArn);
    expect(await scanned(patient, TableName)).toHaveLength(2);
    await slow.close();
  });

  it('refuses a table that exists, and parameters that CreateTable would refuse', async () => {
    expect(await importing(importInput('plain'))).toBe('ResourceInUseException: Table already exists: plain');
    const unused = { ...simpleTable('unused'), AttributeDefinitions: [{ AttributeName: 'x', AttributeType: 'S' }] };
    expect(await importing(importInput('unused', { TableCreationParameters: unused as never }))).toMatch(
      /^ValidationException: .*AttributeDefinitions/,
    );
  });

  it.each([
    [{ InputFormat: 'CSV' }, 'InputFormat CSV is not supported'],
    [{ InputCompressionType: 'ZSTD' }, 'InputCompressionType ZSTD is not supported'],
    [{ InputCompressionType: 'BZIP2' }, "'inputCompressionType' failed to satisfy constraint"],
    [{ InputFormatOptions: { Csv: {} } }, "member 'inputFormatOptions' is not supported"],
    [{ ClientToken: undefined }, "Value null at 'clientToken'"],
    [{ ClientToken: '' }, "'clientToken' failed to satisfy constraint"],
    [{ S3BucketSource: {} }, "Value null at 's3BucketSource.s3Bucket'"],
  ])('refuses %j', async (more, message) => {
    const input = { ClientToken: 'token', ...importInput('refused'), ...more };
    const answer = await harness.raw('ImportTable', JSON.stringify(input));
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(message)]);
  });

  it.each(['LocalSecondaryIndexes', 'Tags', 'TableClass', 'StreamSpecification', 'DeletionProtectionEnabled'])(
    'pitfall 29: cannot carry %s of a table',
    async (member) => {
      const parameters = { ...simpleTable('carried'), [member]: [] };
      const body = { ClientToken: 'token', ...importInput('carried'), TableCreationParameters: parameters };
      const answer = await harness.raw('ImportTable', JSON.stringify(body));
      const shown = `tableCreationParameters.${member.charAt(0).toLowerCase()}${member.slice(1)}`;
      expect(await answer.text()).toContain(`unknown member '${shown}'`);
    },
  );
});

describe('pitfall 29: an import that fails', () => {
  it('for items of the wrong form keeps the table with the others', async () => {
    put('bad/good', `${record({ pk: { S: 'one' } })}\n   \n${record({ pk: { S: 'two' } })}`);
    put('bad/wrong-key', record({ pk: { N: '1' } }) + record({ pk: { S: 'three' } }));
    put('bad/no-key', record({ n: { N: '1' } }));
    put('bad/no-item', `{"pk":{"S":"x"}}\n${record({ pk: { S: 'given up' } })}`);
    expect(await imported(client, importInput('bad', {}, 'bad/'))).toMatchObject({
      ImportStatus: 'FAILED',
      FailureCode: 'ItemValidationError',
      ProcessedItemCount: 6,
      ImportedItemCount: 3,
      ErrorCount: 3,
    });
    expect(await statusOf('bad')).toBe('ACTIVE');
    expect((await scanned(client, 'bad')).map(({ pk }) => pk?.S)).toEqual(['one', 'three', 'two']);
  });

  it('for objects that are not compressed as it says counts each as an error', async () => {
    put('unpacked/one', record({ pk: { S: 'one' } }));
    expect(
      await imported(client, importInput('unpacked', { InputCompressionType: 'GZIP' }, 'unpacked/')),
    ).toMatchObject({
      ImportStatus: 'FAILED',
      ErrorCount: 1,
      ImportedItemCount: 0,
    });
  });

  it('half way leaves a table with part of the items', async () => {
    put('half/one', numbered(10).map(record).join(''));
    harness.service.breakImport('failHalfWay');
    expect(await imported(client, importInput('half', {}, 'half/'))).toMatchObject({
      ImportStatus: 'FAILED',
      FailureCode: 'InternalServerError',
      ImportedItemCount: 5,
    });
    expect([await statusOf('half'), (await scanned(client, 'half')).length]).toEqual(['ACTIVE', 5]);
    await client.send(new DeleteTableCommand({ TableName: 'half' }));
  });

  it('for an object that it may not read keeps what it read before', async () => {
    for (const name of ['a', 'b']) put(`denied/${name}`, record({ pk: { S: name } }));
    unreadable.add('denied/b');
    expect(await imported(client, importInput('denied', {}, 'denied/'))).toMatchObject({
      ImportStatus: 'FAILED',
      FailureCode: 'S3AccessDenied',
      ImportedItemCount: 1,
    });
    expect(await scanned(client, 'denied')).toHaveLength(1);
  });

  it('for its bucket leaves no table', async () => {
    const from = (S3BucketSource: ImportTableCommandInput['S3BucketSource']) =>
      imported(client, importInput('lost', { S3BucketSource }));
    expect(await from({ S3Bucket: 'no-bucket' })).toMatchObject({
      ImportStatus: 'FAILED',
      FailureCode: 'S3NoSuchBucket',
      FailureMessage: 'The specified bucket does not exist',
      ProcessedItemCount: 0,
    });
    expect(await refused(statusOf('lost'))).toMatch(/^ResourceNotFoundException/);
    expect(await from({ S3Bucket: 'prod-bucket' })).toMatchObject({ FailureCode: 'S3AccessDenied' });
    expect(await from({ S3Bucket: 'prod-bucket', S3BucketOwner: PROD })).toMatchObject({ ImportStatus: 'COMPLETED' });
  });
});

describe('the client token of an import', () => {
  it('gives back the same import while it goes on, then the table refuses', async () => {
    const input = importInput('repeated', { ClientToken: 'again' }, 'none/');
    const [first, second] = await Promise.all([1, 2].map(() => client.send(new ImportTableCommand(input))));
    const arn = first?.ImportTableDescription?.ImportArn;
    expect(second?.ImportTableDescription?.ImportArn).toBe(arn);
    await importEnded(client, arn);
    expect(await importing(input)).toBe('ResourceInUseException: Table already exists: repeated');
  });

  it('conflicts with any other input', async () => {
    await imported(client, importInput('owner', { ClientToken: 'taken' }, 'none/'));
    expect(await importing(importInput('another', { ClientToken: 'taken' }, 'none/'))).toBe(
      'ImportConflictException: Duplicate request detected with conflicting parameters',
    );
  });
});

describe('DescribeImport and ListImports', () => {
  it('refuse an unknown import', async () => {
    const ImportArn = `${tableArn('plain')}/import/00000000000000-00000000`;
    expect(await refused(client.send(new DescribeImportCommand({ ImportArn })))).toBe(
      `ImportNotFoundException: Import not found: ${ImportArn}`,
    );
  });

  it('list the newest first in pages, of one table or of all', async () => {
    const listed: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(new ListImportsCommand({ PageSize: 4, NextToken }));
      listed.push(...(page.ImportSummaryList ?? []).map(({ ImportArn }) => String(ImportArn)));
      expect(page.ImportSummaryList?.length).toBeLessThanOrEqual(4);
      NextToken = page.NextToken;
    } while (NextToken);
    expect(listed.length).toBeGreaterThan(8);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed[0]).toContain('/owner/');
    const { ImportSummaryList = [] } = await client.send(new ListImportsCommand({ TableArn: tableArn('bad') }));
    expect(ImportSummaryList).toEqual([
      expect.objectContaining({ ImportStatus: 'FAILED', TableArn: tableArn('bad'), EndTime: expect.any(Date) }),
    ]);
    expect(await refused(client.send(new ListImportsCommand({ NextToken: '0'.repeat(112) })))).toMatch(
      /^ValidationException: Invalid NextToken/,
    );
  });
});

it('a table that was imported takes writes like any other', async () => {
  await imported(client, importInput('writable', {}, 'none/'));
  await client.send(new PutItemCommand({ TableName: 'writable', Item: { pk: { S: 'new' } } }));
  expect(await scanned(client, 'writable')).toEqual([{ pk: { S: 'new' } }]);
});

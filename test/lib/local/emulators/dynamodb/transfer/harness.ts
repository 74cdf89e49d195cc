import { gunzipSync } from 'node:zlib';
import {
  type CreateTableCommandInput,
  DescribeExportCommand,
  DescribeImportCommand,
  type DynamoDBClient,
  type ExportDescription,
  ExportTableToPointInTimeCommand,
  type ExportTableToPointInTimeCommandInput,
  ImportTableCommand,
  type ImportTableCommandInput,
  type ImportTableDescription,
  PutItemCommand,
  ScanCommand,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { vi } from 'vitest';
import { type Clock, realClock } from '../../../../../../lib/local/clock.ts';
import type { Item } from '../../../../../../lib/local/emulators/dynamodb/engine/dynalite.ts';
import type { CallS3 } from '../../../../../../lib/local/emulators/dynamodb/transfer/storage.ts';
import { s3Service } from '../../../../../../lib/local/emulators/s3/index.ts';
import { createS3Store, type S3Store } from '../../../../../../lib/local/emulators/s3/store.ts';
import { createForwardedCalls } from '../../../../../../lib/local/forwarded-calls.ts';
import { createSettled, DEV, type Harness, PROD, simpleTable, startHarness } from '../harness.ts';

export const REGION = 'us-east-1';
export const tableArn = (name: string, account = DEV) => `arn:aws:dynamodb:${REGION}:${account}:table/${name}`;

/** The emulator with an S3 that allows everything, and a bucket of each account: `dev-bucket`, `prod-bucket`. */
export interface TransferHarness extends Harness {
  readonly s3: S3Store;
}

export async function startTransferHarness(
  options: { readonly clock?: Clock; readonly callS3?: (callS3: CallS3) => CallS3 } = {},
): Promise<TransferHarness> {
  const { clock = realClock(1000), callS3 = (same) => same } = options;
  const s3 = createS3Store(clock);
  s3.createBucket({ name: 'dev-bucket', account: DEV, region: REGION });
  s3.createBucket({ name: 'prod-bucket', account: PROD, region: 'eu-west-1' });
  const allowed = createForwardedCalls({ service: s3Service(s3, clock), store: s3, clock });
  return { ...(await startHarness({ clock, callS3: callS3(allowed) })), s3 };
}

/** A table with point-in-time recovery and those items. */
export async function createRecoverable(
  client: DynamoDBClient,
  name: string,
  items: readonly Item[] = [],
  more: Partial<CreateTableCommandInput> = {},
): Promise<void> {
  await createSettled(client, simpleTable(name, more));
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  await vi.waitFor(
    () => client.send(new UpdateContinuousBackupsCommand({ TableName: name, PointInTimeRecoverySpecification })),
    { timeout: 5000, interval: 5 },
  );
  for (const Item of items) await client.send(new PutItemCommand({ TableName: name, Item: Item as never }));
}

export const numbered = (count: number): Item[] =>
  Array.from({ length: count }, (_, number) => ({ pk: { S: `item-${number}` }, n: { N: `${number + 1}.5` } }));

export const beginExport = async (client: DynamoDBClient, input: ExportTableToPointInTimeCommandInput) =>
  (await client.send(new ExportTableToPointInTimeCommand(input))).ExportDescription as ExportDescription;

/** Begins an export and waits for its end. */
export async function exported(
  client: DynamoDBClient,
  input: ExportTableToPointInTimeCommandInput,
): Promise<ExportDescription> {
  const { ExportArn } = await beginExport(client, input);
  return ended(
    async () => (await client.send(new DescribeExportCommand({ ExportArn }))).ExportDescription,
    'ExportStatus',
  );
}

export const importInput = (
  TableName: string,
  more: Partial<ImportTableCommandInput> = {},
  S3KeyPrefix = 'data/',
): ImportTableCommandInput => ({
  S3BucketSource: { S3Bucket: 'dev-bucket', S3KeyPrefix },
  InputFormat: 'DYNAMODB_JSON',
  TableCreationParameters: simpleTable(TableName) as ImportTableCommandInput['TableCreationParameters'],
  ...more,
});

/** Begins an import and waits for its end. */
export async function imported(
  client: DynamoDBClient,
  input: ImportTableCommandInput,
): Promise<ImportTableDescription> {
  const { ImportTableDescription: begun } = await client.send(new ImportTableCommand(input));
  return importEnded(client, begun?.ImportArn);
}

export const importEnded = (client: DynamoDBClient, ImportArn: string | undefined) =>
  ended(
    async () => (await client.send(new DescribeImportCommand({ ImportArn }))).ImportTableDescription,
    'ImportStatus',
  );

async function ended<T extends object>(describe: () => Promise<T | undefined>, status: keyof T): Promise<T> {
  for (;;) {
    const described = await describe();
    if (described && described[status] !== 'IN_PROGRESS') return described;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export async function scanned(client: DynamoDBClient, TableName: string): Promise<Item[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName }));
  return (Items as unknown as Item[]).sort((left, right) => (String(left.pk?.S) < String(right.pk?.S) ? -1 : 1));
}

/** Objects below a prefix as texts, those that end in `.gz` unpacked. */
export function objectsOf(s3: S3Store, bucket: string, prefix: string): Map<string, string> {
  const keys = [...(s3.findBucket(bucket)?.objects.keys() ?? [])].filter((key) => key.startsWith(prefix)).sort();
  return new Map(
    keys.map((key) => {
      const body = s3.getObject(bucket, key)?.body ?? Buffer.alloc(0);
      return [key, (key.endsWith('.gz') ? gunzipSync(body) : body).toString()];
    }),
  );
}

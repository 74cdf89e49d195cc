import { createHash, randomInt } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { ServiceError } from '../../../service.ts';
import { itemSize } from '../engine/sizes.ts';
import type { ExportJob } from './exports.ts';
import type { ExportFault } from './faults.ts';
import { ionRecord } from './ion-write.ts';
import type { Item } from './items.ts';
import type { Storage } from './storage.ts';

export type ExportFormat = 'DYNAMODB_JSON' | 'ION';

/** Every table has that many partitions here, each with a data file of its own, which may be empty. */
const PARTITIONS = 4;
const VERSION = '2020-06-30';
const FORMATS: Readonly<Record<ExportFormat, { readonly extension: string; record(item: Item): string }>> = {
  DYNAMODB_JSON: { extension: 'json.gz', record: (item) => JSON.stringify({ Item: item }) },
  ION: { extension: 'ion.gz', record: ionRecord },
};

interface DataFile {
  readonly key: string;
  readonly body: Buffer;
  readonly items: number;
}

/** Folder of an export: `<prefix>/AWSDynamoDB/<export id>/`. */
function folderOf({ arn, input }: ExportJob): string {
  const id = arn.slice(arn.lastIndexOf('/') + 1);
  return `${input.S3Prefix ? `${input.S3Prefix}/` : ''}AWSDynamoDB/${id}/`;
}

/** Proves that the bucket can be written to: an empty object `_started`. */
export const writeStarted = (storage: Storage, job: ExportJob): Promise<void> =>
  storage.put(`${folderOf(job)}_started`, Buffer.alloc(0));

/**
 * Writes the data files, then the two manifests with their checksums ("DynamoDB table export output format"), the
 * summary last. Throws the ServiceError of the first write that S3 refuses; what was written before stays.
 */
export async function writeData(
  storage: Storage,
  job: ExportJob,
  items: readonly Item[],
  { endedAt, fault }: { readonly endedAt: number; readonly fault: ExportFault | null },
): Promise<NonNullable<ExportJob['result']>> {
  const folder = folderOf(job);
  const files = dataFiles(job, folder, items);
  const lines: string[] = [];
  for (const [index, file] of files.entries()) {
    if (fault === 'failHalfWay' && index === PARTITIONS / 2) {
      throw new ServiceError('InternalServerError', 'the export was ended by a fault', 500);
    }
    lines.push(JSON.stringify(await writeDataFile(storage, file, file === fullest(files) ? fault : null)));
  }
  const filesKey = `${folder}manifest-files.json`;
  await writeManifest(storage, filesKey, lines.map((line) => `${line}\n`).join(''), fault === 'corruptManifest');
  const bytes = items.reduce((sum, item) => sum + itemSize(item), 0);
  const manifest = `${folder}manifest-summary.json`;
  await writeManifest(storage, manifest, summaryOf(job, { endedAt, filesKey, bytes, items: items.length }), false);
  return { manifest, items: items.length, bytes };
}

/** A fault spoils the file with most items, so that it is noticed by whoever counts them. */
const fullest = (files: readonly DataFile[]): DataFile | undefined =>
  files.reduce((most, file) => (file.items > most.items ? file : most), files[0] as DataFile);

/** Items of one partition key lie in one file. */
function dataFiles({ format, table }: ExportJob, folder: string, items: readonly Item[]): DataFile[] {
  const { extension, record } = FORMATS[format];
  const records: string[][] = Array.from({ length: PARTITIONS }, () => []);
  for (const item of items) {
    const hash = createHash('md5').update(JSON.stringify(item[table.partitionKey]));
    records[(hash.digest()[0] ?? 0) % PARTITIONS]?.push(`${record(item)}\n`);
  }
  return records.map((partition) => ({
    key: `${folder}data/${fileName()}.${extension}`,
    body: gzipSync(partition.join('')),
    items: partition.length,
  }));
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const fileName = () => Array.from({ length: 26 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');

async function writeDataFile(storage: Storage, file: DataFile, fault: ExportFault | null) {
  const etag = fault === 'loseDataFile' ? md5(file.body, 'hex') : await storage.upload(file.key, file.body);
  const stated = fault === 'corruptChecksum' ? Buffer.concat([file.body, Buffer.alloc(1)]) : file.body;
  return { itemCount: file.items, md5Checksum: md5(stated, 'base64'), etag, dataFileS3Key: file.key };
}

async function writeManifest(storage: Storage, key: string, text: string, corrupt: boolean): Promise<void> {
  const body = Buffer.from(text);
  await storage.put(key, corrupt ? Buffer.concat([body, Buffer.from('\n')]) : body);
  await storage.put(key.replace(/json$/, 'md5'), Buffer.from(md5(body, 'base64')));
}

const md5 = (body: Buffer, encoding: 'hex' | 'base64') => createHash('md5').update(body).digest(encoding);

function summaryOf(
  job: ExportJob,
  ended: { readonly endedAt: number; readonly filesKey: string; readonly bytes: number; readonly items: number },
): string {
  const { input, table } = job;
  const iso = (moment: number) => new Date(moment).toISOString();
  return JSON.stringify({
    version: VERSION,
    exportArn: job.arn,
    startTime: iso(job.startedAt),
    endTime: iso(ended.endedAt),
    tableArn: table.arn,
    tableId: table.id,
    exportTime: iso(job.exportTime),
    s3Bucket: input.S3Bucket,
    s3Prefix: input.S3Prefix ?? null,
    s3SseAlgorithm: input.S3SseAlgorithm ?? null,
    s3SseKmsKeyId: input.S3SseKmsKeyId ?? null,
    manifestFilesS3Key: ended.filesKey,
    billedSizeBytes: ended.bytes,
    itemCount: ended.items,
    outputFormat: job.format,
  });
}

import { randomUUID } from 'node:crypto';
import { ServiceError } from '../../../service.ts';
import { invalidParameter, resolveTable, validation } from '../names.ts';
import type { Asked } from '../region.ts';
import type { Table } from '../table.ts';
import { type ExportFormat, writeData, writeStarted } from './export-files.ts';
import { type Item, readItems } from './items.ts';
import {
  type Failure,
  failureOf,
  findJob,
  findRepeated,
  fingerprintOf,
  jobArn,
  pageOf,
  type Repeatable,
  refuseConflict,
  TRANSFER_DURATIONS,
} from './jobs.ts';
import { openStorage } from './storage.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Exports under way at once in an account and region (quota). */
const MAXIMUM_EXPORTS = 300;
/** Page of ListExports without MaxResults; a small one makes callers follow pages. */
const PAGE = 10;

export interface ExportInput {
  readonly TableArn: string;
  readonly ExportTime?: number;
  readonly ClientToken?: string;
  readonly S3Bucket: string;
  readonly S3BucketOwner?: string;
  readonly S3Prefix?: string;
  readonly S3SseAlgorithm?: 'AES256' | 'KMS';
  readonly S3SseKmsKeyId?: string;
  readonly ExportFormat?: ExportFormat;
  readonly ExportType?: string;
}

/** An export of one table; moments in milliseconds since the epoch. */
export interface ExportJob extends Repeatable {
  readonly arn: string;
  readonly table: { readonly arn: string; readonly id: string; readonly partitionKey: string };
  readonly input: ExportInput;
  readonly format: ExportFormat;
  readonly startedAt: number;
  readonly exportTime: number;
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  endedAt: number | null;
  failure: Failure | null;
  /** Known once it is complete: key of the summary, number of items, bytes by the size rules of items. */
  result: { readonly manifest: string; readonly items: number; readonly bytes: number } | null;
}

/**
 * ExportTableToPointInTime. What is exported is the table as it is at the moment of the call, whatever `ExportTime` says
 * within the window. The bucket is tried only afterwards: what is wrong with it is the failure of the export.
 */
export async function exportTableToPointInTime(asked: Asked, input: ExportInput): Promise<Record<string, unknown>> {
  const { region } = asked;
  refuseUnbuilt(input);
  const table = findExported(asked, input.TableArn);
  const now = region.clock.now();
  const fingerprint = fingerprintOf(input);
  const jobs = region.transfers.exports;
  const repeated = input.ClientToken === undefined ? undefined : findRepeated(jobs.values(), input.ClientToken, now);
  if (repeated) {
    refuseConflict(repeated, fingerprint, 'ExportConflictException');
    return { ExportDescription: describeExportJob(repeated) };
  }
  const exportTime = exportTimeOf(table, input, now);
  if ([...jobs.values()].filter(({ status }) => status === 'IN_PROGRESS').length >= MAXIMUM_EXPORTS) {
    throw new ServiceError('LimitExceededException', `Exports in progress: at most ${MAXIMUM_EXPORTS} are allowed`);
  }
  const job: ExportJob = {
    arn: jobArn(table.arn, 'export', now),
    table: { arn: table.arn, id: table.id, partitionKey: table.keySchema[0]?.AttributeName ?? '' },
    input,
    format: input.ExportFormat ?? 'DYNAMODB_JSON',
    token: input.ClientToken ?? randomUUID(),
    fingerprint,
    startedAt: now,
    exportTime,
    status: 'IN_PROGRESS',
    endedAt: null,
    failure: null,
    result: null,
  };
  jobs.set(job.arn, job);
  run(asked, job, await readItems(region, table.name));
  return { ExportDescription: describeExportJob(job) };
}

function refuseUnbuilt(input: ExportInput): void {
  if (input.ExportType === 'INCREMENTAL_EXPORT') throw validation('ExportType INCREMENTAL_EXPORT is not supported');
  if (input.S3SseKmsKeyId !== undefined && input.S3SseAlgorithm !== 'KMS') {
    throw invalidParameter('S3SseKmsKeyId can only be specified when S3SseAlgorithm is KMS');
  }
}

/** The table of an export by ARN; TableNotFoundException, as of all operations about recovery. */
function findExported({ region, operation, caller }: Asked, arn: string): Table {
  if (!arn.startsWith('arn:')) throw validation(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  const table = region.tables.get(resolveTable(arn, region.place, operation, caller));
  if (!table || table.status === 'CREATING' || table.status === 'DELETING') {
    throw new ServiceError('TableNotFoundException', `Table not found: ${arn}`);
  }
  return table;
}

/** Recorded: an export may be of this very moment, unlike a restore. */
function exportTimeOf({ name, backups }: Table, { ExportTime }: ExportInput, now: number): number {
  const { enabledAt, recoveryDays } = backups;
  if (enabledAt === null || recoveryDays === null) {
    throw new ServiceError(
      'PointInTimeRecoveryUnavailableException',
      `Point in time recovery is not enabled for table '${name}'`,
    );
  }
  const exportTime = ExportTime === undefined ? now : ExportTime * 1000;
  // The window is told in whole seconds, so that a client's own clock fits into its edges.
  const earliest = Math.floor(Math.max(enabledAt * 1000, now - recoveryDays * DAY) / 1000) * 1000;
  const latest = Math.ceil(now / 1000) * 1000;
  if (exportTime < earliest || exportTime > latest) {
    throw new ServiceError(
      'InvalidExportTimeException',
      `The specified ExportTime ${ExportTime} is outside of the point in time recovery window, ` +
        `${earliest / 1000} to ${latest / 1000}`,
    );
  }
  return exportTime;
}

function run({ region, session }: Asked, job: ExportJob, items: readonly Item[]): void {
  const { S3Bucket: bucket, S3BucketOwner, S3SseAlgorithm, S3SseKmsKeyId } = job.input;
  const { callS3, faults } = region;
  const fault = faults.exports.shift() ?? null;
  const key = 'x-amz-server-side-encryption-aws-kms-key-id';
  const storage = openStorage(callS3, session, {
    bucket,
    // Without an owner only the caller's own buckets will do (model: required for a bucket of another account).
    owner: S3BucketOwner ?? region.place.account,
    written: {
      ...(S3SseAlgorithm && { 'x-amz-server-side-encryption': S3SseAlgorithm === 'KMS' ? 'aws:kms' : 'AES256' }),
      ...(S3SseKmsKeyId !== undefined && { [key]: S3SseKmsKeyId }),
    },
  });
  const end = (failure: Failure | null) => {
    job.failure = failure;
    job.endedAt = region.clock.now();
    job.status = failure ? 'FAILED' : 'COMPLETED';
  };
  const step = (milliseconds: number, action: () => Promise<void>) =>
    region.after(milliseconds, async () => {
      try {
        await action();
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        end(failureOf(error));
      }
    });
  step(TRANSFER_DURATIONS.exportStart, async () => {
    await writeStarted(storage, job);
    step(TRANSFER_DURATIONS.exportData, async () => {
      job.result = await writeData(storage, job, items, { endedAt: region.clock.now(), fault });
      end(null);
    });
  });
}

/** DescribeExport. */
export function describeExport(asked: Asked, input: { readonly ExportArn: string }): Record<string, unknown> {
  return {
    ExportDescription: describeExportJob(findJob(asked, asked.region.transfers.exports, 'export', input.ExportArn)),
  };
}

/** ListExports: those under way too, by ARN; the documentation says in reverse, the service does not do so (recorded). */
export function listExports(
  { region }: Asked,
  input: { readonly TableArn?: string; readonly MaxResults?: number; readonly NextToken?: string },
): Record<string, unknown> {
  const { TableArn: table, MaxResults: limit = PAGE, NextToken: after } = input;
  const jobs = [...region.transfers.exports.values()]
    .filter((job) => table === undefined || job.table.arn === table)
    .sort((left, right) => (left.arn < right.arn ? -1 : 1));
  const { page, next } = pageOf(jobs, ({ arn }) => arn, { after, limit });
  return {
    ExportSummaries: page.map(({ arn, status }) => ({
      ExportArn: arn,
      ExportStatus: status,
      ExportType: 'FULL_EXPORT',
    })),
    ...(next !== null && { NextToken: next }),
  };
}

function describeExportJob(job: ExportJob): Record<string, unknown> {
  const { input, failure, result } = job;
  const { TableArn: _arn, ClientToken: _token, ExportTime: _time, ...told } = input;
  return {
    ExportArn: job.arn,
    ExportStatus: job.status,
    StartTime: job.startedAt / 1000,
    ...(job.endedAt !== null && { EndTime: job.endedAt / 1000 }),
    TableArn: job.table.arn,
    TableId: job.table.id,
    ExportTime: job.exportTime / 1000,
    ClientToken: job.token,
    ...told,
    ExportFormat: job.format,
    ...(failure && { FailureCode: failure.code, FailureMessage: failure.message }),
    ...(result && { ExportManifest: result.manifest, BilledSizeBytes: result.bytes, ItemCount: result.items }),
  };
}

import { ServiceError } from '../../../service.ts';
import { activateLoaded, admit, type CreateTableInput, newTable } from '../create-table.ts';
import { validation } from '../names.ts';
import type { Asked } from '../region.ts';
import { definitionOf, type Table } from '../table.ts';
import type { ImportFault } from './faults.ts';
import { added, type Counts, importObject, NOTHING } from './import-objects.ts';
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

/** Imports under way at once in an account and region (model). */
const MAXIMUM_IMPORTS = 50;
/** Page of ListImports without PageSize; a small one makes callers follow pages. */
const PAGE = 10;

export interface ImportInput {
  readonly ClientToken?: string;
  readonly S3BucketSource: {
    readonly S3Bucket: string;
    readonly S3BucketOwner?: string;
    readonly S3KeyPrefix?: string;
  };
  readonly InputFormat: string;
  readonly InputCompressionType?: string;
  readonly TableCreationParameters: Omit<CreateTableInput, 'LocalSecondaryIndexes' | 'StreamSpecification' | 'Tags'>;
}

/** An import into one table; moments in milliseconds since the epoch. */
export interface ImportJob extends Repeatable {
  readonly arn: string;
  readonly table: Pick<Table, 'name' | 'arn' | 'id'>;
  readonly input: ImportInput;
  readonly token: string;
  readonly startedAt: number;
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  endedAt: number | null;
  failure: Failure | null;
  /** Null until the import has ended: the service tells no progress (recorded). */
  counts: Counts | null;
}

/**
 * ImportTable: a new table, in state CREATING until all its items are there. The bucket is tried only afterwards: what
 * is wrong with it is the failure of the import.
 */
export function importTable(asked: Asked, input: ImportInput): Record<string, unknown> {
  const { region } = asked;
  refuseUnbuilt(input);
  const { ClientToken: token, TableCreationParameters: parameters } = input;
  // Recorded: the model's optional member is none.
  if (token === undefined) {
    throw validation(
      "1 validation error detected: Value null at 'clientToken' failed to satisfy constraint: Member must not be null",
    );
  }
  const now = region.clock.now();
  const jobs = region.transfers.imports;
  const fingerprint = fingerprintOf(input);
  const repeated = findRepeated(jobs.values(), token, now);
  // Recorded: once the import has ended, its table refuses the repetition before the token is looked at.
  if (repeated && (repeated.status === 'IN_PROGRESS' || !region.tables.has(parameters.TableName))) {
    refuseConflict(repeated, fingerprint, 'ImportConflictException');
    return { ImportTableDescription: describeImportJob(repeated) };
  }
  if ([...jobs.values()].filter(({ status }) => status === 'IN_PROGRESS').length >= MAXIMUM_IMPORTS) {
    throw new ServiceError('LimitExceededException', `Imports in progress: at most ${MAXIMUM_IMPORTS} are allowed`);
  }
  const table = newTable(asked, parameters.TableName, parameters);
  admit(region, table);
  const job: ImportJob = {
    arn: jobArn(table.arn, 'import', now),
    table: { name: table.name, arn: table.arn, id: table.id },
    input,
    token,
    fingerprint,
    startedAt: now,
    status: 'IN_PROGRESS',
    endedAt: null,
    failure: null,
    counts: null,
  };
  jobs.set(job.arn, job);
  const fault = region.faults.imports.shift() ?? null;
  region.after(TRANSFER_DURATIONS.importData, () => run(asked, job, table, fault));
  return { ImportTableDescription: describeImportJob(job) };
}

function refuseUnbuilt({ InputFormat, InputCompressionType }: ImportInput): void {
  if (InputFormat === 'CSV') throw validation('InputFormat CSV is not supported');
  if (InputCompressionType === 'ZSTD') throw validation('InputCompressionType ZSTD is not supported');
}

const INVALID_ITEMS: Failure = {
  code: 'ItemValidationError',
  message: 'Some of the items failed validation checks. Please check CloudWatch error logs for more details.',
};

async function run({ region, session }: Asked, job: ImportJob, table: Table, fault: ImportFault | null): Promise<void> {
  const { S3Bucket: bucket, S3BucketOwner, S3KeyPrefix: prefix = '' } = job.input.S3BucketSource;
  const storage = openStorage(region.callS3, session, { bucket, owner: S3BucketOwner ?? region.place.account });
  const end = (counts: Counts, failure: Failure | null) => {
    job.endedAt = region.clock.now();
    Object.assign(job, { counts, failure, status: failure ? 'FAILED' : 'COMPLETED' });
  };
  let keys: readonly string[];
  try {
    keys = await storage.list(prefix);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    // Recorded for a bucket that does not exist: no table stays.
    region.tables.delete(table.name);
    end(NOTHING, failureOf(error));
    return;
  }
  region.loading.add(table.name);
  await region.engine.command({ action: 'define', table: definitionOf(table) });
  let counts = NOTHING;
  let failure: Failure | null = null;
  try {
    for (const key of keys) {
      const { InputFormat: format, InputCompressionType: compression } = job.input;
      counts = added(
        counts,
        await importObject({ region, table: table.name, storage, key, format, compression, fault }),
      );
    }
    if (counts.errors > 0) failure = INVALID_ITEMS;
    if (fault) failure = { code: 'InternalServerError', message: 'the import was ended by a fault' };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    failure = failureOf(error);
  }
  await activateLoaded(region, table);
  end(counts, failure);
}

/** DescribeImport. */
export function describeImport(asked: Asked, input: { readonly ImportArn: string }): Record<string, unknown> {
  return {
    ImportTableDescription: describeImportJob(
      findJob(asked, asked.region.transfers.imports, 'import', input.ImportArn),
    ),
  };
}

/** ListImports: those under way too (recorded), the newest first. */
export function listImports(
  { region }: Asked,
  input: { readonly TableArn?: string; readonly PageSize?: number; readonly NextToken?: string },
): Record<string, unknown> {
  const { TableArn: table, PageSize: limit = PAGE, NextToken: token } = input;
  const jobs = [...region.transfers.imports.values()].filter((job) => table === undefined || job.table.arn === table);
  const { page, next } = pageOf(jobs.reverse(), ({ arn }) => tokenOf(arn), { after: token, limit });
  return {
    ImportSummaryList: page.map((job) => ({
      ImportArn: job.arn,
      ImportStatus: job.status,
      TableArn: job.table.arn,
      S3BucketSource: job.input.S3BucketSource,
      CloudWatchLogGroupArn: logGroupOf(job),
      InputFormat: job.input.InputFormat,
      StartTime: job.startedAt / 1000,
      ...(job.endedAt !== null && { EndTime: job.endedAt / 1000 }),
    })),
    ...(next !== null && { NextToken: next }),
  };
}

/** The model's tokens are groups of sixteen hexadecimal digits, seven at least. */
function tokenOf(arn: string): string {
  const hexadecimal = Buffer.from(arn).toString('hex');
  return hexadecimal.padEnd(Math.max(112, Math.ceil(hexadecimal.length / 16) * 16), '0');
}

const logGroupOf = ({ arn }: ImportJob): string => {
  const [, , , region, account] = arn.split(':');
  return `arn:aws:logs:${region}:${account}:log-group:/aws-dynamodb/imports:*`;
};

function describeImportJob(job: ImportJob): Record<string, unknown> {
  const { input, failure, counts } = job;
  return {
    ImportArn: job.arn,
    ImportStatus: job.status,
    TableArn: job.table.arn,
    TableId: job.table.id,
    ClientToken: job.token,
    S3BucketSource: input.S3BucketSource,
    ErrorCount: counts?.errors ?? 0,
    CloudWatchLogGroupArn: logGroupOf(job),
    InputFormat: input.InputFormat,
    InputCompressionType: input.InputCompressionType ?? 'NONE',
    TableCreationParameters: input.TableCreationParameters,
    StartTime: job.startedAt / 1000,
    ...(job.endedAt !== null && { EndTime: job.endedAt / 1000 }),
    ...(counts && { ProcessedSizeBytes: counts.bytes }),
    ProcessedItemCount: counts?.processed ?? 0,
    ImportedItemCount: counts?.imported ?? 0,
    ...(failure && { FailureCode: failure.code, FailureMessage: failure.message }),
  };
}

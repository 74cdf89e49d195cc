import {
  DescribeImportCommand,
  type DynamoDBClient,
  ImportTableCommand,
  type ImportTableDescription,
  ListImportsCommand,
} from '@aws-sdk/client-dynamodb';
import { eachOf } from '../../core/each-of.ts';
import { isRetried, PromotionError } from '../../core/errors.ts';
import { allPages } from '../../core/paging.ts';
import { attempt, errorCode, named } from '../../core/retry.ts';
import { tableArn } from '../table-arn.ts';
import { creationParameters } from './creation.ts';
import type { Exported } from './manifest.ts';
import { type Load, type LoadFailure, type Loading, nextToken } from './stage.ts';
import { entriesOf, note, prefixOf, type Transfer } from './transfer.ts';

/** Begins to make the destination table from an export that was checked. */
export async function beginImport(transfer: Transfer, exported: Exported): Promise<void> {
  const { run, surroundings, planned } = transfer;
  const owner = { bucket: surroundings.bucket, promotionId: run.promotionId, as: planned.destination };
  const token = nextToken(entriesOf(transfer), 'create', owner);
  const load: Load = { token, export: exported.arn, items: exported.items };
  await note(transfer, 'create', 'intent', load);
  await callImport(transfer, load);
}

/**
 * Goes on where the answer of a beginning was lost: an import that has our token is ours. A repeated call would find it
 * only while it goes on; once it has ended, its own table is in the way (recorded).
 */
export async function settleImport(transfer: Transfer, load: Load): Promise<void> {
  if (!(await adoptOwn(transfer, load))) await callImport(transfer, load);
}

async function callImport(transfer: Transfer, load: Load): Promise<void> {
  const { destination, surroundings, planned, wanted } = transfer;
  const as = planned.destination;
  const command = new ImportTableCommand({
    ClientToken: load.token,
    InputFormat: 'ION',
    InputCompressionType: 'GZIP',
    S3BucketSource: {
      S3Bucket: surroundings.bucket,
      S3BucketOwner: surroundings.environments.tooling.account,
      S3KeyPrefix: `${prefixOf(transfer)}/AWSDynamoDB/${load.export.slice(load.export.lastIndexOf('/') + 1)}/data/`,
    },
    TableCreationParameters: creationParameters(as, wanted),
  });
  try {
    const { ImportTableDescription: begun } = await attempt(() => destination.send(command), {
      check: missingParts(as),
    });
    await noteMade(transfer, load, begun ?? {});
  } catch (error) {
    // 50 imports at once (API reference, ImportTable): the next poll asks again.
    if (errorCode(error) === 'LimitExceededException') return;
    if (errorCode(error) === 'ResourceInUseException' && (await adoptOwn(transfer, load))) return;
    const known = errorOf(error, as);
    if (!isRetried(known)) await note(transfer, 'create', 'refused', { code: known.detail.code });
    throw known;
  }
}

function errorOf(error: unknown, as: string): PromotionError {
  if (errorCode(error) !== 'ResourceInUseException') return named(error, `importing table ${as}`);
  return new PromotionError(
    'Promotion.Conflict',
    {
      code: 'DestinationChanged',
      message: `table ${as} has appeared since the plan was made`,
      resolution: 'start again, so that a new plan is made',
    },
    error,
  );
}

const missingParts = (as: string) => (answer: { ImportTableDescription?: ImportTableDescription }) => {
  const { ImportArn, TableId, TableArn } = answer.ImportTableDescription ?? {};
  return ImportArn && TableId && TableArn ? null : `dynamodb answered no import of ${as}`;
};

async function noteMade(transfer: Transfer, load: Load, begun: ImportTableDescription): Promise<void> {
  const { TableId: id = '', TableArn: arn = '', ImportArn = '' } = begun;
  const loading: Loading = { ...load, id, arn, import: ImportArn };
  await note(transfer, 'create', 'result', loading);
}

/** Looks among the imports into the table for the one with our token; true where it is there, and noted. */
async function adoptOwn(transfer: Transfer, load: Load): Promise<boolean> {
  const { destination, surroundings, run, planned } = transfer;
  const table = tableArn(surroundings.environments, run.destination, planned.destination);
  const what = `listing imports into ${table}`;
  try {
    const listed = await allPages(what, async (NextToken) => {
      const page = await attempt(() => destination.send(new ListImportsCommand({ TableArn: table, NextToken })), {
        check: (answer) => (answer.ImportSummaryList ? null : `dynamodb answered no imports into ${table}`),
      });
      return { items: page.ImportSummaryList ?? [], next: page.NextToken ?? null };
    });
    const described = await eachOf(listed, 4, ({ ImportArn = '' }) => describeImport(destination, ImportArn));
    const own = described.find(({ ClientToken }) => ClientToken === load.token);
    if (own) await noteMade(transfer, load, own);
    return own !== undefined;
  } catch (error) {
    throw named(error, what);
  }
}

/** What an import has come to; null while it goes on. */
export async function endOfImport(
  { destination, planned }: Transfer,
  { import: arn, items }: Loading,
): Promise<'whole' | LoadFailure | null> {
  const description = await describeImport(destination, arn).catch((error: unknown) => {
    throw named(error, `describing import ${arn}`);
  });
  const { ImportStatus, ErrorCount, ImportedItemCount, FailureCode, FailureMessage } = description;
  if (ImportStatus === 'IN_PROGRESS' || ImportStatus === 'CANCELLING') return null;
  // A table with a part of the items is there all the same, and nothing about it shows what is missing.
  if (ImportStatus === 'COMPLETED' && ErrorCount === 0 && ImportedItemCount === items) return 'whole';
  const count = `${ImportedItemCount ?? 'unknown'} of ${items} items are in the table, ${ErrorCount ?? 'unknown'} errors`;
  const why = FailureCode ? `, ${FailureCode}: ${FailureMessage ?? 'no message'}` : '';
  const group = description.CloudWatchLogGroupArn ?? 'no log group';
  return {
    code: 'ImportFailed',
    message: `the import into ${planned.destination} ended ${ImportStatus}: ${count}${why}; its log is in ${group}`,
  };
}

async function describeImport(client: DynamoDBClient, arn: string): Promise<ImportTableDescription> {
  const { ImportTableDescription: description } = await attempt(
    () => client.send(new DescribeImportCommand({ ImportArn: arn })),
    {
      check: (answer) => (answer.ImportTableDescription?.ImportStatus ? null : `dynamodb answered no state of ${arn}`),
    },
  );
  return description ?? {};
}

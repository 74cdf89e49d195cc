import {
  DescribeExportCommand,
  type DynamoDBClient,
  type ExportDescription,
  ExportTableToPointInTimeCommand,
  ListExportsCommand,
} from '@aws-sdk/client-dynamodb';
import { assume } from '../../core/accounts.ts';
import { dynamodbClient } from '../../core/clients.ts';
import { eachOf } from '../../core/each-of.ts';
import { isRetried, PromotionError } from '../../core/errors.ts';
import { allPages } from '../../core/paging.ts';
import { attempt, errorCode, named } from '../../core/retry.ts';
import { tableArn } from '../table-arn.ts';
import { assumeAgain, guardWire } from '../wire.ts';
import { nextToken, type Stage } from './stage.ts';
import { entriesOf, note, prefixOf, type Transfer } from './transfer.ts';

/** A client of the source that may export; only environments that say so have its role. */
export async function exportingClient({ surroundings, run }: Transfer): Promise<DynamoDBClient> {
  const { source: environment, promotionId } = run;
  if (!surroundings.environments.environments[environment]?.sourceChange) {
    throw new PromotionError('Promotion.Config', {
      code: 'SourceChangeOff',
      message: `environment ${environment} has "sourceChange" off, so that no role may export its tables`,
      resolution: 'switch sourceChange on in environments.json and deploy, or use engine raw under another promotionId',
    });
  }
  const target = await assume(surroundings, { environment, kind: 'dynamodb', side: 'source-change', promotionId });
  return assumeAgain(guardWire(dynamodbClient(target)));
}

/** Begins an export of the source table to the artefact bucket, encrypted with the bucket's key. */
export async function beginExport(transfer: Transfer): Promise<void> {
  const client = await exportingClient(transfer);
  const { run, surroundings, planned } = transfer;
  const owner = { bucket: surroundings.bucket, promotionId: run.promotionId, as: planned.destination };
  const token = nextToken(entriesOf(transfer), 'export', owner);
  await note(transfer, 'export', 'intent', { token });
  await callExport(transfer, client, token);
}

/**
 * Looks after an export: its description once it is complete, null while it goes on. One whose beginning was not
 * answered is looked for by its token, because the service knows the token for eight hours only and would then export
 * a second time; only where there is none is the call repeated.
 */
export async function followExport(
  transfer: Transfer,
  stage: Extract<Stage, { name: 'export' }>,
): Promise<ExportDescription | null> {
  const client = await exportingClient(transfer);
  const { token, arn } = stage;
  if (arn === null) {
    const own = await findExport(client, sourceOf(transfer), token);
    if (own?.ExportArn) await note(transfer, 'export', 'result', { token, arn: own.ExportArn });
    else await callExport(transfer, client, token);
    return null;
  }
  const description = await describeExport(client, arn).catch(async (error: unknown) => {
    if (errorCode(error) !== 'ExportNotFoundException') throw named(error, `describing export ${arn}`);
    throw await refuseExport(transfer, token, {
      code: 'ExportGone',
      message: `dynamodb knows export ${arn} of ${transfer.planned.asset} no more`,
    });
  });
  if (description.ExportStatus === 'COMPLETED') return description;
  if (description.ExportStatus === 'IN_PROGRESS') return null;
  const { FailureCode, FailureMessage } = description;
  throw await refuseExport(transfer, token, {
    code: 'ExportFailed',
    message: `export ${arn} of ${transfer.planned.asset} failed with ${FailureCode ?? 'no code'}: ${FailureMessage ?? 'no message'}`,
  });
}

/** Notes that an export is of no use, so that another run makes a new one, and answers the error that says why. */
export async function refuseExport(
  transfer: Transfer,
  token: string,
  detail: { readonly code: 'ExportFailed' | 'ExportGone' | 'ExportDamaged'; readonly message: string },
): Promise<PromotionError> {
  await note(transfer, 'export', 'refused', { token, ...detail });
  const resolution =
    'nothing was imported; remove the cause and start again for a new export, or use engine raw under another promotionId';
  return new PromotionError('Promotion.Data', { ...detail, resolution });
}

/**
 * Without ExportTime the service takes the present moment by its own clock; one of ours may be ahead of it, which it
 * refuses. S3 would encrypt with a key of its own if the bucket's were not named (API reference, S3SseAlgorithm).
 */
async function callExport(transfer: Transfer, client: DynamoDBClient, token: string): Promise<void> {
  const { surroundings, planned } = transfer;
  const command = new ExportTableToPointInTimeCommand({
    TableArn: sourceOf(transfer),
    ClientToken: token,
    S3Bucket: surroundings.bucket,
    S3BucketOwner: surroundings.environments.tooling.account,
    S3Prefix: prefixOf(transfer),
    S3SseAlgorithm: 'KMS',
    S3SseKmsKeyId: surroundings.bucketKeyArn,
    ExportFormat: 'ION',
  });
  try {
    const { ExportDescription: begun } = await attempt(() => client.send(command), {
      check: (answer) =>
        answer.ExportDescription?.ExportArn ? null : `dynamodb answered no export of ${planned.asset}`,
    });
    await note(transfer, 'export', 'result', { token, arn: begun?.ExportArn });
  } catch (error) {
    const known = errorOf(error, planned.asset);
    // 300 exports at once (quotas page): another call asks for a place again, with a token of its own.
    const isBusy = errorCode(error) === 'LimitExceededException';
    if (!isRetried(known)) await note(transfer, 'export', 'refused', { token, code: known.detail.code });
    if (!isBusy) throw known;
  }
}

function errorOf(error: unknown, table: string): PromotionError {
  if (errorCode(error) !== 'PointInTimeRecoveryUnavailableException') return named(error, `exporting table ${table}`);
  return new PromotionError(
    'Promotion.Unsupported',
    {
      code: 'PointInTimeRecoveryOff',
      message: `table ${table} has point-in-time recovery off, without which it cannot be exported`,
      resolution: 'switch it on at the source, or use engine raw under another promotionId',
    },
    error,
  );
}

async function findExport(
  client: DynamoDBClient,
  table: string,
  token: string,
): Promise<ExportDescription | undefined> {
  const what = `listing exports of ${table}`;
  const listed = await allPages(what, async (NextToken) => {
    const page = await attempt(() => client.send(new ListExportsCommand({ TableArn: table, NextToken })), {
      check: (answer) => (answer.ExportSummaries ? null : `dynamodb answered no exports of ${table}`),
    }).catch((error: unknown) => {
      throw named(error, what);
    });
    return { items: page.ExportSummaries ?? [], next: page.NextToken ?? null };
  });
  const described = await eachOf(listed, 4, ({ ExportArn = '' }) => describeExport(client, ExportArn)).catch(
    (error: unknown) => {
      throw named(error, what);
    },
  );
  return described.find(({ ClientToken }) => ClientToken === token);
}

async function describeExport(client: DynamoDBClient, arn: string): Promise<ExportDescription> {
  const { ExportDescription: description } = await attempt(
    () => client.send(new DescribeExportCommand({ ExportArn: arn })),
    { check: (answer) => (answer.ExportDescription?.ExportStatus ? null : `dynamodb answered no state of ${arn}`) },
  );
  return description ?? {};
}

const sourceOf = ({ surroundings, run, planned }: Transfer) =>
  tableArn(surroundings.environments, run.source, planned.asset);

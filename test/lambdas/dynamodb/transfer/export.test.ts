import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transferTable } from '../../../../lambdas/dynamodb/transfer/transfer-table.ts';
import { refusal } from '../../../support/factories.ts';
import { awsError, type ScriptedDynamoDb } from '../../../support/scripted-dynamodb.ts';
import {
  begun,
  exportArn,
  keyArn,
  prefix,
  source,
  startService,
  startTransfer,
  stopService,
  tokenOf,
} from './fixture.ts';

let dynamodb: ScriptedDynamoDb;
beforeAll(async () => {
  dynamodb = await startService();
});
afterAll(stopService);

const { exportIntent, exported } = begun;
const answered = { body: { ExportDescription: { ExportArn: exportArn, ExportStatus: 'IN_PROGRESS' } } };
const described = (more: object) => ({ body: { ExportDescription: { ExportArn: exportArn, ...more } } });
const listed = (...arns: readonly string[]) => ({
  body: { ExportSummaries: arns.map((ExportArn) => ({ ExportArn, ExportStatus: 'IN_PROGRESS' })) },
});

describe('the beginning of an export', () => {
  it('is noted before the call, and asks for Ion in our bucket under its key', async () => {
    const { transfer, events, entries } = await startTransfer({ ExportTableToPointInTime: answered });
    expect(await transferTable(transfer)).toBeNull();
    expect(events).toEqual(['export intent', 'ExportTableToPointInTime', 'export result']);
    const token = tokenOf(entries()[0]);
    expect(dynamodb.calls[0]?.input).toEqual({
      TableArn: source,
      ClientToken: token,
      S3Bucket: 'artefacts',
      S3BucketOwner: '111111111111',
      S3Prefix: prefix,
      S3SseAlgorithm: 'KMS',
      S3SseKmsKeyId: keyArn,
      ExportFormat: 'ION',
    });
    expect(entries()[1]?.after).toEqual({ token, arn: exportArn });
  });

  it('is refused without the role, with nothing noted', async () => {
    const { transfer, events } = await startTransfer({}, { sourceChange: false });
    const refused = await refusal(() => transferTable(transfer));
    expect(refused).toMatchObject({ name: 'Promotion.Config', code: 'SourceChangeOff' });
    expect(events).toEqual([]);
  });

  it('is refused without point-in-time recovery, and says what to do', async () => {
    const off = awsError('PointInTimeRecoveryUnavailableException');
    const { transfer, events } = await startTransfer({ ExportTableToPointInTime: off });
    const refused = await refusal(() => transferTable(transfer));
    expect(refused).toMatchObject({ name: 'Promotion.Unsupported', code: 'PointInTimeRecoveryOff' });
    expect(refused.message).toMatch(/switch it on at the source, or use engine raw under another promotionId/);
    expect(events.at(-1)).toBe('export refused');
  });

  it('waits for a place when too many go on, with a token of its own for the next try', async () => {
    const full = awsError('LimitExceededException');
    // The client itself tries three times.
    const busy = [full, full, full, answered];
    const { transfer, events, entries } = await startTransfer({ ExportTableToPointInTime: busy });
    expect(await transferTable(transfer)).toBeNull();
    expect(await transferTable(transfer)).toBeNull();
    const call = ['export intent', 'ExportTableToPointInTime'];
    const again = ['ExportTableToPointInTime', 'ExportTableToPointInTime'];
    expect(events).toEqual([...call, ...again, 'export refused', ...call, 'export result']);
    const tokens = entries().flatMap(({ phase, after }) =>
      phase === 'intent' ? (after as { token: string }).token : [],
    );
    expect(new Set(tokens).size).toBe(2);
  });

  it('stays open where nobody knows what came of it', async () => {
    const { transfer, entries } = await startTransfer({
      ExportTableToPointInTime: awsError('InternalServerError', 500),
    });
    expect((await refusal(() => transferTable(transfer))).name).toBe('Promotion.Transient');
    expect(entries().map(({ phase }) => phase)).toEqual(['intent']);
  });
});

describe('pitfall 17: an export whose moment or token is over', () => {
  it('is not made by chance of another moment: a time outside the window of recovery ends the run', async () => {
    const outside = awsError('InvalidExportTimeException');
    const { transfer, entries } = await startTransfer({ ExportTableToPointInTime: outside });
    const refused = await refusal(() => transferTable(transfer));
    expect(refused).toMatchObject({ name: 'Promotion.Data', code: 'InvalidExportTimeException' });
    expect(entries().at(-1)).toMatchObject({ step: 'export', phase: 'refused' });
  });

  it('is taken up by its ARN where its token is found, on whatever page, and not exported twice', async () => {
    const other = exportArn.replace('0a1b', '9999');
    const { transfer, events, entries } = await startTransfer(
      {
        ListExports: [{ body: { ...listed(other).body, NextToken: 'next' } }, listed(exportArn)],
        DescribeExport: [
          described({ ExportArn: other, ExportStatus: 'COMPLETED', ClientToken: 'of another' }),
          described({ ExportStatus: 'IN_PROGRESS', ClientToken: 'token-1' }),
        ],
        ExportTableToPointInTime: answered,
      },
      { entries: [exportIntent] },
    );
    expect(await transferTable(transfer)).toBeNull();
    expect(events).not.toContain('ExportTableToPointInTime');
    expect(entries().at(-1)).toMatchObject({
      step: 'export',
      phase: 'result',
      after: { token: 'token-1', arn: exportArn },
    });
  });

  it('is asked for again under the same token where there is none of it', async () => {
    const { transfer } = await startTransfer(
      { ListExports: listed(), ExportTableToPointInTime: answered },
      { entries: [exportIntent] },
    );
    expect(await transferTable(transfer)).toBeNull();
    expect(dynamodb.calls.at(-1)?.input).toMatchObject({ ClientToken: 'token-1' });
  });

  it('ends the run where the service does not know it any more', async () => {
    const gone = awsError('ExportNotFoundException');
    const { transfer, events } = await startTransfer({ DescribeExport: gone }, { entries: [exportIntent, exported] });
    expect(await refusal(() => transferTable(transfer))).toMatchObject({ name: 'Promotion.Data', code: 'ExportGone' });
    expect(events).toEqual(['DescribeExport', 'export refused']);
  });
});

describe('an export that was begun', () => {
  const entries = [exportIntent, exported];
  it('is waited for', async () => {
    const { transfer, events } = await startTransfer(
      { DescribeExport: described({ ExportStatus: 'IN_PROGRESS' }) },
      { entries },
    );
    expect(await transferTable(transfer)).toBeNull();
    expect(events).toEqual(['DescribeExport']);
  });

  it('ends the run with the words of the service when it fails, and is made anew by the next', async () => {
    const failed = { ExportStatus: 'FAILED', FailureCode: 'S3AccessDenied', FailureMessage: 'no right' };
    const { transfer, events } = await startTransfer(
      { DescribeExport: described(failed), ExportTableToPointInTime: answered },
      { entries },
    );
    const refused = await refusal(() => transferTable(transfer));
    expect(refused).toMatchObject({ name: 'Promotion.Data', code: 'ExportFailed' });
    expect(refused.message).toContain('S3AccessDenied: no right');
    expect(await transferTable(transfer)).toBeNull();
    expect(events.slice(1)).toEqual(['export refused', 'export intent', 'ExportTableToPointInTime', 'export result']);
  });
});

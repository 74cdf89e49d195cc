import { describe, expect, it } from 'vitest';
import { checksOf } from '../../../../lib/local/authorizer/operations.ts';
import { realClock } from '../../../../lib/local/clock.ts';
import { createCredentials } from '../../../../lib/local/gateway/credentials.ts';
import { createStores } from '../../../../lib/local/services.ts';

const account = '111111111111';
const region = 'us-east-1';
const clock = realClock();
const stores = createStores(clock);
const holdings = { ...stores, credentials: createCredentials(clock) };
const key = stores.kms.putKey({ account, region }).arn;
const caller = {
  ...{ account, region, arn: `arn:aws:iam::${account}:root`, role: null, accessKeyId: account },
  ...{ sessionName: null, sourceIdentity: null, sessionPolicy: null },
};

/** What an operation needs, as `identify` of the service and the table of rules say. */
function needs(operation: string, input: unknown): string[] {
  const request = {
    ...{ caller, method: 'POST', path: '/', query: new URLSearchParams(), endpoint: '', requestId: '' },
    headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
    body: Buffer.from(JSON.stringify(input)),
  };
  const call = { caller, service: 'dynamodb', ...stores.dynamodb.identify(request), request };
  return (checksOf(call, holdings) ?? []).map(({ action, resource }) => `${action} ${resource}`);
}

const table = `arn:aws:dynamodb:${region}:${account}:table/orders`;
const job = (kind: string) => `${table}/${kind}/00000000000000-00000000`;

describe('exports, imports and backups', () => {
  it.each([
    ['ExportTableToPointInTime', { TableArn: table, S3Bucket: 'b' }, table],
    ['DescribeExport', { ExportArn: job('export') }, job('export')],
    ['ListExports', { TableArn: table }, table],
    ['ListExports', {}, null],
    ['DescribeImport', { ImportArn: job('import') }, job('import')],
    ['ListImports', {}, null],
    ['CreateBackup', { TableName: 'orders', BackupName: 'b' }, table],
    ['DescribeBackup', { BackupArn: job('backup') }, job('backup')],
    ['ListBackups', { TableName: 'orders' }, table],
    ['DeleteBackup', { BackupArn: job('backup') }, job('backup')],
  ])('%s of %j needs the right of its name on what it is about', (operation, input, resource) => {
    expect(needs(operation, input)).toEqual([`dynamodb:${operation} ${resource}`]);
  });

  it('need of an import the new table, its logs and its key', () => {
    const logs = `arn:aws:logs:${region}:${account}:log-group:/aws-dynamodb/imports`;
    const SSESpecification = { Enabled: true, KMSMasterKeyId: key };
    const needed = needs('ImportTable', { TableCreationParameters: { TableName: 'orders', SSESpecification } });
    expect(needed).toEqual([
      `dynamodb:ImportTable ${table}`,
      `logs:CreateLogGroup ${logs}`,
      `logs:PutRetentionPolicy ${logs}`,
      `logs:CreateLogStream ${logs}:log-stream:import`,
      `logs:PutLogEvents ${logs}:log-stream:import`,
      `kms:DescribeKey ${key}`,
      `kms:CreateGrant ${key}`,
    ]);
  });

  it('need of a restore the backup, and reading and writing the new table', () => {
    const needed = needs('RestoreTableFromBackup', { BackupArn: job('backup'), TargetTableName: 'orders' });
    expect(needed.slice(0, 2)).toEqual([
      `dynamodb:RestoreTableFromBackup ${job('backup')}`,
      `dynamodb:RestoreTableFromBackup ${table}`,
    ]);
    const filling = ['PutItem', 'UpdateItem', 'DeleteItem', 'GetItem', 'Query', 'Scan', 'BatchWriteItem'];
    expect(needed.slice(2)).toEqual(filling.map((operation) => `dynamodb:${operation} ${table}`));
  });

  it('need nothing that cannot be named of a body that is no JSON', () => {
    const broken = { TableCreationParameters: null };
    expect(needs('ImportTable', broken)[0]).toBe('dynamodb:ImportTable null');
  });
});

import type { AuthorizationRequest } from '../gateway/gateway.ts';
import { all, bodyOf, type Check, own, type Rule } from './checks.ts';
import { newKeyChecks } from './operations-table-settings.ts';

/** The call as one whose body holds only what is said of the encryption of a table. */
function withEncryption(call: AuthorizationRequest, SSESpecification: unknown): AuthorizationRequest {
  return { ...call, request: { ...call.request, body: Buffer.from(JSON.stringify({ SSESpecification })) } };
}

/** An import tells its errors in CloudWatch, in the caller's name ("Requesting a table import in DynamoDB"). */
function logChecks({ request: { caller } }: AuthorizationRequest): Check[] {
  const group = `arn:aws:logs:${caller.region}:${caller.account}:log-group:/aws-dynamodb/imports`;
  return [
    ...['logs:CreateLogGroup', 'logs:PutRetentionPolicy'].map((action) => ({ action, resource: group })),
    ...['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
      action,
      resource: `${group}:log-stream:import`,
    })),
  ];
}

const importTable: Rule = (call, holdings) => {
  const { SSESpecification } = (bodyOf(call).TableCreationParameters ?? {}) as Record<string, unknown>;
  return [...own(call), ...logChecks(call), ...newKeyChecks(withEncryption(call, SSESpecification), holdings)];
};

/** Reading and writing the restored table ("Using IAM with DynamoDB backup and restore"). */
const FILLING = ['PutItem', 'UpdateItem', 'DeleteItem', 'GetItem', 'Query', 'Scan', 'BatchWriteItem'];

/** The Service Authorization Reference names the backup and the new table. */
const restoreTable: Rule = (call, holdings) => {
  const { account, region } = call.request.caller;
  const { TargetTableName: name, SSESpecificationOverride: encryption } = bodyOf(call);
  const resource = `arn:aws:dynamodb:${region}:${account}:table/${String(name)}`;
  return [
    ...own(call),
    ...['RestoreTableFromBackup', ...FILLING].map((action) => ({ action: `dynamodb:${action}`, resource })),
    ...newKeyChecks(withEncryption(call, encryption), holdings),
  ];
};

/**
 * What exports, imports and backups need of DynamoDB; what they need of S3 and its keys is asked for when S3 is called.
 * An export reads items, so its rule is that of reads.
 */
export const transferRules: Readonly<Record<string, Rule>> = {
  ...all(
    [
      ...['DescribeExport', 'ListExports', 'DescribeImport', 'ListImports'],
      ...['CreateBackup', 'DescribeBackup', 'ListBackups', 'DeleteBackup'],
    ],
    own,
  ),
  ImportTable: importTable,
  RestoreTableFromBackup: restoreTable,
};

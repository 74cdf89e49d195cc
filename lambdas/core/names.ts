import type { Kind } from './contracts.ts';

/** The side of an account that a role serves; `source-change` touches a source and is created only when asked for. */
export type Side = 'source' | 'destination' | 'source-change';

const kindPrefix: Record<Kind, string> = {
  dynamodb: 'DynamoDB',
  quicksight: 'QS',
  dms: 'DMS',
  databricks: 'Databricks',
};

const sideName: Record<Side, string> = {
  source: 'MigrationOrigin',
  destination: 'MigrationDest',
  'source-change': 'MigrationOrigin-source-change',
};

/** Name of the role that a kind's workers assume in an account: `QS-MigrationOrigin`, `DynamoDB-MigrationDest` … */
export function accessRoleName(kind: Kind, side: Side, qualifier?: string): string {
  return withQualifier(`${kindPrefix[kind]}-${sideName[side]}`, qualifier);
}

/** Name of the Lambda execution role in the tooling account: one a kind, and one for the promotion's own workers. */
export function executionRoleName(owner: Kind | 'promotion', qualifier?: string): string {
  return withQualifier(`${owner === 'promotion' ? 'Promotion' : kindPrefix[owner]}-MigrationWorker`, qualifier);
}

/** Name of a state machine: `cross-account-promoter-dynamodb` … */
export function stateMachineName(owner: Kind | 'promotion', qualifier?: string): string {
  return withQualifier(`cross-account-promoter-${owner}`, qualifier);
}

/** The partition that a region belongs to: `aws`, `aws-cn` or `aws-us-gov` (AWS General Reference, ARNs). */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function withQualifier(name: string, qualifier: string | undefined): string {
  return qualifier ? `${name}-${qualifier}` : name;
}

import { ServiceError } from '../../service.ts';
import { invalidParameter, resolveTable, validation } from './names.ts';
import { checkTablePolicy } from './policy-document.ts';
import { type Asked, DURATIONS, type Region } from './region.ts';
import type { Table } from './table.ts';

/** One policy of a table; a change gives another revision. */
export interface PolicyVersion {
  /** JSON text, as the client wrote it. */
  readonly text: string;
  readonly revision: string;
}

/** The policy of a table; changes come into force, and are shown, after a while. */
export interface TablePolicy {
  inForce: PolicyVersion | null;
  /** What the last change asked for. */
  latest: PolicyVersion | null;
  /** True for the time after a change in which the service takes no other. */
  blocked: boolean;
}

/** Given as the expected revision: there must be no policy. */
const NO_POLICY = 'NO_POLICY';

interface PutInput {
  readonly ResourceArn: string;
  readonly Policy: string;
  readonly ExpectedRevisionId?: string;
  readonly ConfirmRemoveSelfResourceAccess?: boolean;
}

/** The policy that a table is created with; it is in force from the beginning. */
export function initialPolicy(text: string | undefined, { region, caller }: Asked, tableArn: string): TablePolicy {
  if (text === undefined) return { inForce: null, latest: null, blocked: false };
  checkTablePolicy({ text, tableArn, caller, confirmed: false, findPrincipal: region.findPrincipal });
  const version = versionOf(text, region);
  return { inForce: version, latest: version, blocked: false };
}

/** PutResourcePolicy: the same text again changes nothing and answers the same revision. */
export function putResourcePolicy(asked: Asked, input: PutInput): Record<string, unknown> {
  const { region, caller } = asked;
  const table = tableOf(asked, input.ResourceArn);
  checkTablePolicy({
    text: input.Policy,
    tableArn: table.arn,
    caller,
    confirmed: input.ConfirmRemoveSelfResourceAccess ?? false,
    findPrincipal: region.findPrincipal,
  });
  checkRevision(table, input.ExpectedRevisionId);
  if (table.policy.latest?.text === input.Policy) return { RevisionId: table.policy.latest.revision };
  const version = versionOf(input.Policy, region);
  change(region, table, version);
  return { RevisionId: version.revision };
}

/** DeleteResourcePolicy: without a policy there is nothing to do and no revision to tell. */
export function deleteResourcePolicy(
  asked: Asked,
  input: { readonly ResourceArn: string; readonly ExpectedRevisionId?: string },
): Record<string, unknown> {
  const table = tableOf(asked, input.ResourceArn);
  checkRevision(table, input.ExpectedRevisionId);
  const { latest } = table.policy;
  if (!latest) return {};
  change(asked.region, table, null);
  return { RevisionId: latest.revision };
}

/** GetResourcePolicy: tells what is in force, which is not yet what was asked for last. */
export function getResourcePolicy(asked: Asked, input: { readonly ResourceArn: string }): Record<string, unknown> {
  const { policy } = tableOf(asked, input.ResourceArn);
  if (!policy.inForce)
    throw notFound(`Resource-based policy not found for the provided ResourceArn: ${input.ResourceArn}`);
  return { Policy: policy.inForce.text, RevisionId: policy.inForce.revision };
}

const versionOf = (text: string, { clock }: Region): PolicyVersion => ({
  text,
  revision: `${clock.now()}${process.hrtime.bigint() % 1000n}`,
});

const notFound = (message: string) => new ServiceError('PolicyNotFoundException', message);

/** Policies are attached to a table by its ARN; nobody can attach one to a stream here, so none is found there. */
function tableOf({ region, operation, caller }: Asked, arn: string): Table {
  if (!arn.startsWith('arn:')) throw validation(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  if (arn.includes('/stream/') && operation === 'GetResourcePolicy') {
    throw notFound(`Resource-based policy not found for the provided ResourceArn: ${arn}`);
  }
  if (arn.includes('/stream/')) throw invalidParameter(`the policy of a stream is not supported: ${arn}`);
  const name = resolveTable(arn, region.place, operation, caller);
  const table = region.tables.get(name);
  if (!table) {
    throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
  }
  if (operation !== 'GetResourcePolicy' && (table.status === 'CREATING' || table.status === 'DELETING')) {
    throw new ServiceError(
      'ResourceInUseException',
      `Attempt to change a resource which is still in use: Table is in state ${table.status}: ${name}`,
    );
  }
  return table;
}

function checkRevision({ arn, policy }: Table, expected: string | undefined): void {
  if (expected === undefined || expected === (policy.latest?.revision ?? NO_POLICY)) return;
  throw notFound(`The policy of ${arn} does not have the expected revision ${expected}`);
}

function change(region: Region, table: Table, version: PolicyVersion | null): void {
  const { policy } = table;
  if (policy.blocked) {
    throw new ServiceError(
      'ResourceInUseException',
      `Attempt to change a resource which is still in use: the policy of ${table.name} was changed less than 15 seconds ago`,
    );
  }
  policy.latest = version;
  policy.blocked = true;
  region.after(DURATIONS.policy, () => {
    policy.inForce = version;
  });
  region.after(DURATIONS.policyBlock, () => {
    policy.blocked = false;
  });
}

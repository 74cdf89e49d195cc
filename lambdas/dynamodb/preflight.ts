import type { Finding } from '../core/contracts.ts';
import { PromotionError } from '../core/errors.ts';
import type { DynamodbRequest } from './contracts.ts';
import type { TableDefinition } from './definition.ts';
import type { DescribeKey } from './encryption.ts';
import type { TableState } from './read-table.ts';

/**
 * Why a table cannot be encrypted as wanted. A key that may not be asked for is `Promotion.Permission`: KMS says so of
 * keys that there are not, too, where it does not let the caller know.
 */
export async function keyConflicts({ table }: TableDefinition, describeKey: DescribeKey): Promise<string[]> {
  const key = table.SSESpecification?.KMSMasterKeyId;
  if (key === undefined) return [];
  const facts = await describeKey(key).catch((error: unknown) => {
    throw aboutKmsKeys(error, key);
  });
  if (!facts) return [`kmsKeys names ${key}, but the destination has no such key; create it, or name another`];
  return facts.enabled ? [] : [`kmsKeys names ${key}, which cannot be used as it is; enable it, or name another`];
}

function aboutKmsKeys(error: unknown, key: string): unknown {
  if (!(error instanceof PromotionError) || error.name !== 'Promotion.Permission') return error;
  const { code, message } = error.detail;
  const resolution =
    'name a key of the destination account and region in kmsKeys, and have its policy let the destination role use it';
  return new PromotionError(error.name, { code, message: `kmsKeys names ${key}; ${message}`, resolution }, error);
}

/** What a plan must say of a destination that is a global table. */
export interface ReplicaVerdict {
  readonly conflict: string | null;
  readonly findings: readonly Finding[];
}

/**
 * Whatever is written to a global table is written to each of its replicas too, and billed there. Only a merge, which was
 * asked for into just this table, does that; to adopt or replace one would reach tables that nobody named.
 */
export function replicaVerdict(existing: DynamodbRequest['existing'], found: TableState): ReplicaVerdict {
  const name = found.definition.table.TableName;
  if (found.replicas.length === 0) return { conflict: null, findings: [] };
  const regions = found.replicas.join(', ');
  if (existing !== 'merge') {
    return {
      conflict: `it is a global table with replicas in ${regions}; only existing "merge" writes to one`,
      findings: [],
    };
  }
  const message = `${name} is a global table: every item that is written goes to ${regions} too, and is billed there`;
  return { conflict: null, findings: [{ code: 'ReplicasWritten', asset: name, message }] };
}

import { ServiceError } from '../../../service.ts';
import type { Table } from '../table.ts';
import type { Bucket } from './buckets.ts';

export type Kind = 'read' | 'write';

/** One limit that a call may meet, with the reason that the service gives then. */
export interface Limit {
  readonly bucket: Bucket;
  /** One of the service's sixteen reasons, such as `TableWriteKeyRangeThroughputExceeded`. */
  readonly reason: string;
  /** ARN of the table or index. */
  readonly resource: string;
}

/** What one partition of a table can take, and how many partitions there are. */
export interface Partitions {
  readonly count: number;
  /** @default 3000 */
  readonly readUnits?: number;
  /** @default 1000 */
  readonly writeUnits?: number;
}

/** Ceilings of a partition ("Best practices for designing partition keys" in the developer guide). */
const PARTITION = { read: 3000, write: 1000 } as const;

const spelled = { read: 'Read', write: 'Write' } as const;

/**
 * The limit of a table (`index` null) or of a global index: its provisioned capacity, or on demand the highest rate that
 * it was given. Null on demand without such a rate, and for what is not there.
 */
export function throughputLimit(table: Table, index: string | null, kind: Kind): Limit | null {
  const subject = index === null ? table : table.globalIndexes.find(({ definition }) => definition.IndexName === index);
  if (!subject) return null;
  const isProvisioned = table.billing === 'PROVISIONED';
  const rate = isProvisioned ? subject.capacity[kind] : (subject.onDemand?.[kind] ?? 0);
  if (rate <= 0) return null;
  const resource = index === null ? table.arn : `${table.arn}/index/${index}`;
  const limit = isProvisioned ? 'ProvisionedThroughputExceeded' : 'MaxOnDemandThroughputExceeded';
  const reason = `${index === null ? 'Table' : 'Index'}${spelled[kind]}${limit}`;
  return { bucket: { name: `${table.id}/${index ?? ''}/${kind}`, rate }, reason, resource };
}

/** The limit of one of a table's partitions. */
export function partitionLimit(table: Table, partition: number, kind: Kind, partitions: Partitions): Limit {
  const rate = (kind === 'read' ? partitions.readUnits : partitions.writeUnits) ?? PARTITION[kind];
  return {
    bucket: { name: `${table.id}#${partition}/${kind}`, rate },
    reason: `Table${spelled[kind]}KeyRangeThroughputExceeded`,
    resource: table.arn,
  };
}

/** The refusal of a whole call. Tables on demand have another error, which spells its member in lower case (model). */
export function throttled({ billing }: Table, limits: readonly Limit[]): ServiceError {
  const reasons = limits.map(({ reason, resource }) => ({ reason, resource }));
  if (billing === 'PAY_PER_REQUEST') {
    const message = 'Throughput exceeds what the table, index or partition can take at the moment; try again shortly.';
    return new ServiceError('ThrottlingException', message, 400, { throttlingReasons: reasons });
  }
  return new ServiceError(
    'ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
    400,
    { ThrottlingReasons: reasons },
  );
}

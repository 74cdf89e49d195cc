import { ServiceError } from '../../service.ts';
import { invalidParameter, validation } from './names.ts';
import type { BillingMode, Capacity, Table, Throughput } from './table.ts';
import type { ThroughputInput } from './throughput.ts';
import type { UpdateTableInput } from './update-table.ts';

const HOUR = 60 * 60;
const DAY = 24 * HOUR;
const ON_DEMAND_SWITCHES = 4;
const FREE_DECREASES = 4;

/** The new billing mode with the moments of the last day's switches to on-demand, or null where it stays as it is. */
export function changedBilling(
  table: Table,
  input: UpdateTableInput,
  now: number,
): { readonly mode: BillingMode; readonly switches: readonly number[] } | null {
  const mode = input.BillingMode ?? table.billing;
  if (mode === 'PAY_PER_REQUEST' && input.ProvisionedThroughput) {
    throw invalidParameter(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  if (mode === table.billing) return null;
  const switches = table.onDemandSwitches.filter((moment) => now - moment < DAY);
  if (mode === 'PROVISIONED') {
    if (!input.ProvisionedThroughput) {
      throw invalidParameter(
        'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
      );
    }
    const given = new Set(
      input.GlobalSecondaryIndexUpdates?.filter(({ Update }) => Update?.ProvisionedThroughput).map(
        ({ Update }) => Update?.IndexName,
      ),
    );
    const lacking = table.globalIndexes
      .map(({ definition }) => definition.IndexName)
      .filter((name) => !given.has(name));
    if (lacking.length > 0) {
      throw invalidParameter(`ProvisionedThroughput must be specified for index: ${lacking.join(',')}`);
    }
    return { mode, switches };
  }
  if (switches.length >= ON_DEMAND_SWITCHES) {
    throw new ServiceError(
      'LimitExceededException',
      'Subscriber limit exceeded: Update to PayPerRequest mode are limited to 4 times in a 24 hour period per table',
    );
  }
  return { mode, switches: [...switches, now] };
}

/**
 * Provisioned capacity after a request, or null where it asks for none. Refuses the present values, and a decrease
 * after four on a UTC day unless the last one is an hour ago.
 */
export function changedCapacity(
  subject: string,
  { capacity }: Throughput,
  asked: ThroughputInput['ProvisionedThroughput'],
  billing: BillingMode,
  now: number,
): Capacity | null {
  if (!asked) return null;
  if (billing === 'PAY_PER_REQUEST') {
    throw invalidParameter(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  const { ReadCapacityUnits: read, WriteCapacityUnits: write } = asked;
  if (read === capacity.read && write === capacity.write) {
    throw validation(
      `The provisioned throughput for the ${subject} will not change. The requested value equals the current value. ` +
        `Current ReadCapacityUnits provisioned for the ${subject}: ${capacity.read}. Requested ReadCapacityUnits: ${read}. ` +
        `Current WriteCapacityUnits provisioned for the ${subject}: ${capacity.write}. Requested WriteCapacityUnits: ${write}. ` +
        'Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.',
    );
  }
  const decreases = read < capacity.read || write < capacity.write;
  if (decreases) refuseFrequentDecrease(capacity, now);
  return {
    read,
    write,
    decreases: decreases ? [...capacity.decreases, now] : capacity.decreases,
    ...(read > capacity.read || write > capacity.write
      ? { increasedAt: now }
      : capacity.increasedAt === undefined
        ? {}
        : { increasedAt: capacity.increasedAt }),
  };
}

function refuseFrequentDecrease({ decreases }: Capacity, now: number): void {
  const today = decreases.filter((moment) => moment >= Math.floor(now / DAY) * DAY);
  const last = today.at(-1);
  if (last === undefined || today.length < FREE_DECREASES || now - last >= HOUR) return;
  throw new ServiceError(
    'LimitExceededException',
    'Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the first 4 ' +
      'decreases, each subsequent decrease in the same UTC day can be performed at most once every 3600 seconds. ' +
      `Number of decreases today: ${today.length}. Last decrease at ${new Date(last * 1000).toISOString()}.`,
  );
}

import { ServiceError } from '../../service.ts';
import { describeTable } from './describe-table.ts';
import { validation } from './names.ts';
import { type Asked, DURATIONS, findTable, refuseTooMany, refuseUnlessActive } from './region.ts';
import { type EncryptionInput, encryptionOf, type StreamInput, streamOf } from './settings.ts';
import type { AttributeDefinition, BillingMode, Capacity, Table } from './table.ts';
import { onDemandLimits, raisedWarm, type ThroughputInput, warmUnits } from './throughput.ts';
import { changedBilling, changedCapacity } from './update-billing.ts';
import { type GlobalIndexUpdate, planIndexUpdates } from './update-indexes.ts';

const DAY = 24 * 60 * 60;
const CLASS_CHANGES = 2;
const CLASS_PERIOD = 30 * DAY;

export interface UpdateTableInput extends ThroughputInput {
  readonly TableName: string;
  readonly AttributeDefinitions?: readonly AttributeDefinition[];
  readonly BillingMode?: BillingMode;
  readonly GlobalSecondaryIndexUpdates?: readonly GlobalIndexUpdate[];
  readonly StreamSpecification?: StreamInput;
  readonly SSESpecification?: EncryptionInput;
  readonly TableClass?: string;
  readonly DeletionProtectionEnabled?: boolean;
}

/** One checked change: what to do now and, for some, what to do when the table is active again. */
export interface Change {
  apply(): void | Promise<void>;
  settle?(): void;
  /** False for changes that leave the table ACTIVE. */
  readonly transition: boolean;
}

/** UpdateTable: all changes are checked before the first is made. */
export async function updateTable(asked: Asked, input: UpdateTableInput): Promise<Record<string, unknown>> {
  const { region } = asked;
  const table = findTable(asked, input.TableName);
  refuseUnlessActive(table);
  const changes = planChanges(asked, table, input);
  if (changes.length === 0) {
    throw validation(
      'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, ' +
        'SSESpecification, TableClass, DeletionProtectionEnabled, OnDemandThroughput or WarmThroughput is required',
    );
  }
  const transition = changes.some((change) => change.transition);
  if (transition) {
    refuseTooMany(region, false);
    table.status = 'UPDATING';
  }
  for (const change of changes) await change.apply();
  if (transition) {
    region.after(DURATIONS.update, () => {
      table.status = 'ACTIVE';
      for (const change of changes) change.settle?.();
    });
  }
  return { TableDescription: describeTable(table) };
}

function planChanges(asked: Asked, table: Table, input: UpdateTableInput): readonly Change[] {
  const now = asked.region.clock.now() / 1000;
  const billing = input.BillingMode ?? table.billing;
  const changes: (Change | null)[] = [
    planCapacity(table, input, now),
    planIndexUpdates(asked.region, table, input, billing, now),
    planSettings(asked, table, input),
    planTableClass(table, input.TableClass, now),
  ];
  if (input.OnDemandThroughput) {
    const limits = onDemandLimits(input, billing, table.onDemand);
    changes.push({
      transition: true,
      apply: () => {
        table.onDemand = limits;
      },
    });
  }
  if (input.WarmThroughput) {
    const warm = warmUnits(input, table.warm);
    changes.push({
      transition: true,
      apply() {
        table.warm = warm;
        table.warmStatus = 'UPDATING';
      },
      settle: () => {
        table.warmStatus = 'ACTIVE';
      },
    });
  }
  return changes.filter((change) => change !== null);
}

function planCapacity(table: Table, input: UpdateTableInput, now: number): Change | null {
  const billing = changedBilling(table, input, now);
  const capacity = changedCapacity('table', table, input.ProvisionedThroughput, billing?.mode ?? table.billing, now);
  if (!billing && !capacity) return null;
  const units = (current: Capacity): Capacity =>
    billing?.mode === 'PAY_PER_REQUEST' ? { ...current, read: 0, write: 0 } : (capacity ?? current);
  return {
    transition: true,
    apply() {
      table.capacity = units(table.capacity);
      table.warm = raisedWarm(table.warm, billing?.mode ?? table.billing, table.capacity);
      if (!billing) return;
      table.billing = billing.mode;
      table.billingSummary ??= {};
      table.onDemandSwitches = billing.switches;
      if (billing.mode === 'PROVISIONED') {
        table.onDemand = null;
        for (const index of table.globalIndexes) index.onDemand = null;
        return;
      }
      for (const index of table.globalIndexes) {
        index.capacity = { ...index.capacity, read: 0, write: 0 };
        index.warm = raisedWarm(index.warm, billing.mode, index.capacity);
      }
    },
    ...(billing?.mode === 'PAY_PER_REQUEST'
      ? {
          settle: () => {
            table.billingSummary = { onDemandSince: now };
          },
        }
      : {}),
  };
}

function planSettings({ region }: Asked, table: Table, input: UpdateTableInput): Change | null {
  const { StreamSpecification, SSESpecification, DeletionProtectionEnabled } = input;
  if (!StreamSpecification && !SSESpecification && DeletionProtectionEnabled === undefined) return null;
  const stream = StreamSpecification
    ? streamOf(StreamSpecification, region.clock.now(), table.name, table.stream)
    : table.stream;
  const encryption = SSESpecification ? encryptionOf(SSESpecification, region.place, region.findKey) : table.encryption;
  return {
    transition: StreamSpecification !== undefined || SSESpecification !== undefined,
    apply() {
      table.stream = stream;
      table.deletionProtection = DeletionProtectionEnabled ?? table.deletionProtection;
      if (!SSESpecification) return;
      if (encryption) table.encryption = { ...encryption, status: 'UPDATING' };
      else if (table.encryption) table.encryption = { ...table.encryption, status: 'DISABLING' };
    },
    settle() {
      table.encryption = encryption && { ...encryption, status: 'ENABLED' };
    },
  };
}

function planTableClass(table: Table, name: string | undefined, now: number): Change | null {
  if (name === undefined) return null;
  const recent = (table.tableClass?.changes ?? []).filter((moment) => now - moment < CLASS_PERIOD);
  if (name === (table.tableClass?.name ?? 'STANDARD')) {
    throw validation(`One or more parameter values were invalid: The table class is already ${name}`);
  }
  if (recent.length >= CLASS_CHANGES) {
    throw new ServiceError(
      'LimitExceededException',
      'Subscriber limit exceeded: The table class can be changed at most 2 times in a 30-day period',
    );
  }
  return {
    transition: true,
    apply: () => {
      table.tableClass = { name, changes: [...recent, now] };
    },
  };
}

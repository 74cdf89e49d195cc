import { ServiceError } from '../../../service.ts';
import { activateLoaded, admit, type CreateTableInput, type NewIndex, newTable } from '../create-table.ts';
import { describeTable } from '../describe-table.ts';
import type { IndexDefinition } from '../engine/dynalite.ts';
import { usedAttributes } from '../key-schema.ts';
import { invalidParameter } from '../names.ts';
import type { Asked } from '../region.ts';
import { type BillingMode, definitionOf, type Table } from '../table.ts';
import type { BackupSource } from './backup-source.ts';
import { type Backup, inUse } from './backups.ts';
import { loadItems } from './items.ts';
import { findJob, TRANSFER_DURATIONS } from './jobs.ts';

/** Restores under way at once in an account and region (model). */
const MAXIMUM_RESTORES = 50;

interface RestoreInput {
  readonly TargetTableName: string;
  readonly BackupArn: string;
  readonly BillingModeOverride?: BillingMode;
  readonly GlobalSecondaryIndexOverride?: readonly NewIndex[];
  readonly LocalSecondaryIndexOverride?: readonly IndexDefinition[];
  readonly ProvisionedThroughputOverride?: CreateTableInput['ProvisionedThroughput'];
  readonly OnDemandThroughputOverride?: CreateTableInput['OnDemandThroughput'];
  readonly SSESpecificationOverride?: CreateTableInput['SSESpecification'];
}

/**
 * RestoreTableFromBackup: a new table with the items of a backup, in state CREATING until all are there. Keys, indexes,
 * capacity and encryption come along; tags, time to live, streams, recovery, policies, autoscaling, deletion protection
 * and the class of the table do not (model and "Restoring a DynamoDB table from a backup").
 */
export function restoreTableFromBackup(asked: Asked, input: RestoreInput): Record<string, unknown> {
  const { region } = asked;
  const backup = findJob(asked, region.transfers.backups, 'backup', input.BackupArn);
  if (backup.status === 'CREATING') throw inUse(`the backup ${backup.arn} is being created`);
  refuseTaken(region.tables.get(input.TargetTableName));
  const restoring = [...region.transfers.backups.values()].reduce((sum, one) => sum + one.restoring, 0);
  if (restoring >= MAXIMUM_RESTORES) {
    throw new ServiceError('LimitExceededException', `Restores in progress: at most ${MAXIMUM_RESTORES} are allowed`);
  }
  const table = newTable(asked, input.TargetTableName, restoredDefinition(backup.source, input));
  // The key of the source was checked when it was set, and AWS's own is not to be found under its ARN.
  const { keyArn } = backup.source;
  if (!input.SSESpecificationOverride && keyArn !== null) table.encryption = { status: 'ENABLING', keyArn };
  admit(region, table);
  table.restored = {
    ...{ backupArn: backup.arn, tableArn: backup.source.arn, at: backup.createdAt / 1000 },
    inProgress: true,
  };
  backup.restoring += 1;
  region.after(TRANSFER_DURATIONS.restore, () => fill(asked, backup, table));
  return { TableDescription: describeTable(table) };
}

function refuseTaken(table: Table | undefined): void {
  if (!table) return;
  if (table.status === 'CREATING' || table.status === 'DELETING') {
    throw new ServiceError('TableInUseException', `Table is in state ${table.status}: ${table.name}`);
  }
  throw new ServiceError('TableAlreadyExistsException', `Table already exists: ${table.name}`);
}

function restoredDefinition({ definition }: BackupSource, input: RestoreInput): CreateTableInput {
  const billing = input.BillingModeOverride ?? definition.BillingMode ?? 'PROVISIONED';
  const local = kept(definition.LocalSecondaryIndexes ?? [], input.LocalSecondaryIndexOverride);
  const global = kept(definition.GlobalSecondaryIndexes ?? [], input.GlobalSecondaryIndexOverride);
  const used = usedAttributes(definition.KeySchema, [...local, ...global]);
  const onDemand = input.OnDemandThroughputOverride ?? definition.OnDemandThroughput;
  const provisioned = input.ProvisionedThroughputOverride ?? definition.ProvisionedThroughput;
  return {
    TableName: input.TargetTableName,
    AttributeDefinitions: definition.AttributeDefinitions.filter(({ AttributeName }) => used.has(AttributeName)),
    KeySchema: definition.KeySchema,
    BillingMode: billing,
    ...(billing === 'PROVISIONED' && provisioned && { ProvisionedThroughput: provisioned }),
    ...(billing === 'PAY_PER_REQUEST' && onDemand && { OnDemandThroughput: onDemand }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
    ...(global.length > 0 && {
      GlobalSecondaryIndexes: global.map((index) => fitting(index, billing, input.GlobalSecondaryIndexOverride)),
    }),
    ...(input.SSESpecificationOverride && { SSESpecification: input.SSESpecificationOverride }),
  };
}

/** The indexes of the backup, or those of them that an override names; it can leave out but not change or add. */
function kept<Index extends IndexDefinition>(all: readonly Index[], override?: readonly Index[]): readonly Index[] {
  for (const index of override ?? []) {
    const own = all.find(({ IndexName }) => IndexName === index.IndexName);
    if (!own) throw invalidParameter(`Index ${index.IndexName} does not exist in the backup`);
    const isSame = JSON.stringify(shapeOf(own)) === JSON.stringify(shapeOf(index));
    if (!isSame) throw invalidParameter(`Index ${index.IndexName} does not match the index of the backup`);
  }
  return override ?? all;
}

const shapeOf = ({ KeySchema, Projection }: IndexDefinition) => [
  KeySchema.map(({ AttributeName, KeyType }) => [AttributeName, KeyType]),
  Projection.ProjectionType,
  [...(Projection.NonKeyAttributes ?? [])].sort(),
];

/** An index of the backup drops the capacity that does not fit another billing mode; an override is taken as it is. */
function fitting(index: NewIndex, billing: BillingMode, override: readonly NewIndex[] | undefined): NewIndex {
  if (override) return index;
  const { ProvisionedThroughput, OnDemandThroughput, ...rest } = index;
  return {
    ...rest,
    ...(billing === 'PROVISIONED' && ProvisionedThroughput && { ProvisionedThroughput }),
    ...(billing === 'PAY_PER_REQUEST' && OnDemandThroughput && { OnDemandThroughput }),
  };
}

async function fill({ region }: Asked, backup: Backup, table: Table): Promise<void> {
  region.loading.add(table.name);
  await region.engine.command({ action: 'define', table: definitionOf(table) });
  const refused = await loadItems(region, table.name, backup.items);
  if (refused > 0) throw new Error(`table ${table.name} refuses ${refused} items of its backup`);
  await activateLoaded(region, table);
  backup.restoring -= 1;
  if (table.restored) table.restored.inProgress = false;
}

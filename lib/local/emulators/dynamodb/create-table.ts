import { randomUUID } from 'node:crypto';
import { ServiceError } from '../../service.ts';
import { describeTable } from './describe-table.ts';
import type { IndexDefinition, KeyElement } from './engine/dynalite.ts';
import { checkKeys } from './key-schema.ts';
import { invalidParameter, resolveTable, tableArn, validation } from './names.ts';
import { type Asked, DURATIONS, findTable, type Region, refuseTooMany, refuseUnlessActive } from './region.ts';
import { initialPolicy } from './resource-policy.ts';
import { type EncryptionInput, encryptionOf, type StreamInput, streamOf } from './settings.ts';
import { type AttributeDefinition, type BillingMode, definitionOf, type GlobalIndex, type Table } from './table.ts';
import { addTags, type Tag } from './tags.ts';
import { newThroughput, type ThroughputInput } from './throughput.ts';

const MAXIMUM_TABLES = 2500;

export type NewIndex = IndexDefinition & ThroughputInput;

export interface CreateTableInput extends ThroughputInput {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly AttributeDefinition[];
  readonly KeySchema: readonly KeyElement[];
  readonly LocalSecondaryIndexes?: readonly IndexDefinition[];
  readonly GlobalSecondaryIndexes?: readonly NewIndex[];
  readonly BillingMode?: BillingMode;
  readonly StreamSpecification?: StreamInput;
  readonly SSESpecification?: EncryptionInput;
  readonly Tags?: readonly Tag[];
  readonly TableClass?: string;
  readonly DeletionProtectionEnabled?: boolean;
  /** JSON text. */
  readonly ResourcePolicy?: string;
}

/** Index in the state in which it is born. */
export function newGlobalIndex(input: NewIndex, billing: BillingMode): GlobalIndex {
  const { IndexName, KeySchema, Projection } = input;
  return {
    ...newThroughput(input, billing, IndexName),
    definition: { IndexName, KeySchema, Projection },
    status: 'CREATING',
    backfilling: false,
  };
}

/** CreateTable: refuses by the service's rules, else answers with a table in state CREATING. */
export function createTable(asked: Asked, input: CreateTableInput): Record<string, unknown> {
  const { region, operation, caller } = asked;
  const name = resolveTable(input.TableName, region.place, operation, caller);
  const table = newTable(asked, name, input);
  admit(region, table);
  region.after(DURATIONS.create, () => activate(region, table));
  return { TableDescription: describeTable(table) };
}

/** Takes a new table into its region; refuses a name that is taken, and too many tables. */
export function admit(region: Region, table: Table): void {
  const { name } = table;
  if (region.tables.has(name)) throw new ServiceError('ResourceInUseException', `Table already exists: ${name}`);
  refuseTooMany(region, table.globalIndexes.length + table.localIndexes.length > 0);
  if (region.tables.size >= MAXIMUM_TABLES) {
    throw new ServiceError(
      'LimitExceededException',
      `Subscriber limit exceeded: there are ${MAXIMUM_TABLES} tables already`,
    );
  }
  region.tables.set(name, table);
}

/** A table in the state in which it is born, by the rules of CreateTable. */
export function newTable(asked: Asked, name: string, input: CreateTableInput): Table {
  const { region } = asked;
  const arn = tableArn(region.place, name);
  const billing = input.BillingMode ?? 'PROVISIONED';
  const throughput = newThroughput(input, billing, null);
  checkKeys({
    keySchema: input.KeySchema,
    attributes: input.AttributeDefinitions,
    localIndexes: input.LocalSecondaryIndexes,
    globalIndexes: input.GlobalSecondaryIndexes,
  });
  const now = region.clock.now();
  const tags = new Map<string, string>();
  addTags(tags, input.Tags ?? []);
  const stream = input.StreamSpecification;
  if (stream && !stream.StreamEnabled && stream.StreamViewType !== undefined) {
    throw invalidParameter('StreamViewType should not be specified when StreamEnabled is false');
  }
  return {
    ...throughput,
    name,
    arn,
    id: randomUUID(),
    createdAt: now / 1000,
    keySchema: input.KeySchema,
    attributes: input.AttributeDefinitions,
    localIndexes: (input.LocalSecondaryIndexes ?? []).map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    })),
    globalIndexes: (input.GlobalSecondaryIndexes ?? []).map((index) => newGlobalIndex(index, billing)),
    status: 'CREATING',
    billing,
    billingSummary: billing === 'PAY_PER_REQUEST' ? {} : null,
    onDemandSwitches: [],
    stream: stream?.StreamEnabled ? streamOf(stream, now, name, null) : null,
    encryption: encryptionOf(input.SSESpecification, region.place, region.findKey),
    tableClass: input.TableClass === undefined ? null : { name: input.TableClass, changes: [] },
    deletionProtection: input.DeletionProtectionEnabled ?? false,
    tags,
    timeToLive: { status: 'DISABLED', attribute: null, changedAt: null },
    backups: { available: false, recoveryDays: null, enabledAt: null },
    policy: initialPolicy(input.ResourcePolicy, asked, arn),
    insights: new Map(),
    streaming: [],
    replicas: [],
    measures: { items: 0, bytes: 0, indexes: {} },
  };
}

async function activate(region: Region, table: Table): Promise<void> {
  await region.engine.command({ action: 'define', table: definitionOf(table) });
  table.status = 'ACTIVE';
  if (table.encryption) table.encryption = { ...table.encryption, status: 'ENABLED' };
  if (table.billingSummary) table.billingSummary = { onDemandSince: table.createdAt };
  region.after(DURATIONS.settle, async () => {
    table.backups = { ...table.backups, available: true };
    if (table.globalIndexes.length === 0 || table.status === 'DELETING') return;
    for (const index of table.globalIndexes) index.status = 'ACTIVE';
    await region.engine.command({ action: 'define', table: definitionOf(table) });
  });
}

/** Makes a table active that was filled before, with its global indexes at once. */
export async function activateLoaded(region: Region, table: Table): Promise<void> {
  for (const index of table.globalIndexes) index.status = 'ACTIVE';
  await activate(region, table);
  region.loading.delete(table.name);
}

/** DeleteTable: the items are gone at once, the table after its time in state DELETING. */
export async function deleteTable(
  asked: Asked,
  input: { readonly TableName: string },
): Promise<Record<string, unknown>> {
  const table = findTable(asked, input.TableName);
  if (table.status === 'DELETING') return { TableDescription: describeTable(table) };
  refuseUnlessActive(table);
  if (table.deletionProtection) {
    throw validation(
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  }
  refuseTooMany(asked.region, false);
  table.status = 'DELETING';
  // The service no longer shows the indexes of a table that it deletes.
  table.globalIndexes = [];
  await asked.region.engine.command({ action: 'drop', name: table.name });
  asked.region.after(DURATIONS.remove, () => {
    asked.region.tables.delete(table.name);
  });
  return { TableDescription: describeTable(table) };
}

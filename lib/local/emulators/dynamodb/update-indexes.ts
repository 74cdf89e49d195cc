import { ServiceError } from '../../service.ts';
import { type NewIndex, newGlobalIndex } from './create-table.ts';
import { checkKeys, usedAttributes } from './key-schema.ts';
import { invalidParameter } from './names.ts';
import { DURATIONS, type Region } from './region.ts';
import { type AttributeDefinition, type BillingMode, definitionOf, type GlobalIndex, type Table } from './table.ts';
import { onDemandLimits, raisedWarm, type ThroughputInput, warmUnits } from './throughput.ts';
import { changedCapacity } from './update-billing.ts';
import type { Change, UpdateTableInput } from './update-table.ts';

export interface GlobalIndexUpdate {
  readonly Create?: NewIndex;
  readonly Update?: ThroughputInput & { readonly IndexName: string };
  readonly Delete?: { readonly IndexName: string };
}

/** Checks the index updates of a request; at most one index may be created or deleted at a time. */
export function planIndexUpdates(
  region: Region,
  table: Table,
  input: UpdateTableInput,
  billing: BillingMode,
  now: number,
): Change | null {
  const updates = input.GlobalSecondaryIndexUpdates;
  if (!updates || updates.length === 0) return null;
  const names = updates.map(nameOf);
  const twice = names.find((name, position) => names.indexOf(name) !== position);
  if (twice !== undefined) {
    throw invalidParameter(
      `Only one global secondary index update per index is allowed simultaneously. Index: ${twice}`,
    );
  }
  if (updates.filter(({ Create, Delete }) => Create || Delete).length > 1) {
    throw new ServiceError(
      'LimitExceededException',
      'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    );
  }
  const changes = updates.map(({ Create, Update, Delete }) => {
    if (Create) return planCreate(region, table, Create, input.AttributeDefinitions ?? [], billing);
    if (Delete) return planDelete(region, table, findIndex(table, Delete.IndexName));
    return planUpdate(findIndex(table, Update?.IndexName ?? ''), Update ?? {}, billing, now);
  });
  return {
    transition: true,
    async apply() {
      for (const change of changes) await change.apply();
    },
    settle() {
      for (const change of changes) change.settle?.();
    },
  };
}

function nameOf({ Create, Update, Delete }: GlobalIndexUpdate): string {
  const given = [Create, Update, Delete].filter((action) => action !== undefined);
  if (given.length !== 1) {
    throw invalidParameter(
      'One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, ' +
        'GlobalSecondaryIndexUpdate.Delete must not be null',
    );
  }
  return given[0]?.IndexName ?? '';
}

function findIndex(table: Table, name: string): GlobalIndex {
  const index = table.globalIndexes.find(({ definition }) => definition.IndexName === name);
  if (!index)
    throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Index: ${name} not found`);
  return index;
}

function planCreate(
  region: Region,
  table: Table,
  input: NewIndex,
  given: readonly AttributeDefinition[],
  billing: BillingMode,
): Change {
  const index = newGlobalIndex(input, billing);
  const attributes = mergedAttributes(table.attributes, given);
  const globalIndexes = [...table.globalIndexes.map(({ definition }) => definition), index.definition];
  if (globalIndexes.filter(({ IndexName }) => IndexName === input.IndexName).length > 1) {
    throw invalidParameter(`Attempting to create an index which already exists: ${input.IndexName}`);
  }
  checkKeys({
    keySchema: table.keySchema,
    attributes,
    localIndexes: table.localIndexes.length > 0 ? table.localIndexes : undefined,
    globalIndexes,
  });
  return {
    transition: true,
    async apply() {
      table.attributes = attributes;
      table.globalIndexes = [...table.globalIndexes, index];
      index.backfilling = true;
      await region.engine.command({ action: 'define', table: definitionOf(table) });
      region.after(DURATIONS.index, async () => {
        await region.engine.command({ action: 'backfill', name: table.name, index: input.IndexName });
        index.backfilling = false;
        index.status = 'ACTIVE';
        await region.engine.command({ action: 'define', table: definitionOf(table) });
      });
    },
  };
}

/** Definitions of a request may repeat those of the table, but not change their types. */
function mergedAttributes(
  current: readonly AttributeDefinition[],
  given: readonly AttributeDefinition[],
): readonly AttributeDefinition[] {
  const merged = new Map(current.map((definition) => [definition.AttributeName, definition]));
  for (const definition of given) {
    const existing = merged.get(definition.AttributeName);
    if (existing && existing.AttributeType !== definition.AttributeType) {
      throw invalidParameter(
        `Attribute ${definition.AttributeName} is of type ${existing.AttributeType}, but ${definition.AttributeType} was given`,
      );
    }
    merged.set(definition.AttributeName, definition);
  }
  return [...merged.values()];
}

function planDelete(region: Region, table: Table, index: GlobalIndex): Change {
  const name = index.definition.IndexName;
  return {
    transition: true,
    async apply() {
      index.status = 'DELETING';
      await region.engine.command({ action: 'define', table: definitionOf(table) });
      await region.engine.command({ action: 'clearIndex', name: table.name, index: name });
      region.after(DURATIONS.index, async () => {
        table.globalIndexes = table.globalIndexes.filter((other) => other !== index);
        table.insights.delete(name);
        const used = usedAttributes(table.keySchema, [
          ...table.localIndexes,
          ...table.globalIndexes.map(({ definition }) => definition),
        ]);
        table.attributes = table.attributes.filter(({ AttributeName }) => used.has(AttributeName));
        await region.engine.command({ action: 'define', table: definitionOf(table) });
      });
    },
  };
}

function planUpdate(index: GlobalIndex, input: ThroughputInput, billing: BillingMode, now: number): Change {
  const name = index.definition.IndexName;
  if (!input.ProvisionedThroughput && !input.OnDemandThroughput && !input.WarmThroughput) {
    throw invalidParameter(`No throughput is specified for index: ${name}`);
  }
  const capacity = changedCapacity(`index ${name}`, index, input.ProvisionedThroughput, billing, now);
  const onDemand = onDemandLimits(input, billing, index.onDemand);
  const warm = warmUnits(input, index.warm);
  return {
    transition: true,
    apply() {
      index.status = 'UPDATING';
      if (input.WarmThroughput) index.warmStatus = 'UPDATING';
      index.onDemand = onDemand;
      index.capacity = capacity ?? index.capacity;
      index.warm = raisedWarm(warm, billing, index.capacity);
    },
    settle() {
      index.status = 'ACTIVE';
      index.warmStatus = 'ACTIVE';
    },
  };
}

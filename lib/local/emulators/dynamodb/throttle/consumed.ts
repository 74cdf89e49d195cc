/** `ConsumedCapacity` with `INDEXES`, as far as it is read here. */
export interface ConsumedTable {
  readonly TableName: string;
  readonly CapacityUnits: number;
  readonly Table?: { readonly CapacityUnits: number };
  readonly LocalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits: number }>>;
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits: number }>>;
}

/** What was used of the table, its local indexes included, and of each global index. */
export function unitsOf(consumed: ConsumedTable): { table: number; global: ReadonlyMap<string, number> } {
  const local = Object.values(consumed.LocalSecondaryIndexes ?? {});
  const global = Object.entries(consumed.GlobalSecondaryIndexes ?? {});
  return {
    table: local.reduce((sum, { CapacityUnits }) => sum + CapacityUnits, consumed.Table?.CapacityUnits ?? 0),
    global: new Map(global.map(([name, { CapacityUnits }]) => [name, CapacityUnits])),
  };
}

/** As much of it as the caller asked for by `ReturnConsumedCapacity`; undefined for nothing. */
export function cutTo(detail: unknown, consumed: ConsumedTable): Partial<ConsumedTable> | undefined {
  if (detail === 'INDEXES') return consumed;
  const { TableName, CapacityUnits } = consumed;
  return detail === 'TOTAL' ? { TableName, CapacityUnits } : undefined;
}

import { canonicalItem } from '../../lambdas/dynamodb/attributes.ts';
import type { TableDefinition } from '../../lambdas/dynamodb/definition.ts';
import type { Item } from '../support/world.ts';
import { counted, type SeedTable } from './tables.ts';

/** How a seed's tables are promoted, beside the faults that befall them. */
export interface Scenario {
  readonly engine: 'raw' | 'sdk' | 'exportImport';
  readonly existing: 'fail' | 'adopt' | 'merge' | 'replace';
  /** Further fields of the input. */
  readonly options: object;
  /** True when the source is written to while the promotion runs. */
  readonly moves: boolean;
  /** What is to become of an item; null for one that is left out. */
  readonly wanted: (item: Item) => Item | null;
}

/** The plainest scenario, which every seed has where a guard is taken away. */
export const plain = (engine: Scenario['engine']): Scenario => ({
  engine,
  existing: 'fail',
  options: {},
  moves: false,
  wanted: (item) => item,
});

/** Most seeds go by the raw engine; an export takes whole tables to a name that is free, so it has no options. */
export function randomScenario(random: () => number): Scenario {
  const choose = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const engine = choose(['raw', 'raw', 'raw', 'raw', 'raw', 'sdk', 'exportImport', 'exportImport'] as const);
  const moves = random() < 0.4;
  if (engine === 'exportImport') return { ...plain(engine), moves };
  const existing = choose(['fail', 'fail', 'fail', 'adopt', 'merge', 'merge', 'replace'] as const);
  const { options, wanted } = random() < 0.3 ? randomChange(Math.floor(random() * 120)) : plain(engine);
  const limits = random() < 0.2 ? { limits: { readUnits: 3000, writeUnits: 3000 } } : {};
  return { engine, existing, options: { ...options, ...limits }, moves, wanted };
}

/** A change of items, and by it the same in few words of another program: no line of it is shared with the workers. */
function randomChange(below: number): Pick<Scenario, 'options' | 'wanted'> {
  return {
    options: {
      filter: { expression: '#n < :n', names: { '#n': counted }, values: { ':n': { N: String(below) } } },
      transform: [{ renameAttribute: [counted, 'a number'] }, { setAttribute: ['a stage', { S: 'prod' }] }],
    },
    wanted: ({ [counted]: count, ...rest }) =>
      count?.N !== undefined && Number(count.N) < below
        ? { ...rest, 'a number': count, 'a stage': { S: 'prod' } }
        : null,
  };
}

/** A drawn table as the scenario can promote it: an export needs recovery and brings no local index. */
export function fitted(table: SeedTable, { engine }: Pick<Scenario, 'engine'>): SeedTable {
  return engine === 'exportImport' ? { ...table, definition: exportable(table.definition) } : table;
}

function exportable({ table, ...rest }: TableDefinition): TableDefinition {
  const { LocalSecondaryIndexes: _, ...others } = table;
  const schemas = [others.KeySchema, ...(others.GlobalSecondaryIndexes ?? []).map(({ KeySchema }) => KeySchema)];
  const used = new Set(schemas.flat().map((key) => key?.AttributeName));
  return {
    ...rest,
    table: {
      ...others,
      AttributeDefinitions: others.AttributeDefinitions.filter(({ AttributeName }) => used.has(AttributeName)),
    },
    pointInTimeRecovery: rest.pointInTimeRecovery ?? { RecoveryPeriodInDays: 35 },
  };
}

/** What the destination should have of these items. */
export function wantedOf({ wanted }: Pick<Scenario, 'wanted'>, items: readonly Item[]): Item[] {
  return items.map(wanted).filter((item) => item !== null);
}

/** What lies in the destination before the promotion: null for no table at all. */
export function itemsBefore({ existing, wanted }: Scenario, items: readonly Item[], random: () => number) {
  if (existing === 'fail') return null;
  if (existing === 'adopt') return [];
  // A table that is replaced has other items; into one that is merged into some were brought, some are outdated.
  if (existing === 'replace') return items.slice(0, 10).map((item) => ({ ...item, 'a remnant': { BOOL: true } }));
  return items.flatMap((item): Item[] => {
    const [result, drawn] = [wanted(item), random()];
    if (!result || drawn < 0.5) return [];
    return [drawn < 0.7 ? { ...result, 'a remnant': { BOOL: true } } : result];
  });
}

/** Canonical text of an item's key. */
export function keyOf({ table }: TableDefinition): (item: Item) => string {
  const names = table.KeySchema.map(({ AttributeName }) => AttributeName ?? '');
  return (item) => canonicalItem(Object.fromEntries(names.flatMap((name) => (item[name] ? [[name, item[name]]] : []))));
}

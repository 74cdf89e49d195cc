import type { Finding } from '../core/contracts.ts';
import type { ChangedTable } from './change.ts';
import { nameAfter, prefixStepsOf } from './change-steps.ts';
import type { DynamodbRequest, TransformStep } from './contracts.ts';
import { keyNames, type TableDefinition } from './definition.ts';
import { inputError } from './input-error.ts';

type Asked = Pick<DynamodbRequest, 'projection' | 'transform' | 'skipExpired'>;
type Indexes = readonly { IndexName: string; KeySchema: TableDefinition['table']['KeySchema'] }[];

/** Each doubles the number of source keys that one key of the destination may come from; 256 are looked up at most. */
const keyPrefixesAtMost = 8;

/** Names of all attributes that are in a key of an index, each once. */
function indexKeyNames({ table }: TableDefinition): string[] {
  return [...new Set(indexesOf(table).flatMap(keyNames))];
}

/** What `compileChange` must know of a table, from the definition of the source. */
export function changedTable(definition: TableDefinition): ChangedTable {
  return {
    sourceKey: keyNames(definition.table),
    indexKeys: indexKeyNames(definition),
    expires: definition.timeToLive?.AttributeName ?? null,
  };
}

/** The definition that the destination gets: attributes that the transform renames have their new names in it. */
export function changeDefinition(definition: TableDefinition, { transform: steps = [] }: Asked): TableDefinition {
  if (!steps.some((step) => 'renameAttribute' in step)) return definition;
  const renamed = <T extends { AttributeName: string }>(of: T): T => ({
    ...of,
    AttributeName: nameAfter(of.AttributeName, steps),
  });
  const renamedIndex = <T extends NonNullable<TableDefinition['table']['GlobalSecondaryIndexes']>[number]>(
    index: T,
  ): T => {
    const { NonKeyAttributes: others } = index.Projection;
    const projected = others && [...new Set(others.map((name) => nameAfter(name, steps)))].sort();
    return {
      ...index,
      KeySchema: index.KeySchema.map(renamed),
      Projection: { ...index.Projection, ...(projected ? { NonKeyAttributes: projected } : {}) },
    };
  };
  const { table, timeToLive } = definition;
  const { GlobalSecondaryIndexes: globals, LocalSecondaryIndexes: locals } = table;
  return {
    ...definition,
    table: {
      ...table,
      AttributeDefinitions: table.AttributeDefinitions.map(renamed),
      KeySchema: table.KeySchema.map(renamed),
      ...(globals ? { GlobalSecondaryIndexes: globals.map(renamedIndex) } : {}),
      ...(locals ? { LocalSecondaryIndexes: locals.map(renamedIndex) } : {}),
    },
    timeToLive: timeToLive && renamed(timeToLive),
  };
}

/**
 * Checks a transform against the definition of a source table: `Promotion.Config` at the step that would take a key
 * away, give all items one, rename two attributes of keys to one, or set an index key to what it cannot be.
 */
export function assertChange({ transform: steps = [] }: Asked, definition: TableDefinition): void {
  const { TableName: name, AttributeDefinitions: types } = definition.table;
  const tableKey = keyNames(definition.table);
  const indexKeys = indexKeyNames(definition);
  steps.forEach((step, index) => {
    const before = steps.slice(0, index);
    const now = (names: readonly string[]) => names.map((original) => nameAfter(original, before));
    const pointer = pointerTo(step, index);
    const attribute = attributeOfStep(step);
    if ('renameAttribute' in step) {
      const target = step.renameAttribute[1];
      const isKey = now([...tableKey, ...indexKeys]).includes(attribute);
      const taken = now(isKey ? [...tableKey, ...indexKeys] : tableKey).includes(target);
      if (!taken) return;
      const message = `"${target}" is a key attribute of table "${name}" already`;
      throw inputError('KeyChanged', message, pointer, 'choose another name, or leave the table out');
    }
    if ('replacePrefix' in step) return;
    if (now(tableKey).includes(attribute)) {
      const message = `"${attribute}" is in the key of table "${name}", which every item must keep`;
      throw inputError('KeyChanged', message, pointer, 'rename it or replace a prefix of it, or leave the table out');
    }
    if (!('setAttribute' in step) || !now(indexKeys).includes(attribute)) return;
    const type =
      types.find(({ AttributeName }) => nameAfter(AttributeName, before) === attribute)?.AttributeType ?? 'S';
    const content = step.setAttribute[1][type];
    if (typeof content === 'string' && content !== '') return;
    const message = `"${attribute}" is in the key of an index of table "${name}", whose type is ${type}`;
    throw inputError('KeyChanged', message, `${pointer}/1`, `give a value of type ${type} that is not empty`);
  });
  const prefixes = prefixStepsOf(tableKey, steps);
  const tooMany = prefixes[keyPrefixesAtMost];
  if (tooMany === undefined) return;
  throw inputError(
    'KeyChanged',
    `${prefixes.length} prefixes of the key of table "${name}" are replaced, more than ${keyPrefixesAtMost}`,
    `/kinds/dynamodb/transform/${tooMany}/replacePrefix`,
    'promote in several steps, by way of another environment',
  );
}

/** What a change takes from a table besides what it says: indexes that lose their items, times to live that go. */
export function changeFindings(request: Asked, definition: TableDefinition): Finding[] {
  const { projection, transform: steps = [] } = request;
  const { TableName: asset } = definition.table;
  const gone = (name: string, type?: string) =>
    lost(nameAfter(name, steps), steps, {
      ...{ name, type },
      projected: (attribute) => !projection || [...projection, ...keyNames(definition.table)].includes(attribute),
    });
  const indexes = indexesOf(definition.table).flatMap((index): Finding[] =>
    keyNames(index).flatMap((name) => {
      const why = gone(name);
      const message = `"${name}" ${why}, so that no item is in index ${index.IndexName}`;
      return why === null ? [] : [{ code: 'IndexKeyLeftOut', asset, message }];
    }),
  );
  const expires = definition.timeToLive?.AttributeName;
  const why = expires === undefined ? null : gone(expires, 'N');
  if (why !== null) {
    const message = `"${expires}" ${why}, so that no item in the destination expires`;
    return [...indexes, { code: 'TimeToLiveLeftOut', asset, message }];
  }
  if (!request.skipExpired || expires !== undefined) return indexes;
  return [
    ...indexes,
    { code: 'NothingExpires', asset, message: `${asset} has no time to live, so nothing is skipped` },
  ];
}

function indexesOf({
  GlobalSecondaryIndexes: globals = [],
  LocalSecondaryIndexes: locals = [],
}: TableDefinition['table']): Indexes {
  return [...globals, ...locals];
}

function attributeOfStep(step: TransformStep): string {
  const [value] = Object.values(step);
  return Array.isArray(value) ? String(value[0]) : String(value);
}

function pointerTo(step: TransformStep, index: number): string {
  return `/kinds/dynamodb/transform/${index}/${Object.keys(step)[0]}`;
}

/** An attribute of the source that a key or the time to live goes by. */
interface Wanted {
  readonly name: string;
  readonly type: string | undefined;
  projected(name: string): boolean;
}

/**
 * Why no item has an attribute after these steps, or none of the type that it must have; null where some may. What bears
 * the name by chance, once the wanted attribute is gone and another has been renamed to it, does not count.
 */
function lost(name: string, steps: readonly TransformStep[], wanted: Wanted): string | null {
  const step = steps.at(-1);
  if (!step) return wanted.projected(name) ? null : 'is not projected';
  const before = (of: string) => lost(of, steps.slice(0, -1), wanted);
  if ('setAttribute' in step && step.setAttribute[0] === name) {
    const fits = wanted.type === undefined || Object.hasOwn(step.setAttribute[1], wanted.type);
    return fits ? null : `is set to another type than ${wanted.type}`;
  }
  if ('dropAttribute' in step && step.dropAttribute === name) return 'is dropped';
  if (!('renameAttribute' in step)) return before(name);
  const [from, to] = step.renameAttribute;
  if (name === from) return 'is renamed';
  if (name !== to) return before(name);
  return nameAfter(wanted.name, steps.slice(0, -1)) === from ? before(from) : before(from) && before(to);
}

import { database, type Store, type TableDefinition } from './dynalite.ts';
import { indexChanges, indexPrefix, itemPrefix } from './index-entries.ts';
import { itemSize } from './sizes.ts';

/** Item count and bytes of a table and its indexes. */
export interface Measures {
  readonly items: number;
  readonly bytes: number;
  readonly indexes: Readonly<Record<string, { readonly items: number; readonly bytes: number }>>;
}

/** What the front tells the engine about tables. */
export type TableCommand =
  | { readonly action: 'define'; readonly table: TableDefinition }
  | { readonly action: 'drop'; readonly name: string }
  | { readonly action: 'backfill'; readonly name: string; readonly index: string }
  | { readonly action: 'clearIndex'; readonly name: string; readonly index: string }
  | { readonly action: 'measure'; readonly name: string };

export interface Tables {
  find(name: string): TableDefinition | undefined;
  command(command: TableCommand): Promise<Measures | null>;
}

const NOT_FOUND = {
  __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
  message: 'Requested resource not found',
};

/** Keeps table definitions in memory, and makes dynalite look them up here instead of parsing them at every call. */
export function createTables(store: Store): Tables {
  const tables = new Map<string, TableDefinition>();
  store.getTable = (name, callback) => {
    const table = tables.get(name);
    const missing = Object.assign(new Error('NotFoundError'), { statusCode: 400, body: NOT_FOUND });
    callback(table ? null : missing, table);
  };
  return {
    find: (name) => tables.get(name),
    async command(command) {
      if (command.action === 'define') {
        tables.set(command.table.TableName, command.table);
        return null;
      }
      const table = tables.get(command.name);
      if (!table) throw new Error(`table ${command.name} is not defined`);
      if (command.action === 'measure') return measure(store, table);
      if (command.action === 'drop') {
        tables.delete(command.name);
        await clear(store, itemPrefix(command.name));
        for (const kind of ['local', 'global']) await clear(store, `index-${kind}~${command.name}~`);
      } else if (command.action === 'clearIndex') {
        await clear(store, indexPrefix('global', command.name, command.index));
      } else await backfill(store, table, command.index);
      return null;
    },
  };
}

const clear = (store: Store, prefix: string) => store.db.clear({ gte: prefix, lt: `${prefix}\xff` });

async function* valuesOf(store: Store, prefix: string): AsyncGenerator<Record<string, never>> {
  const iterator = store.db.values({ gte: prefix, lt: `${prefix}\xff` });
  try {
    for (;;) {
      const batch = (await iterator.nextv(256)) as Record<string, never>[];
      if (batch.length === 0) return;
      yield* batch;
    }
  } finally {
    await iterator.close();
  }
}

async function measureRange(store: Store, prefix: string): Promise<{ items: number; bytes: number }> {
  const measures = { items: 0, bytes: 0 };
  for await (const item of valuesOf(store, prefix)) {
    measures.items += 1;
    measures.bytes += itemSize(item);
  }
  return measures;
}

async function measure(store: Store, table: TableDefinition): Promise<Measures> {
  const indexes: Record<string, { items: number; bytes: number }> = {};
  for (const [kind, list] of [
    ['local', table.LocalSecondaryIndexes],
    ['global', table.GlobalSecondaryIndexes],
  ] as const) {
    for (const { IndexName } of list ?? []) {
      indexes[IndexName] = await measureRange(store, indexPrefix(kind, table.TableName, IndexName));
    }
  }
  return { ...(await measureRange(store, itemPrefix(table.TableName))), indexes };
}

/** Writes the entries of a new global index, item by item under the item's lock, so that writers may go on. */
async function backfill(store: Store, table: TableDefinition, indexName: string): Promise<void> {
  const index = table.GlobalSecondaryIndexes?.find((candidate) => candidate.IndexName === indexName);
  if (!index) throw new Error(`index ${indexName} of table ${table.TableName} is not defined`);
  const only: TableDefinition = { ...table, LocalSecondaryIndexes: [], GlobalSecondaryIndexes: [index] };
  const items = store.getItemDb(table.TableName);
  for await (const seen of valuesOf(store, itemPrefix(table.TableName))) {
    const key = database.createKey(seen, table);
    await new Promise<void>((resolve, reject) => {
      items.lock(key, (release) => {
        const done = release((error) => (error ? reject(error) : resolve()));
        items.get(key, (error, item) => {
          if (error && error.name !== 'NotFoundError') return done(error);
          const changes = indexChanges(only, null, item);
          if (changes.length === 0) return done(null);
          store.db.batch(changes, done);
        });
      });
    });
  }
}

import { promised, runAction } from './actions.ts';
import { addConsumed, type Consumed, consumedByGet, describeConsumed, noneConsumed } from './capacity.ts';
import { type Action, database, type Item, type Members, type Store, type TableDefinition } from './dynalite.ts';
import { checkItem, checkKey } from './keys.ts';
import { RAW } from './replacements.ts';
import { itemSize } from './sizes.ts';

const MAXIMUM_WRITES = 25;
const MAXIMUM_READS = 100;
/** BatchGetItem leaves the rest unprocessed after this many bytes. */
const READ_BYTES = 16 * 1024 * 1024;
const MISMATCH = 'The provided key element does not match the schema';

interface WriteRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

interface KeysRequest {
  readonly Keys: readonly Item[];
  readonly ConsistentRead?: boolean;
  readonly AttributesToGet?: readonly string[];
  readonly _projection?: { readonly paths: unknown };
}

const findTable = (store: Store, name: string) =>
  promised<TableDefinition>((callback) => store.getTable(name, callback));

/** `names` tells how the caller named each table: by name or by ARN. */
type Names = ReadonlyMap<string, string>;

const namedAs = (names: Names, table: string) => names.get(table) ?? table;

/** Writes all of a batch after the whole of it was found good: one bad request refuses all. */
export async function batchWrite(
  store: Store,
  data: Members,
  names: Names,
  actions: { readonly put: Action; readonly delete: Action },
): Promise<Members> {
  const requests = Object.entries(data.RequestItems as Record<string, readonly WriteRequest[]>);
  if (requests.reduce((count, [, list]) => count + list.length, 0) > MAXIMUM_WRITES) {
    throw database.validationError('Too many items requested for the BatchWriteItem call');
  }
  for (const [name, list] of requests) checkWrites(await findTable(store, name), list);
  const detail = data.ReturnConsumedCapacity;
  const consumed: Members[] = [];
  await Promise.all(
    requests.map(async ([name, list]) => {
      const total = noneConsumed();
      await Promise.all(
        list.map(async ({ PutRequest, DeleteRequest }) => {
          const common = { TableName: name, ...(detail ? { ReturnConsumedCapacity: RAW } : {}) };
          const answer = PutRequest
            ? await runAction(store, actions.put, { ...common, Item: PutRequest.Item })
            : await runAction(store, actions.delete, { ...common, Key: DeleteRequest?.Key });
          if (answer.ConsumedCapacity) addConsumed(total, answer.ConsumedCapacity as Consumed);
        }),
      );
      const described = describeConsumed(namedAs(names, name), total, detail);
      if (described) consumed.push(described);
    }),
  );
  return { UnprocessedItems: {}, ...(consumed.length > 0 ? { ConsumedCapacity: consumed } : {}) };
}

function checkWrites(table: TableDefinition, requests: readonly WriteRequest[]): void {
  const seen = new Set<string>();
  for (const { PutRequest, DeleteRequest } of requests) {
    const subject = PutRequest?.Item ?? DeleteRequest?.Key;
    if (!subject || (PutRequest && DeleteRequest)) {
      throw database.validationError(
        'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
      );
    }
    const refusal = PutRequest ? checkItem(subject, table) : checkKey(subject, table);
    // In a batch the service does not tell which key attribute is missing or of the wrong type.
    if (refusal && /Missing the key|Type mismatch for key/.test(refusal.message))
      throw database.validationError(MISMATCH);
    if (refusal) throw refusal;
    const key = database.createKey(subject, table);
    if (seen.has(key)) throw database.validationError('Provided list of item keys contains duplicates');
    seen.add(key);
  }
}

/** Reads items by key, in no particular order; what does not fit 16 MB comes back as `UnprocessedKeys`. */
export async function batchGet(store: Store, data: Members, names: Names): Promise<Members> {
  const requests = Object.entries(data.RequestItems as Record<string, KeysRequest>);
  if (requests.reduce((count, [, { Keys }]) => count + Keys.length, 0) > MAXIMUM_READS) {
    throw database.validationError('Too many items requested for the BatchGetItem call');
  }
  const tables = new Map<string, TableDefinition>();
  for (const [name, { Keys }] of requests) {
    const table = await findTable(store, name);
    tables.set(name, table);
    for (const key of Keys) {
      const refusal = checkKey(key, table);
      if (refusal) throw refusal;
    }
  }
  const responses: Record<string, Item[]> = {};
  const unprocessed: Record<string, KeysRequest> = {};
  const consumed: Members[] = [];
  let bytes = 0;
  for (const [name, request] of requests) {
    const table = tables.get(name) as TableDefinition;
    const shown: Item[] = [];
    const left: Item[] = [];
    const total = noneConsumed();
    const paths = request._projection?.paths ?? request.AttributesToGet;
    for (const key of request.Keys) {
      if (bytes >= READ_BYTES) {
        left.push(key);
        continue;
      }
      const item = await getItem(store, table, key);
      bytes += item ? itemSize(item) : 0;
      if (item && bytes > READ_BYTES) {
        left.push(key);
        continue;
      }
      addConsumed(total, consumedByGet(item, request.ConsistentRead === true));
      if (item) shown.unshift(paths ? database.mapPaths(paths, item) : item);
    }
    const as = namedAs(names, name);
    responses[as] = shown;
    if (left.length > 0) unprocessed[as] = { ...(data.original as Record<string, KeysRequest>)[as], Keys: left };
    const described = describeConsumed(as, total, data.ReturnConsumedCapacity);
    if (described) consumed.push(described);
  }
  return {
    Responses: responses,
    UnprocessedKeys: unprocessed,
    ...(consumed.length > 0 ? { ConsumedCapacity: consumed } : {}),
  };
}

function getItem(store: Store, table: TableDefinition, key: Item): Promise<Item | null> {
  return new Promise((resolve, reject) => {
    store.getItemDb(table.TableName).get(database.createKey(key, table), (error, item) => {
      if (error && error.name !== 'NotFoundError') reject(error);
      else resolve(item ?? null);
    });
  });
}

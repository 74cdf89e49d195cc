/** Typed doors into the modules of dynalite, which ships no types and no `exports` map. */
import { createRequire } from 'node:module';

/** An attribute value in wire form, for example `{ S: 'a' }`. */
export type AttributeValue = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, AttributeValue>>;

export interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: string;
}

export interface IndexDefinition {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly Projection: { readonly ProjectionType: string; readonly NonKeyAttributes?: readonly string[] };
  /** Only for global indexes: `CREATING` indexes are written but not read. */
  readonly IndexStatus?: string;
}

/** What the data engine knows of a table; everything else is kept by the front. */
export interface TableDefinition {
  readonly TableName: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly KeyElement[];
  readonly AttributeDefinitions: readonly { readonly AttributeName: string; readonly AttributeType: string }[];
  readonly LocalSecondaryIndexes?: readonly IndexDefinition[];
  readonly GlobalSecondaryIndexes?: readonly IndexDefinition[];
}

/** An error with the answer that the service gives for it. */
export interface AnsweredError extends Error {
  statusCode: number;
  body: Record<string, unknown>;
}

export type Callback<T> = (error: AnsweredError | null | undefined, result?: T) => void;

/** A request or an answer of the data plane after parsing: members depend on the operation. */
export type Members = Record<string, unknown>;

/** One change of the store below dynalite, where keys have the prefix of their table or index. */
export type StoreChange =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly key: string };

interface KeyValueStore {
  put(key: string, value: unknown, callback: Callback<void>): void;
  get(key: string, callback: Callback<Item>): void;
  del(key: string, callback: Callback<void>): void;
  /** Runs `work` alone for the key; the callback that `release` returns ends the lock. */
  lock(key: string, work: (release: (callback: Callback<void>) => Callback<void>) => void): void;
}

export interface Iterator {
  nextv(size: number): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

export interface Store {
  readonly options: { readonly maxItemSize: number };
  readonly db: {
    values(range: Readonly<Record<string, unknown>>): Iterator;
    clear(range: Readonly<Record<string, unknown>>): Promise<void>;
    batch(changes: readonly StoreChange[], callback: Callback<void>): void;
  };
  readonly tableDb: KeyValueStore;
  getItemDb(table: string): KeyValueStore;
  getIndexDb(kind: string, table: string, index: string): KeyValueStore;
  getTable(table: string, callback: Callback<TableDefinition>): void;
}

/** The functions of dynalite's database module that its actions call through the module object. */
export interface Database {
  create(options: Readonly<Record<string, unknown>>): Store;
  itemSize(item: Item): number;
  validateItem(item: Item, table: TableDefinition): AnsweredError | null | undefined;
  validateKey(key: Item, table: TableDefinition): AnsweredError | null | undefined;
  validateKeyPiece(key: Item, attribute: string, type: string, isHash: boolean): AnsweredError | null | undefined;
  checkConditional(data: Members, existing: Item | undefined): AnsweredError | null | undefined;
  addConsumedCapacity(data: Members, isRead: boolean, first?: Item, second?: Item): Members | undefined;
  updateIndexes(
    store: Store,
    table: TableDefinition,
    existing: Item | undefined,
    item: Item | null,
    callback: Callback<void>,
  ): void;
  queryTable(
    store: Store,
    table: TableDefinition,
    data: Members,
    options: Readonly<Record<string, unknown>>,
    isLocal: boolean,
    fetchFromItems: boolean,
    startKeyNames: readonly string[],
    callback: Callback<Members>,
  ): void;
  createKey(item: Item, table: TableDefinition): string;
  createIndexKey(item: Item, table: TableDefinition, keySchema: readonly KeyElement[]): string;
  matchesFilter(item: Item, filter: unknown, operator: unknown): boolean;
  mapPaths(paths: unknown, item: Item): Item;
  validationError(message: string): AnsweredError;
}

/** One member of dynalite's type tables, which drive its parsing and its constraints. */
export interface MemberType {
  type: string;
  enum?: string[];
  lessThanOrEqual?: number;
  greaterThanOrEqual?: number;
  children?: unknown;
}

export interface ActionValidation {
  readonly types: Record<string, MemberType | string>;
  readonly custom: (data: Members, store: Store) => string | undefined;
}

interface Validations {
  checkTypes(data: Members, types: ActionValidation['types']): Members;
  checkValidations(
    data: Members,
    types: ActionValidation['types'],
    custom: ActionValidation['custom'],
    store: Store,
  ): void;
}

export type Action = (store: Store, data: Members, callback: Callback<Members>) => void;

const require = createRequire(import.meta.url);

export const database = require('dynalite/db') as Database;
export const validations = require('dynalite/validations') as Validations;

/** The operations whose data dynalite keeps. */
export const DATA_OPERATIONS = [
  'GetItem',
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'BatchGetItem',
  'Query',
  'Scan',
] as const;

const fileName = (operation: string) => operation.charAt(0).toLowerCase() + operation.slice(1);

/** dynalite's action of a data operation, for example `PutItem`. */
export function loadAction(operation: string): Action {
  return require(`dynalite/actions/${fileName(operation)}`) as Action;
}

/** dynalite's type table and further checks of a data operation. */
export function loadValidation(operation: string): ActionValidation {
  return require(`dynalite/validations/${fileName(operation)}`) as ActionValidation;
}

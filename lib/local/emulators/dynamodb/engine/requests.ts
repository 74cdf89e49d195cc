import { ServiceError } from '../../../service.ts';
import { type Place, resolveTable } from '../names.ts';
import { errorBody } from '../wire.ts';
import { runAction } from './actions.ts';
import { batchGet, batchWrite } from './batches.ts';
import {
  type Action,
  type ActionValidation,
  type AnsweredError,
  DATA_OPERATIONS,
  database,
  loadAction,
  loadValidation,
  type Members,
  type Store,
  validations,
} from './dynalite.ts';
import { completeTypes, refuseUnbuiltMembers, refuseUnknownMembers } from './members.ts';
import { replaceWeakSpots } from './replacements.ts';
import { scanSegment } from './scan-segment.ts';
import { createTables, type Tables } from './tables.ts';

/** Answers data operations on the tables of one account and region. */
export interface Engine {
  readonly tables: Tables;
  /** `caller` is the ARN that refusals name. */
  perform(
    operation: string,
    body: Buffer,
    caller: string,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
}

interface Prepared {
  readonly action: Action;
  readonly validation: ActionValidation;
}

interface Context {
  readonly place: Place;
  readonly store: Store;
  readonly tables: Tables;
  prepared(operation: string): Prepared;
}

/** An in-memory dynalite with its weak spots replaced; one a process. */
export function createEngine(place: Place): Engine {
  const store = database.create({});
  const tables = createTables(store);
  replaceWeakSpots(tables);
  const all = new Map<string, Prepared>(DATA_OPERATIONS.map((operation) => [operation, prepare(operation)]));
  const context: Context = {
    place,
    store,
    tables,
    prepared(operation) {
      const found = all.get(operation);
      if (!found) throw new Error(`operation ${operation} is not kept by the engine`);
      return found;
    },
  };
  return {
    tables,
    async perform(operation, body, caller) {
      try {
        return { status: 200, body: await perform(context, operation, parse(body), caller) };
      } catch (error) {
        if (error instanceof ServiceError) return { status: error.status, body: errorBody(error) };
        const { statusCode, body: answer } = error as Partial<AnsweredError>;
        if (statusCode === undefined) throw error;
        return { status: statusCode, body: answer };
      }
    },
  };
}

function prepare(operation: string): Prepared {
  const validation = loadValidation(operation);
  completeTypes(operation, validation.types);
  return { action: loadAction(operation), validation };
}

function parse(body: Buffer): Members {
  try {
    return JSON.parse(body.toString()) as Members;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ServiceError('SerializationException', 'the body is not a JSON object');
  }
}

async function perform(context: Context, operation: string, raw: Members, caller: string): Promise<Members> {
  const { store, tables } = context;
  const { action, validation } = context.prepared(operation);
  refuseUnknownMembers(raw, validation.types);
  const names = new Map<string, string>();
  const bareName = (given: string) =>
    given.startsWith('arn:') ? resolveTable(given, context.place, operation, caller) : given;
  const data = validations.checkTypes(withBareNames(raw, names, bareName), validation.types);
  validations.checkValidations(data, validation.types, validation.custom, store);
  refuseUnbuiltMembers(data);
  if (operation === 'BatchWriteItem') {
    const actions = { put: context.prepared('PutItem').action, delete: context.prepared('DeleteItem').action };
    return batchWrite(store, data, names, actions);
  }
  if (operation === 'BatchGetItem') return batchGet(store, { ...data, original: raw.RequestItems }, names);
  data.requestedName = raw.TableName;
  refuseUnreadableIndex(tables, data);
  if (operation === 'Scan' && data.TotalSegments !== undefined) return scanSegment(store, action, data);
  return runAction(store, action, data);
}

/** Tables may be named by ARN; `names` remembers how, because answers name them as the caller did. */
function withBareNames(raw: Members, names: Map<string, string>, bareName: (given: string) => string): Members {
  const plain = { ...raw };
  if (typeof raw.TableName === 'string') plain.TableName = bareName(raw.TableName);
  const { RequestItems } = raw;
  if (RequestItems && typeof RequestItems === 'object' && !Array.isArray(RequestItems)) {
    const items: Members = {};
    for (const [given, value] of Object.entries(RequestItems)) {
      const bare = bareName(given);
      if (names.has(bare)) throw database.validationError(`The table ${bare} is named twice in RequestItems`);
      items[bare] = value;
      names.set(bare, given);
    }
    plain.RequestItems = items;
  }
  return plain;
}

function refuseUnreadableIndex(tables: Tables, data: Members): void {
  const table = tables.find(String(data.TableName));
  const index = table?.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === data.IndexName);
  if (index?.IndexStatus === 'CREATING') {
    throw database.validationError(`Cannot read from backfilling global secondary index: ${index.IndexName}`);
  }
}

import type { Clock } from '../../clock.ts';
import {
  type Identified,
  type Service,
  ServiceError,
  type ServiceRequest,
  type ServiceResponse,
} from '../../service.ts';
import { checkShape } from './check.ts';
import { firstName } from './first-table.ts';
import { type Place, tableArn } from './names.ts';
import { OPERATIONS } from './operations.ts';
import { createRegion, type Region } from './region.ts';
import { anyKey, type FindKey } from './settings.ts';
import { SHAPES } from './shapes.ts';
import { jsonResponse, refusal } from './wire.ts';

export type { FindKey } from './settings.ts';

const TARGET = 'DynamoDB_20120810.';
const MAXIMUM_BODY = 16 * 1024 * 1024;

/** Data operations, which the engine answers, with the member that names their tables. */
const FORWARDED: Readonly<Record<string, string>> = {
  GetItem: 'TableName',
  PutItem: 'TableName',
  UpdateItem: 'TableName',
  DeleteItem: 'TableName',
  Query: 'TableName',
  Scan: 'TableName',
  BatchGetItem: 'RequestItems',
  BatchWriteItem: 'RequestItems',
};

export interface DynamoDbOptions {
  readonly clock: Clock;
  /** Looks up KMS keys; without it every well-formed key of the request's region counts as existing. */
  readonly findKey?: FindKey;
}

export interface DynamoDbService extends Service {
  close(): Promise<void>;
  /**
   * Makes `ItemCount` and `TableSizeBytes` of all tables true as of now. The service refreshes them about every six
   * hours, so that fresh tables read 0; whoever sets the stage calls this to make its tables look old.
   */
  refreshStatistics(): Promise<void>;
  /** ARN of the KMS key that a table is encrypted with; null for a key that DynamoDB owns, and for no table. */
  keyOf(place: Place, table: string): string | null;
}

/** DynamoDB for all accounts and regions: table settings in memory, items in one dynalite process per account and region. */
export function createDynamoDbService({ clock, findKey = anyKey }: DynamoDbOptions): DynamoDbService {
  const regions = new Map<string, Region>();

  function regionOf({ caller: { account, region } }: ServiceRequest): Region {
    const key = `${account}/${region}`;
    let found = regions.get(key);
    if (!found) {
      found = createRegion({ account, region }, clock, findKey);
      regions.set(key, found);
    }
    return found;
  }

  return {
    name: 'dynamodb',
    signingNames: ['dynamodb'],
    identify,
    refuse: refusal,
    async handle(request, { operation }) {
      try {
        return await answer(request, operation, regionOf(request));
      } catch (error) {
        if (error instanceof ServiceError) return refusal(request, error);
        throw error;
      }
    },
    async refreshStatistics() {
      for (const { tables, engine } of regions.values()) {
        for (const table of tables.values()) {
          if (table.status !== 'ACTIVE' && table.status !== 'UPDATING') continue;
          const measures = await engine.command({ action: 'measure', name: table.name });
          if (measures) table.measures = measures;
        }
      }
    },
    keyOf({ account, region }, table) {
      return regions.get(`${account}/${region}`)?.tables.get(table)?.encryption?.keyArn ?? null;
    },
    async close() {
      await Promise.all([...regions.values()].map((region) => region.close()));
      regions.clear();
    },
  };
}

function identify(request: ServiceRequest): Identified {
  const target = request.headers['x-amz-target'] ?? '';
  const operation = target.startsWith(TARGET) ? target.slice(TARGET.length) : target;
  const { account, region } = request.caller;
  const name =
    firstName(request.body, FORWARDED[operation] ?? 'TableName') ??
    (FORWARDED[operation] === undefined ? firstName(request.body, 'ResourceArn') : null);
  if (name === null) return { operation, resource: null };
  return { operation, resource: name.startsWith('arn:') ? name : tableArn({ account, region }, name) };
}

async function answer(request: ServiceRequest, operation: string, region: Region): Promise<ServiceResponse> {
  if (request.body.length > MAXIMUM_BODY) {
    throw new ServiceError('RequestEntityTooLargeException', 'Request size exceeded the limit of 16 MB', 413);
  }
  const caller = request.caller.arn;
  if (Object.hasOwn(FORWARDED, operation)) {
    const { status, body } = await region.engine.perform(operation, request.body, caller);
    return jsonResponse(request, status, body);
  }
  const shape = SHAPES[operation];
  const carryOut = OPERATIONS[operation];
  if (!shape || !carryOut || !Object.hasOwn(OPERATIONS, operation)) {
    throw new ServiceError('UnknownOperationException', `operation ${operation} is not supported`);
  }
  const input = parseInput(request.body);
  checkShape(input, shape);
  const result = await carryOut({ region, operation, caller }, input as never);
  return jsonResponse(request, 200, Buffer.from(result === null ? '' : JSON.stringify(result)));
}

/** Members that are null count as absent. */
function parseInput(body: Buffer): unknown {
  try {
    const input: unknown = JSON.parse(body.toString(), (_name, value) => (value === null ? undefined : value));
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ServiceError('SerializationException', 'the body is not a JSON object');
}

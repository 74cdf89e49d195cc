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
import { placeOf, refuseMixedAccounts } from './places.ts';
import { createRegion, type Region, type RegionPorts } from './region.ts';
import { createScaledTables, type ScaledTables } from './scaling.ts';
import { anyKey, type FindKey } from './settings.ts';
import { SHAPES } from './shapes.ts';
import { createThrottle, type Throttle, type ThrottleOptions } from './throttle/index.ts';
import { createTransferFaults, type ExportFault, type ImportFault } from './transfer/faults.ts';
import { refuseLoading } from './transfer/loading.ts';
import { transferredResource } from './transfer/operations.ts';
import { type CallS3, noS3 } from './transfer/storage.ts';
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
  /** Looks up roles that a policy names. @default - all exist */
  readonly findPrincipal?: RegionPorts['findPrincipal'];
  /** Keeps tables to their capacity. @default - they take whatever comes */
  readonly capacity?: ThrottleOptions;
  /** Makes a service-linked role. @default - none is made */
  readonly ensureServiceRole?: RegionPorts['ensureServiceRole'];
  /** Reaches S3 in the name of a caller. @default - no bucket exists */
  readonly callS3?: CallS3;
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
  /** JSON text of the policy in force on a table; null where there is none, and for no table. */
  policyOf(place: Place, table: string): string | null;
  /** ARNs of the Kinesis streams that a table was ever connected to. */
  streamsOf(place: Place, table: string): readonly string[];
  /** Marks a table as global, with a replica in another region that holds nothing. Throws Error for no table. */
  addReplica(place: Place, table: string, region: string): void;
  /** For Application Auto Scaling. */
  readonly scaledTables: ScaledTables;
  /** Spoils the next export that begins, of whatever account; several calls wait for several exports. */
  breakExport(fault: ExportFault): void;
  /** Spoils the next import that begins. */
  breakImport(fault: ImportFault): void;
}

/** DynamoDB for all accounts and regions: table settings in memory, items in one dynalite process per account and region. */
export function createDynamoDbService(options: DynamoDbOptions): DynamoDbService {
  const { clock, findKey = anyKey, findPrincipal = () => true, ensureServiceRole = () => undefined } = options;
  const faults = createTransferFaults();
  const ports: RegionPorts = { findKey, findPrincipal, ensureServiceRole, callS3: options.callS3 ?? noS3, faults };
  const regions = new Map<string, Region>();
  const throttle = options.capacity ? createThrottle(options.capacity) : null;
  const regionAt = ({ account, region }: Place) => regions.get(`${account}/${region}`);

  function regionOf(place: Place): Region {
    const found = regionAt(place) ?? createRegion(place, clock, ports);
    regions.set(`${place.account}/${place.region}`, found);
    return found;
  }

  return {
    name: 'dynamodb',
    signingNames: ['dynamodb'],
    identify,
    refuse: refusal,
    async handle(request, { operation }) {
      try {
        refuseMixedAccounts(request);
        const place = placeOf(request, operation, namedTable(request, operation), regionAt);
        return await answer(request, operation, regionOf(place), throttle);
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
    keyOf: (place, table) => regionAt(place)?.tables.get(table)?.encryption?.keyArn ?? null,
    policyOf: (place, table) => regionAt(place)?.tables.get(table)?.policy.inForce?.text ?? null,
    streamsOf: (place, table) =>
      (regionAt(place)?.tables.get(table)?.streaming ?? []).map(({ streamArn }) => streamArn),
    scaledTables: createScaledTables(regionAt),
    addReplica(place, name, region) {
      const table = regionAt(place)?.tables.get(name);
      if (!table) throw new Error(`there is no table ${name} of account ${place.account} in ${place.region}`);
      table.replicas.push(region);
    },
    breakExport: (fault) => void faults.exports.push(fault),
    breakImport: (fault) => void faults.imports.push(fault),
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
  const name = namedTable(request, operation);
  if (name === null) return { operation, resource: null };
  return { operation, resource: name.startsWith('arn:') ? name : tableArn({ account, region }, name) };
}

/** The table that a request names first, by name or ARN. */
function namedTable({ body }: ServiceRequest, operation: string): string | null {
  const resource = transferredResource(operation, body);
  if (resource !== undefined) return resource;
  const given = firstName(body, FORWARDED[operation] ?? 'TableName');
  return given ?? (FORWARDED[operation] === undefined ? firstName(body, 'ResourceArn') : null);
}

async function answer(
  request: ServiceRequest,
  operation: string,
  region: Region,
  throttle: Throttle | null,
): Promise<ServiceResponse> {
  if (request.body.length > MAXIMUM_BODY) {
    throw new ServiceError('RequestEntityTooLargeException', 'Request size exceeded the limit of 16 MB', 413);
  }
  const caller = request.caller.arn;
  if (Object.hasOwn(FORWARDED, operation)) {
    refuseLoading(region, request.body);
    const run = (bytes: Buffer) => region.engine.perform(operation, bytes, caller);
    const findTable = (named: string) => region.tables.get(named.slice(named.lastIndexOf('/') + 1));
    const call = { operation, body: request.body, findTable, run };
    const { status, body } = await (throttle ? throttle(call) : run(request.body));
    return jsonResponse(request, status, body);
  }
  const shape = SHAPES[operation];
  const carryOut = OPERATIONS[operation];
  if (!shape || !carryOut || !Object.hasOwn(OPERATIONS, operation)) {
    throw new ServiceError('UnknownOperationException', `operation ${operation} is not supported`);
  }
  const input = parseInput(request.body);
  checkShape(input, shape);
  const result = await carryOut({ region, operation, caller, session: request.caller }, input as never);
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

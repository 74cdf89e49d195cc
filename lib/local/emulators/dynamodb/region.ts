import { setMaxListeners } from 'node:events';
import type { Clock } from '../../clock.ts';
import { type Caller, ServiceError } from '../../service.ts';
import type { ServiceRoleKind } from '../iam/service-linked-roles.ts';
import { createEngineProcess, type EngineProcess } from './engine-process.ts';
import { type Place, resolveTable } from './names.ts';
import type { FindPrincipal } from './policy-document.ts';
import type { FindKey } from './settings.ts';
import type { Table } from './table.ts';
import type { TransferFaults } from './transfer/faults.ts';
import { createTransfers, type Transfers } from './transfer/jobs.ts';
import type { CallS3 } from './transfer/storage.ts';

/** Modelled durations of transitions in milliseconds; the real ones take seconds to hours and vary. */
export const DURATIONS = {
  create: 2000,
  /** After the table is active, until the indexes created with it are, and until backups can be changed. */
  settle: 1000,
  update: 1500,
  /** After the index's backfill is complete. */
  index: 3000,
  remove: 1500,
  timeToLive: 4000,
  insights: 3000,
  streaming: 3000,
  /** Until a changed policy is in force. */
  policy: 1500,
  /** After a change of a policy, in which it cannot be changed again. */
  policyBlock: 15_000,
} as const;

/** What DynamoDB asks of other services. */
export interface RegionPorts {
  readonly findKey: FindKey;
  readonly findPrincipal: FindPrincipal;
  /** Makes the role in whose name DynamoDB calls another service, unless the account has it. */
  readonly ensureServiceRole: (account: string, kind: ServiceRoleKind) => void;
  readonly callS3: CallS3;
  readonly faults: TransferFaults;
}

/** The tables of one account and region. */
export interface Region {
  readonly place: Place;
  readonly clock: Clock;
  readonly tables: Map<string, Table>;
  readonly engine: EngineProcess;
  readonly findKey: FindKey;
  readonly findPrincipal: FindPrincipal;
  ensureServiceRole(kind: ServiceRoleKind): void;
  readonly callS3: CallS3;
  readonly faults: TransferFaults;
  readonly transfers: Transfers;
  /** Names of tables that are being filled: the engine has them, clients do not. */
  readonly loading: Set<string>;
  /** Carries on with `action` after modelled milliseconds, unless the region is closed before. */
  after(milliseconds: number, action: () => Promise<void> | void): void;
  close(): Promise<void>;
}

export function createRegion(place: Place, clock: Clock, ports: RegionPorts): Region {
  const closing = new AbortController();
  // Every transition under way listens, and there may be hundreds.
  setMaxListeners(0, closing.signal);
  const engine = createEngineProcess(place);
  return {
    place,
    clock,
    tables: new Map(),
    engine,
    findKey: ports.findKey,
    findPrincipal: ports.findPrincipal,
    ensureServiceRole: (kind) => ports.ensureServiceRole(place.account, kind),
    callS3: ports.callS3,
    faults: ports.faults,
    transfers: createTransfers(),
    loading: new Set(),
    after(milliseconds, action) {
      const transition = async () => {
        let release: (() => void) | undefined;
        try {
          await clock.wait(milliseconds, closing.signal);
          // The data process takes its own time, in which no modelled time may go by.
          release = clock.hold?.();
          await action();
        } catch (error) {
          // A transition that close() cuts short has nobody left to show its result to.
          if (!closing.signal.aborted) throw error;
        } finally {
          release?.();
        }
      };
      void transition();
    },
    async close() {
      closing.abort();
      await engine.close();
    },
  };
}

/** Who asks and for what, as far as answers and refusals tell it. */
export interface Asked {
  readonly region: Region;
  readonly operation: string;
  /** ARN of the caller. */
  readonly caller: string;
  /** The caller's session, in whose name S3 is asked. */
  readonly session: Caller;
}

/** The table named by name or ARN, in whatever state; ResourceNotFoundException when there is none. */
export function findTable({ region, operation, caller }: Asked, given: string): Table {
  const name = resolveTable(given, region.place, operation, caller);
  const table = region.tables.get(name);
  if (!table)
    throw new ServiceError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);
  return table;
}

const IN_USE: Readonly<Record<string, string>> = {
  CREATING: 'Table is being created',
  UPDATING: 'Table is being updated',
  DELETING: 'Table is being deleted',
};

/** Refuses to change a table in transition, or one with an index in transition. */
export function refuseUnlessActive(table: Table): void {
  const reason = IN_USE[table.status];
  const inUse = 'Attempt to change a resource which is still in use';
  if (reason) throw new ServiceError('ResourceInUseException', `${inUse}: ${reason}: ${table.name}`);
  const index = table.globalIndexes.find(({ status }) => status !== 'ACTIVE');
  if (index) {
    const doing = index.status === 'CREATING' ? 'created' : index.status === 'DELETING' ? 'deleted' : 'updated';
    throw new ServiceError(
      'ResourceInUseException',
      `${inUse}: Table: ${table.name} has an index that is being ${doing}: ${index.definition.IndexName}`,
    );
  }
}

const MAXIMUM_OPERATIONS = 500;
const MAXIMUM_OPERATIONS_WITH_INDEXES = 250;

/** Refuses one more control operation while 500 tables (250 when creating indexes) are in transition. */
export function refuseTooMany(region: Region, withIndexes: boolean): void {
  const busy = [...region.tables.values()].filter(({ status }) => status !== 'ACTIVE');
  const limit = withIndexes ? MAXIMUM_OPERATIONS_WITH_INDEXES : MAXIMUM_OPERATIONS;
  if (busy.length < limit) return;
  throw new ServiceError(
    'LimitExceededException',
    `Subscriber limit exceeded: There is a limit of ${limit} concurrent table operations${withIndexes ? ' with indexes' : ''}`,
  );
}

import type { Environments } from '../../lambdas/core/environments.ts';
import { type Access, type Authorizer, createAuthorizer } from './authorizer/authorizer.ts';
import { loadCatalogue } from './authorizer/catalogue.ts';
import { checkServiceRoles } from './authorizer/service-roles.ts';
import { realClock, virtualClock } from './clock.ts';
import { deploy } from './deploy.ts';
import type { ThrottleOptions } from './emulators/dynamodb/throttle/index.ts';
import { s3Service } from './emulators/s3/index.ts';
import { createEventPorts } from './event-ports.ts';
import { createFaultInjector, type FaultInjector } from './faults/injector.ts';
import type { FaultRule } from './faults/rules.ts';
import { processSignals } from './faults/signals.ts';
import { createForwardedCalls } from './forwarded-calls.ts';
import { type Credentials, createCredentials } from './gateway/credentials.ts';
import { type AuthorizationRequest, type Gateway, startGateway } from './gateway/gateway.ts';
import type { Deployment } from './loader/deployment.ts';
import { loadAssembly } from './loader/index.ts';
import { createMachinePorts, roleName } from './machine-ports.ts';
import { createMessagePorts } from './message-ports.ts';
import { createServices, createStores, type Stores } from './services.ts';
import { enforceStateLimits } from './state-limits.ts';
import { createStatesEngine, type StatesEngine } from './states/engine.ts';
import { createWorkerLogs } from './worker-logs.ts';
import type { WorkerCredentials, WorkerFunction } from './workers/contracts.ts';
import { type BusyProcess, createWorkerPool, type WorkerPool } from './workers/pool.ts';
import { describeWorld, type World } from './world.ts';

/** What a host is started from. */
export interface HostOptions {
  /** Of the gateway; 0 takes any free port. */
  readonly port: number;
  /** Divides modelled waits; see `Clock`. */
  readonly speed: number;
  /** Lets modelled waits cost no time, and timeouts of stopped workers pass at once. @default false */
  readonly virtualTime?: boolean;
  /** Folder of the cloud assembly. */
  readonly assembly: string;
  /** The configuration that the assembly was synthesized with. */
  readonly environments: Environments;
  /** Takes one log file a function. */
  readonly logFolder: string;
  /** Keeps DynamoDB's tables to their capacity. @default - they take whatever comes */
  readonly capacity?: ThrottleOptions;
  /** Break calls of workers. @default - none */
  readonly faults?: readonly FaultRule[];
  /** Told of every call before it is carried out, and of the process of the worker that made it, if one did. */
  readonly onCall?: (call: AuthorizationRequest, worker: BusyProcess | null) => void;
  /** Told of every decision about a role or a service. */
  readonly onAccess?: (access: Access) => void;
  /** Takes a line for each denied call. @default - stderr */
  readonly log?: (line: string) => void;
}

/** The emulated accounts with our program deployed in them. */
export interface Host {
  readonly world: World;
  readonly deployment: Deployment;
  readonly gateway: Gateway;
  readonly credentials: Credentials;
  readonly authorizer: Authorizer;
  readonly faults: FaultInjector;
  readonly stores: Stores;
  readonly states: StatesEngine;
  readonly pool: WorkerPool;
  /** Ends every connection, worker and data process. */
  close(): Promise<void>;
}

/**
 * Deploys a cloud assembly into emulated accounts and serves them on loopback.
 * Throws LoaderError for what the assembly holds outside the closed lists, and EADDRINUSE when the port is taken.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { port, speed, assembly, environments, logFolder } = options;
  const deployment = loadAssembly(assembly);
  const virtual = options.virtualTime ? virtualClock() : null;
  const clock = virtual ?? realClock(speed);
  const credentials = createCredentials(clock);
  const stores = createStores(clock, (caller, request) => callS3(caller, request), options.capacity);
  // Calls come only once the machines run, which is after the gateway and the pool are there.
  const machinePorts = createMachinePorts({
    clock,
    s3: stores.s3,
    messages: createMessagePorts(stores.sns, stores.sqs),
    pool: () => pool,
    record: (call) => gateway.record(call),
    decide: (action) => authorizer.decideFor(action),
  });
  const states = createStatesEngine(machinePorts);
  const authorizer = createAuthorizer({
    ...stores,
    credentials,
    clock,
    catalogue: await loadCatalogue(),
    log: options.log ?? ((line) => console.error(line)),
    ...(options.onAccess && { onAccess: options.onAccess }),
  });
  deploy(deployment, stores, states);
  enforceStateLimits(states);
  checkServiceRoles(deployment, authorizer);

  const targets = createEventPorts({
    states,
    sqs: stores.sqs,
    authorize: machinePorts.authorize,
    mayAssume: authorizer.mayAssume,
    log: options.log ?? ((line) => console.error(line)),
  });
  const callS3 = createForwardedCalls({
    service: s3Service(stores.s3, clock),
    store: stores.s3,
    clock,
    authorize: (call) => authorizer.authorize(call),
    record: (call) => gateway.record(call),
  });
  const services = createServices(stores, { clock, credentials, states, targets });
  const faults = createFaultInjector({ credentials, signal: processSignals(() => pool, virtual !== null) });
  faults.use(options.faults ?? []);
  const gateway = await startGateway({
    port,
    services,
    credentials,
    clock,
    faults,
    ...(virtual && { hold: virtual.hold }),
    authorize(call) {
      options.onCall?.(call, pool.busyProcess(credentials.origin(call.caller.accessKeyId)));
      return authorizer.authorize(call);
    },
  });
  const logs = createWorkerLogs(logFolder);
  const pool = createWorkerPool({
    functions: deployment.functions,
    endpoint: gateway.endpoint,
    issueCredentials: (worker) => executionRoleSession(credentials, worker),
    log: logs.write,
    ...(virtual && { hold: virtual.hold }),
  });

  return {
    world: describeWorld(gateway.endpoint, environments, deployment),
    deployment,
    gateway,
    credentials,
    authorizer,
    faults,
    stores,
    states,
    pool,
    async close() {
      for (const { executionArn } of states.listExecutions({
        stateMachineArn: null,
        mapRunArn: null,
        status: 'RUNNING',
      })) {
        states.stopExecution({ executionArn });
      }
      await pool.close();
      await gateway.close();
      await logs.close();
    },
  };
}

/** Lambda names the session of an execution role after the function. */
function executionRoleSession(credentials: Credentials, { name, roleArn }: WorkerFunction): WorkerCredentials {
  const account = roleArn.split(':')[4] ?? '';
  const role = roleName(roleArn);
  return credentials.issue({
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
    role,
    sessionName: name,
    sourceIdentity: null,
    sessionPolicy: null,
    durationSeconds: 3600,
  });
}

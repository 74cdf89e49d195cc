import type { Environments } from '../../lambdas/core/environments.ts';
import { realClock } from './clock.ts';
import { deploy } from './deploy.ts';
import { type Credentials, createCredentials } from './gateway/credentials.ts';
import { type AuthorizationRequest, type Gateway, startGateway } from './gateway/gateway.ts';
import type { Deployment } from './loader/deployment.ts';
import { loadAssembly } from './loader/index.ts';
import { createMachinePorts, roleName } from './machine-ports.ts';
import { createServices, createStores, type Stores } from './services.ts';
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
  /** Folder of the cloud assembly. */
  readonly assembly: string;
  /** The configuration that the assembly was synthesized with. */
  readonly environments: Environments;
  /** Takes one log file a function. */
  readonly logFolder: string;
  /** Told of every call before it is carried out, and of the process of the worker that made it, if one did. */
  readonly onCall?: (call: AuthorizationRequest, worker: BusyProcess | null) => void;
}

/** The emulated accounts with our program deployed in them. */
export interface Host {
  readonly world: World;
  readonly deployment: Deployment;
  readonly gateway: Gateway;
  readonly credentials: Credentials;
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
  const clock = realClock(speed);
  const credentials = createCredentials(clock);
  const stores = createStores(clock);
  // Calls come only once the machines run, which is after the gateway and the pool are there.
  const states = createStatesEngine(
    createMachinePorts({ clock, s3: stores.s3, pool: () => pool, record: (call) => gateway.record(call) }),
  );
  deploy(deployment, stores, states);

  const services = createServices(stores, { clock, credentials, states });
  const gateway = await startGateway({
    port,
    services,
    credentials,
    clock,
    authorize(call) {
      options.onCall?.(call, pool.busyProcess(credentials.origin(call.caller.accessKeyId)));
      return { allowed: true, reason: '' };
    },
  });
  const logs = createWorkerLogs(logFolder);
  const pool = createWorkerPool({
    functions: deployment.functions,
    endpoint: gateway.endpoint,
    issueCredentials: (worker) => executionRoleSession(credentials, worker),
    log: logs.write,
  });

  return {
    world: describeWorld(gateway.endpoint, environments, deployment),
    deployment,
    gateway,
    credentials,
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

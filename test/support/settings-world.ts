import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TableClients } from '../../lambdas/dynamodb/table-clients.ts';
import { realClock } from '../../lib/local/clock.ts';
import { applicationAutoscalingService } from '../../lib/local/emulators/application-autoscaling/index.ts';
import { ensureServiceRole } from '../../lib/local/emulators/iam/service-linked-roles.ts';
import { kmsService } from '../../lib/local/emulators/kms/index.ts';
import { type Service, ServiceError, type ServiceRequest } from '../../lib/local/service.ts';
import { createStores, type Stores } from '../../lib/local/services.ts';
import { clientsOf } from './table-clients.ts';

/** The services that tables and their settings are of, behind a front without signatures or permissions. */
export interface SettingsWorld {
  readonly stores: Stores;
  readonly dev: TableClients;
  readonly prod: TableClients;
  /** Operations since the last call of this function, oldest first. */
  newCalls(): readonly string[];
  close(): Promise<void>;
}

const DEV = '222222222222';
const PROD = '333333333333';

/** Starts them on a free port of loopback; a modelled second takes a millisecond. */
export async function startSettingsWorld(): Promise<SettingsWorld> {
  const clock = realClock(1000);
  const stores = createStores(clock);
  const { iam, kms, dynamodb, autoscaling } = stores;
  const serviceRole = (account: string) => ensureServiceRole(iam, account, 'dynamoDbAutoscaling').arn;
  const scaling = { store: autoscaling, tables: dynamodb.scaledTables, clock, serviceRole };
  const services = new Map<string, Service>([
    ['DynamoDB_20120810', dynamodb],
    ['AnyScaleFrontendService', applicationAutoscalingService(scaling)],
    ['TrentService', kmsService(kms)],
  ]);
  let calls: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const answer = async () => {
      const request = await readRequest(incoming);
      const [target = '', operation = ''] = (request.headers['x-amz-target'] ?? '').split('.');
      const service = services.get(target);
      if (!service) throw new Error(`nobody answers ${target}`);
      calls.push(operation);
      const { status, headers, body } = await handle(service, request);
      outgoing.writeHead(status, headers).end(body);
    };
    answer().catch((error: Error) => outgoing.writeHead(500).end(error.stack));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    stores,
    dev: clientsOf(endpoint, DEV),
    prod: clientsOf(endpoint, PROD),
    newCalls() {
      const before = calls;
      calls = [];
      return before;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await dynamodb.close();
    },
  };
}

/** As the gateway does it: what a service throws, it words itself. */
async function handle(service: Service, request: ServiceRequest) {
  try {
    return await service.handle(request, service.identify(request));
  } catch (error) {
    if (error instanceof ServiceError) return service.refuse(request, error);
    throw error;
  }
}

async function readRequest(incoming: IncomingMessage): Promise<ServiceRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = incoming.headers as Record<string, string>;
  const [, account = '', region = ''] = /Credential=(\d+)\/\d+\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  const nobody = { role: null, sessionName: null, sourceIdentity: null, sessionPolicy: null };
  return {
    caller: { account, region, arn: `arn:aws:iam::${account}:root`, accessKeyId: account, ...nobody },
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers,
    body: Buffer.concat(chunks),
    endpoint: '',
    requestId: 'request',
  };
}

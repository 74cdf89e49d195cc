import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusalSentence } from '../authorizer/sentence.ts';
import type { Clock } from '../clock.ts';
import { type Delivered, deliver } from '../faults/delivery.ts';
import type { FaultInjector } from '../faults/injector.ts';
import {
  type Caller,
  type RecordedCall,
  type Service,
  ServiceError,
  type ServiceRequest,
  type ServiceResponse,
} from '../service.ts';
import { authenticate, authorizationOf, callerOf } from './authentication.ts';
import { answeredEntry, callListing, entryOf } from './call-record.ts';
import type { Credentials } from './credentials.ts';
import { attemptedOperation, readRequest, unidentified } from './http.ts';
import { queryError } from './query.ts';
import { Refusal, refusalFor } from './refusals.ts';
import type { Authorization, RawRequest } from './signature.ts';
import { jsonError } from './wire.ts';

/** One call that waits for permission. */
export interface AuthorizationRequest {
  readonly caller: Caller;
  /** IAM prefix. */
  readonly service: string;
  readonly operation: string;
  readonly resource: string | null;
  readonly request: ServiceRequest;
}

export interface Decision {
  readonly allowed: boolean;
  /** Ends the sentence of a refusal: `no identity-based policy allows the s3:PutObject action`, `with an explicit deny …`. */
  readonly reason: string;
  /** What was denied. @default - the operation on its resource */
  readonly action?: string;
  readonly resource?: string;
}

export interface GatewayOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly services: readonly Service[];
  readonly credentials: Credentials;
  readonly clock: Clock;
  /** Asked for every identified call. @default - every call is allowed */
  readonly authorize?: (call: AuthorizationRequest) => Decision;
  /** Told of every identified call; breaks some of them. @default - none is broken */
  readonly faults?: FaultInjector;
  /** Told of every request; what it answers is called when the request is answered or given up. */
  readonly hold?: () => () => void;
  /** Told of every defect of an emulator; the client gets InternalFailure. @default - written to stderr */
  readonly onDefect?: (error: unknown) => void;
}

export interface Gateway {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  readonly port: number;
  /** Every call of the gateway's life, oldest first; an entry gets its `units` when the call is answered. */
  calls(): readonly RecordedCall[];
  /** Adds a call that did not come over the socket, such as those which Step Functions makes itself. */
  record(call: RecordedCall): void;
  /** Ends the connections and closes the services. */
  close(): Promise<void>;
}

/**
 * One HTTP front on loopback for all services: finds the caller of each request from its access key, checks signature,
 * payload hash and date of issued keys, records the call, asks for permission, and hands it to the service of the
 * credential scope. Keys of twelve digits are the root of that account with any secret.
 * `GET /_local/calls` is the only request that needs no signature.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const calls: RecordedCall[] = [];
  const record = (call: RecordedCall) => void calls.push(call);
  const byName = new Map(options.services.flatMap((service) => service.signingNames.map((name) => [name, service])));
  const report = options.onDefect ?? ((error) => console.error('defect in an emulator:', error));
  let endpoint = '';

  const server = createServer((incoming, outgoing) => {
    const requestId = randomUUID();
    const release = options.hold?.();
    if (release) outgoing.once('close', release);
    answer(incoming, requestId)
      .catch((error: unknown) => {
        report(error);
        return jsonError(new ServiceError('InternalFailure', String(error), 500), PLAIN);
      })
      .then((response) => deliver(outgoing, incoming.method ?? '', requestId, response))
      .catch(report);
  });

  async function answer(incoming: IncomingMessage, requestId: string): Promise<Delivered> {
    const raw = await readRequest(incoming);
    if (raw.path.startsWith('/_local/')) return local(raw, calls);

    let service: Service | undefined;
    let request = unidentified(raw, endpoint, requestId);
    try {
      const authorization = authorizationOf(raw);
      service = byName.get(authorization.scope.service);
      if (!service) throw unknownService(authorization.scope.service, byName);
      request = { ...request, caller: callerOf(authorization, options.credentials, service.name) };
      request = checked(service, request, raw, authorization);
      return await serve(service, request);
    } catch (error) {
      return refuse(service, request, error);
    }
  }

  function checked(service: Service, request: ServiceRequest, raw: RawRequest, authorization: Authorization) {
    try {
      return authenticate(request, raw, authorization, options.credentials, options.clock.now());
    } catch (error) {
      recordFailed(service, request);
      throw error;
    }
  }

  async function serve(service: Service, request: ServiceRequest): Promise<Delivered> {
    const { caller } = request;
    const call = { caller, service: service.name, ...identify(service, request) };
    const decision = authorize(service, { ...call, request });
    const fault = options.faults?.arrive(call) ?? null;
    const arrived = entry(call, decision.allowed, fault?.action);
    const position = calls.push(arrived) - 1;
    const { operation, resource } = call;
    const carryOut = async (request: ServiceRequest) => {
      try {
        if (!decision.allowed) throw denial(call, decision);
        const response = await service.handle(request, { operation, resource });
        calls[position] = answeredEntry(arrived, response);
        return response;
      } catch (error) {
        // A service may refuse by itself, as STS does for a role that does not trust the caller.
        if (isRefusal(error)) calls[position] = entry(call, false, fault?.action);
        return refuse(service, request, error);
      }
    };
    return fault
      ? fault.answer({ service, operation, resource, request, carryOut, now: options.clock.now() })
      : carryOut(request);
  }

  /** A call that cannot be judged is answered by the error that says why. */
  function authorize(service: Service, call: AuthorizationRequest): Decision {
    try {
      return options.authorize?.(call) ?? { allowed: true, reason: '' };
    } catch (error) {
      recordFailed(service, call.request);
      throw error;
    }
  }

  function identify(service: Service, request: ServiceRequest) {
    try {
      return service.identify(request);
    } catch (error) {
      recordFailed(service, request);
      throw error;
    }
  }

  /** A call that never reached its operation is recorded as not allowed. */
  function recordFailed(service: Service, { caller, ...request }: ServiceRequest): void {
    record(entry({ caller, service: service.name, operation: attemptedOperation(request), resource: null }, false));
  }

  function entry(call: Omit<AuthorizationRequest, 'request'>, allowed: boolean, fault?: string): RecordedCall {
    return entryOf(call, { now: options.clock.now(), allowed, fault });
  }

  function refuse(service: Service | undefined, request: ServiceRequest, error: unknown): ServiceResponse {
    let answered: ServiceError;
    if (error instanceof Refusal) answered = refusalFor(service?.name ?? '', error);
    else if (error instanceof ServiceError) answered = error;
    else {
      report(error);
      answered = new ServiceError('InternalFailure', 'The request processing has failed because of a defect', 500);
    }
    return service ? service.refuse(request, answered) : refuseAnonymous(request, answered);
  }

  // Longer than the idle time after which any client drops a connection, so that none is cut while it is reused.
  server.keepAliveTimeout = 120_000;
  server.headersTimeout = 125_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  endpoint = `http://127.0.0.1:${port}`;

  return {
    endpoint,
    port,
    calls: () => calls,
    record,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await Promise.all(options.services.map((service) => service.close?.()));
    },
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof ServiceError && /^AccessDenied(Exception)?$/.test(error.code);
}

const PLAIN = { version: '1.0' } as const;

function local(raw: RawRequest, calls: readonly RecordedCall[]): ServiceResponse {
  if (raw.method === 'GET' && raw.path === '/_local/calls') {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: callListing(calls, raw.query) };
  }
  return jsonError(
    new ServiceError('UnknownOperationException', `${raw.method} ${raw.path} does not exist`, 404),
    PLAIN,
  );
}

function denial(call: Omit<AuthorizationRequest, 'request'>, decision: Decision): Refusal {
  const { action = `${call.service}:${call.operation}`, resource = call.resource, reason } = decision;
  return new Refusal('denied', refusalSentence({ user: call.caller.arn, action, resource, reason }));
}

function unknownService(name: string, known: ReadonlyMap<string, Service>): ServiceError {
  const names = [...known.keys()].sort().join(', ');
  return new ServiceError('UnknownService', `Service '${name}' is not emulated; there are: ${names}`, 501);
}

/** An error for a client whose service is not known; the body of the request tells which form it understands. */
function refuseAnonymous(request: ServiceRequest, error: ServiceError): ServiceResponse {
  const isQuery = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  if (!isQuery) return jsonError(error, PLAIN);
  return queryError(error, request.requestId, { version: '', xmlNamespace: 'http://webservices.amazon.com/' });
}

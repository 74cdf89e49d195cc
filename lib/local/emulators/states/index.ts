import { checkMembers } from '../../members.ts';
import {
  type Identified,
  type Service,
  ServiceError,
  type ServiceRequest,
  type ServiceResponse,
} from '../../service.ts';
import { parseStatesArn } from '../../states/arns.ts';
import type { StatesEngine } from '../../states/engine.ts';
import { isObject } from '../../states/json.ts';
import { OPERATIONS } from './operations.ts';

const TARGET_PREFIX = 'AWSStepFunctions.';
const CONTENT_TYPE = 'application/x-amz-json-1.0';

function respond(request: ServiceRequest, status: number, body: unknown): ServiceResponse {
  const headers = { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': request.requestId };
  return { status, headers, body: JSON.stringify(body) };
}

function readBody(request: ServiceRequest): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(request.body.toString('utf8') || '{}');
  } catch (error) {
    throw new ServiceError('SerializationException', `the body is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(body)) throw new ServiceError('SerializationException', 'the body is not a JSON object');
  return body;
}

function identify(request: ServiceRequest): Identified {
  const target = request.headers['x-amz-target'] ?? '';
  const name = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : target;
  const members = OPERATIONS[name]?.resource ?? [];
  let body: Record<string, unknown> = {};
  try {
    body = readBody(request);
  } catch (error) {
    // A body that cannot be read names no resource; `handle` refuses it.
    if (!(error instanceof ServiceError)) throw error;
  }
  const arns = members.map((member) => body[member]).filter((value) => typeof value === 'string');
  return { operation: name, resource: arns[0] ?? null };
}

/** Step Functions has no cross-account calls: resources of another account are refused to everyone. */
function refuseOtherAccounts(request: ServiceRequest, { operation, resource }: Identified): void {
  const account = resource === null ? null : parseStatesArn(resource)?.account;
  if (!account || account === request.caller.account) return;
  const what = `states:${operation} on resource: ${resource}`;
  const reason = `because no resource-based policy allows the states:${operation} action`;
  const message = `User: ${request.caller.arn} is not authorized to perform: ${what} ${reason}`;
  throw new ServiceError('AccessDeniedException', message);
}

/**
 * The API of Step Functions (AWS JSON 1.0) over an engine. Operations that the host does not have are refused by name
 * with `UnknownOperationException`.
 */
export function createStatesService(engine: StatesEngine): Service {
  return {
    name: 'states',
    signingNames: ['states'],
    identify,
    async handle(request, identified) {
      const operation = OPERATIONS[identified.operation];
      if (!operation) {
        const message = `the operation ${identified.operation} is not supported by this host`;
        throw new ServiceError('UnknownOperationException', message);
      }
      const input = checkMembers(readBody(request), operation.members);
      refuseOtherAccounts(request, identified);
      return respond(request, 200, operation.run({ engine, caller: request.caller, input }));
    },
    refuse(request, { code, message, status, members }) {
      return respond(request, status, { __type: code, message, ...members });
    },
  };
}

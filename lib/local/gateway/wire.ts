import { crc32 } from 'node:zlib';
import { ServiceError, type ServiceRequest, type ServiceResponse } from '../service.ts';

/** How a service speaks AWS JSON. */
export interface JsonForm {
  readonly version: '1.0' | '1.1';
  /** Put before `#Code` in `__type`, for example `com.amazonaws.dynamodb.v20120810`; without it the code stands alone. */
  readonly namespace?: string;
  /** Name of the member with the error text: `message`, in older services `Message`. */
  readonly messageMember?: 'message' | 'Message';
  /** Adds the `x-amz-crc32` header, as DynamoDB does. */
  readonly checksum?: boolean;
}

/** A 200 answer in AWS JSON; an undefined body is the empty answer of operations without output. */
export function jsonResponse(body: unknown, form: JsonForm, status = 200): ServiceResponse {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers: Record<string, string> = { 'content-type': `application/x-amz-json-${form.version}` };
  if (form.checksum) headers['x-amz-crc32'] = String(crc32(text));
  return { status, headers, body: text };
}

/** An error in AWS JSON: `__type`, the message, the error's further members, and the code in `x-amzn-errortype`. */
export function jsonError(error: ServiceError, form: JsonForm): ServiceResponse {
  const type = form.namespace ? `${form.namespace}#${error.code}` : error.code;
  const body = { __type: type, [form.messageMember ?? 'message']: error.message, ...error.members };
  const response = jsonResponse(body, form, error.status);
  return { ...response, headers: { ...response.headers, 'x-amzn-errortype': error.code } };
}

/**
 * The operation that the `x-amz-target` header names, for example `Scan` for `DynamoDB_20120810.Scan`.
 * Throws UnknownOperationException when the header is missing or names another target than `prefix`.
 */
export function targetOperation(request: Pick<ServiceRequest, 'headers'>, prefix: string): string {
  const target = request.headers['x-amz-target'] ?? '';
  const operation = target.startsWith(`${prefix}.`) ? target.slice(prefix.length + 1) : '';
  if (operation === '') throw unknownOperation(target || 'without x-amz-target');
  return operation;
}

/** The body as a JSON object; throws SerializationException when it is none. An empty body counts as `{}`. */
export function jsonBody(request: Pick<ServiceRequest, 'body'>): Record<string, unknown> {
  if (request.body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(request.body.toString('utf8'));
  } catch (error) {
    throw new ServiceError('SerializationException', `The request body is not JSON: ${String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ServiceError('SerializationException', 'The request body must be a JSON object');
  }
  return value as Record<string, unknown>;
}

/** The refusal, by name, of an operation which is not emulated. */
export const unknownOperation = (operation: string) =>
  new ServiceError('UnknownOperationException', `Operation ${operation} is not implemented by this emulator`);

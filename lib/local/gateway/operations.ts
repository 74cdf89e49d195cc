import { checkedRecord, type InputOf, type MemberCodes, type MemberTable, type Structure } from '../members.ts';
import { type Identified, type Service, ServiceError, type ServiceRequest } from '../service.ts';
import { type QueryForm, queryError, queryFields, queryInput, queryResponse } from './query.ts';
import { type JsonForm, jsonBody, jsonError, jsonResponse, targetOperation, unknownOperation } from './wire.ts';
import type { XmlValue } from './xml.ts';

/** One operation of a service whose input is a single structure. */
export interface Operation<Output> {
  readonly input: Structure;
  /** ARN of the resource, read from the input before it is checked; null where the operation has none. */
  resource(input: Readonly<Record<string, unknown>>, request: ServiceRequest): string | null;
  run(input: Record<string, unknown>, request: ServiceRequest): Output | Promise<Output>;
}

/** Binds a table to the function that runs with the checked input, so that the input is typed by its table. */
export function operation<T extends MemberTable, Output>(parts: {
  input: Structure<T>;
  resource?: (input: Readonly<Record<string, unknown>>, request: ServiceRequest) => string | null;
  run: (input: InputOf<T>, request: ServiceRequest) => Output | Promise<Output>;
}): Operation<Output> {
  return {
    input: parts.input,
    resource: parts.resource ?? (() => null),
    run: (input, request) => parts.run(input as InputOf<T>, request),
  };
}

type Operations<Output> = Readonly<Record<string, Operation<Output>>>;

/** A service that speaks AWS JSON and routes by the `x-amz-target` header. */
export function jsonService(parts: {
  name: string;
  signingNames?: readonly string[];
  targetPrefix: string;
  form: JsonForm;
  codes?: MemberCodes;
  operations: Operations<unknown>;
}): Service {
  return {
    name: parts.name,
    signingNames: parts.signingNames ?? [parts.name],
    identify(request) {
      const name = targetOperation(request, parts.targetPrefix);
      const chosen = find(parts.operations, name) ?? raise(unknownOperation(name));
      return { operation: name, resource: chosen.resource(jsonBody(request), request) };
    },
    async handle(request, identified) {
      const chosen = known(parts.operations, identified);
      const input = checkedRecord(jsonBody(request), chosen.input, parts.codes);
      return jsonResponse(await chosen.run(input, request), parts.form);
    },
    refuse: (_request, error) => jsonError(error, parts.form),
  };
}

/** A service that speaks the query protocol and routes by the `Action` field. Runs return the fields of the result. */
export function queryService(parts: {
  name: string;
  signingNames?: readonly string[];
  form: QueryForm;
  codes: MemberCodes;
  operations: Operations<Record<string, XmlValue> | undefined>;
}): Service {
  const { form, operations } = parts;
  return {
    name: parts.name,
    signingNames: parts.signingNames ?? [parts.name],
    identify(request) {
      const fields = queryFields(request);
      const action = fields.get('Action') ?? '';
      const chosen = fields.get('Version') === form.version ? find(operations, action) : undefined;
      if (!chosen) {
        const message = `Could not find operation ${action} for version ${fields.get('Version')} in this emulator`;
        throw new ServiceError('InvalidAction', message);
      }
      return { operation: action, resource: chosen.resource(queryInput(fields, chosen.input), request) };
    },
    async handle(request, identified) {
      const chosen = known(operations, identified);
      const input = checkedRecord(queryInput(queryFields(request), chosen.input), chosen.input, parts.codes);
      return queryResponse(identified.operation, await chosen.run(input, request), request.requestId, form);
    },
    refuse: (request, error) => queryError(error, request.requestId, form),
  };
}

/** A member of an unchecked input as text, empty when it is absent or no string. */
export function textOf(input: Readonly<Record<string, unknown>>, name: string): string {
  const value = input[name];
  return typeof value === 'string' ? value : '';
}

const find = <Output>(operations: Operations<Output>, name: string) =>
  Object.hasOwn(operations, name) ? operations[name] : undefined;

const known = <Output>(operations: Operations<Output>, identified: Identified) =>
  find(operations, identified.operation) ?? raise(unknownOperation(identified.operation));

function raise(error: ServiceError): never {
  throw error;
}

import { unknownEnvironment } from '../core/accounts.ts';
import { type Kind, kinds, verbsOf } from '../core/contracts.ts';
import type { Environments } from '../core/environments.ts';
import { PromotionError } from '../core/errors.ts';
import { sha256 } from '../core/json.ts';
import { pointerOf, schemaError } from '../core/problems.ts';
import { assertChangeInput } from '../dynamodb/change-input.ts';
import { assertMapping } from '../dynamodb/names.ts';
import { assertRepair } from '../dynamodb/repair-input.ts';
import { type ExecutionInput, executionInput, promotionIdPattern, type RequestFile, type Step } from './contracts.ts';
import { inputFields, reservedField } from './input-schema.ts';
import { unsupportedField } from './unsupported.ts';

/**
 * Checks an execution input on its own and against the environments, and fills in what was left out.
 * Throws `Promotion.Config` (wrong) or `Promotion.Unsupported` (right, but not built).
 */
export function checkInput(input: unknown, executionName: string, environments: Environments): RequestFile {
  const { promotionId, ...named } = parse(input);
  const id = promotionId ?? promotionIdFrom(executionName);
  const request: RequestFile = {
    promotionId: id,
    mode: named.mode,
    source: named.source,
    destination: named.destination,
    bundle: named.bundle ?? id,
    approval: named.approval,
    onFailure: named.onFailure,
    kinds: named.kinds,
  };
  if (requestedKinds(request).length === 0) {
    throw config('NoKind', 'no kind is requested', '/kinds', `name at least one of ${kinds.join(', ')}`);
  }
  checkEnvironments(request, environments);
  if (request.bundle !== id && (request.mode === 'export' || request.mode === 'migrate')) {
    throw config(
      'BundleNotRead',
      `mode ${request.mode} writes its own bundle "${id}" and cannot read "${request.bundle}"`,
      '/bundle',
      'leave bundle out, or use mode plan or import',
    );
  }
  if (request.kinds.dynamodb) assertMapping(request.kinds.dynamodb);
  assertChangeInput(request.kinds.dynamodb ?? {});
  assertRepair(request.mode, request.kinds.dynamodb ?? {});
  return request;
}

/** The kinds that a request names, in their fixed order. */
export function requestedKinds(request: Pick<RequestFile, 'kinds'>): Kind[] {
  return kinds.filter((kind) => request.kinds[kind] !== undefined);
}

/** The verbs of a run; `bundled` are the kinds whose bundle exists already. */
export function stepsOf(request: RequestFile, bundled: readonly Kind[]): Step[] {
  const requested = requestedKinds(request);
  const steps = verbsOf[request.mode].map((verb) => ({ verb, kinds: requested }));
  const unbundled = requested.filter((kind) => !bundled.includes(kind));
  return request.mode === 'plan' && unbundled.length > 0 ? [{ verb: 'export', kinds: unbundled }, ...steps] : steps;
}

/** The execution name where it is a legal promotion id, else its first 31 legal characters and 8 digits of its hash. */
export function promotionIdFrom(executionName: string): string {
  if (promotionIdPattern.test(executionName)) return executionName;
  const legal = executionName.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 31);
  return `${legal}-${sha256(executionName).slice(0, 8)}`;
}

function parse(input: unknown): ExecutionInput {
  const reserved = reservedField(input);
  if (reserved) {
    throw config('InvalidInput', 'no field can have the name "__proto__"', pointerOf(reserved), 'leave the field out');
  }
  const parsed = executionInput.safeParse(input, { reportInput: true });
  if (!parsed.success) {
    throw schemaError(
      parsed.error,
      'InvalidInput',
      'the execution input',
      'correct the field and start again; docs/execution-input.schema.json lists all fields',
      inputFields,
    );
  }
  // Told last: what is wrong besides is wrong in every version.
  const later = unsupportedField(input);
  if (later) throw later;
  return parsed.data;
}

function checkEnvironments(request: RequestFile, environments: Environments): void {
  // A name like "constructor" is a member of every object.
  const find = (name: string) =>
    Object.hasOwn(environments.environments, name) ? environments.environments[name] : undefined;
  const source = find(request.source);
  if (!source) throw unknownEnvironment(environments, request.source, '/source');
  const destination = find(request.destination);
  if (!destination) throw unknownEnvironment(environments, request.destination, '/destination');
  if (source.account === destination.account && source.region === destination.region) {
    throw config(
      'SameEnvironment',
      `source "${request.source}" and destination "${request.destination}" are both account ${source.account} in ${source.region}`,
      '/destination',
      'name an environment with another account or region',
    );
  }
  for (const [field, name, environment, side] of [
    ['/source', request.source, source, 'source'],
    ['/destination', request.destination, destination, 'destination'],
  ] as const) {
    if (environment.sides.includes(side)) continue;
    throw config(
      'SideNotAllowed',
      `environment "${name}" is not configured as a ${side}`,
      field,
      `add "${side}" to its sides`,
    );
  }
}

function config(code: string, message: string, pointer: string, resolution: string): PromotionError {
  return new PromotionError('Promotion.Config', { code, message: `${pointer}: ${message}`, pointer, resolution });
}

import { ServiceError } from '../../service.ts';
import { validation } from './names.ts';

/** The form of one member of a request. */
export type Shape =
  | {
      readonly kind: 'string';
      readonly min?: number;
      readonly max?: number;
      readonly pattern?: string;
      readonly values?: readonly string[];
    }
  | { readonly kind: 'number'; readonly type: 'Long' | 'Integer'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'boolean' }
  /** Seconds since the epoch. */
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'list'; readonly of: Shape; readonly min?: number; readonly max?: number }
  | StructureShape
  /** In the service model, not built here: refused by name. */
  | { readonly kind: 'unbuilt' };

export interface StructureShape {
  readonly kind: 'structure';
  readonly members: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

/** At most this many violations are told at once. */
const TOLD = 10;

/**
 * Checks a parsed request against its shape. A wrong JSON type is a SerializationException, everything else a
 * ValidationException that names all violations. Members that are null count as absent.
 */
export function checkShape(value: unknown, shape: StructureShape): void {
  checkTypes(value, shape);
  const violations: string[] = [];
  collect(value, shape, '', violations);
  if (violations.length === 0) return;
  const told = violations.slice(0, TOLD);
  throw validation(`${told.length} validation error${told.length > 1 ? 's' : ''} detected: ${told.join('; ')}`);
}

const JSON_NAMES: Readonly<Record<string, string>> = { string: 'String', boolean: 'Boolean' };

function checkTypes(value: unknown, shape: Shape): void {
  if (value === null || value === undefined || shape.kind === 'unbuilt') return;
  if (shape.kind === 'structure' || shape.kind === 'list') {
    if (typeof value !== 'object') throw serialization('Unexpected field type');
    if (Array.isArray(value) !== (shape.kind === 'list')) {
      throw serialization(
        shape.kind === 'list' ? 'Start of structure or map found where not expected' : 'Unrecognized collection type',
      );
    }
    if (shape.kind === 'list') for (const element of value as unknown[]) checkTypes(element, shape.of);
    else
      for (const [name, member] of Object.entries(shape.members))
        checkTypes((value as Record<string, unknown>)[name], member);
    return;
  }
  if (typeof value === 'object') throw serialization('Start of structure or map found where not expected');
  if (shape.kind === 'timestamp') {
    if (typeof value !== 'number') throw serialization(`${tokenName(value)} cannot be converted to Date`);
    return;
  }
  const expected = shape.kind === 'number' ? shape.type : (JSON_NAMES[shape.kind] as string);
  if (typeof value !== shape.kind) throw serialization(`${tokenName(value)} cannot be converted to ${expected}`);
  if (typeof value === 'number' && !Number.isInteger(value)) {
    throw serialization(`DECIMAL_VALUE cannot be converted to ${expected}`);
  }
}

function tokenName(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  if (typeof value === 'string') return 'STRING_VALUE';
  return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
}

const serialization = (message: string) => new ServiceError('SerializationException', message);

function collect(value: unknown, shape: Shape, path: string, violations: string[]): void {
  if (value === null || value === undefined) return;
  const violated = (constraint: string) =>
    violations.push(`Value '${shown(value)}' at '${path}' failed to satisfy constraint: Member must ${constraint}`);
  if (shape.kind === 'unbuilt') throw validation(`member '${path}' is not supported`);
  if (shape.kind === 'structure') {
    const members = value as Record<string, unknown>;
    for (const name of Object.keys(members)) {
      if (!Object.hasOwn(shape.members, name)) {
        violations.push(`unknown member '${path ? `${path}.` : ''}${lowerFirst(name)}' in the request`);
      }
    }
    for (const [name, member] of Object.entries(shape.members)) {
      const here = `${path ? `${path}.` : ''}${lowerFirst(name)}`;
      const missing = members[name] === undefined || members[name] === null;
      if (missing && shape.required?.includes(name)) {
        if (name === 'TableName')
          throw validation(`The parameter 'TableName' is required but was not present in the request`);
        violations.push(`Value null at '${here}' failed to satisfy constraint: Member must not be null`);
      }
      collect(members[name], member, here, violations);
    }
  } else if (shape.kind === 'list') {
    checkLength((value as unknown[]).length, shape, violated);
    for (const [index, element] of (value as unknown[]).entries()) {
      collect(element, shape.of, `${path}.${index + 1}.member`, violations);
    }
  } else if (shape.kind === 'string') {
    if (shape.values && !shape.values.includes(value as string)) {
      violated(`satisfy enum value set: [${shape.values.join(', ')}]`);
    }
    if (shape.pattern && !new RegExp(`^(?:${shape.pattern})$`).test(value as string)) {
      violated(`satisfy regular expression pattern: ${shape.pattern}`);
    }
    checkLength((value as string).length, shape, violated);
  } else if (shape.kind === 'number') {
    const { min, max } = shape;
    if (min !== undefined && (value as number) < min) violated(`have value greater than or equal to ${min}`);
    if (max !== undefined && (value as number) > max) violated(`have value less than or equal to ${max}`);
  }
}

function checkLength(
  length: number,
  { min, max }: { readonly min?: number; readonly max?: number },
  violated: (constraint: string) => void,
): void {
  if (min !== undefined && length < min) violated(`have length greater than or equal to ${min}`);
  if (max !== undefined && length > max) violated(`have length less than or equal to ${max}`);
}

const shown = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

import { ServiceError } from './service.ts';

interface TextMember {
  readonly type: 'text';
  readonly min?: number;
  readonly max?: number;
  /** Anchored, with the `u` flag; its source without the anchors is shown in the refusal. */
  readonly pattern?: RegExp;
  readonly values?: readonly string[];
  /** The value is never repeated in a refusal. */
  readonly secret?: boolean;
}
interface NumberMember {
  readonly type: 'integer' | 'number';
  readonly min?: number;
  readonly max?: number;
}
interface PlainMember {
  /** `blob` is base64 text, `timestamp` seconds since the epoch, `document` any JSON value. */
  readonly type: 'flag' | 'blob' | 'timestamp' | 'document';
}
interface ListMember<M extends Member = Member> {
  readonly type: 'list';
  readonly of: M;
  readonly min?: number;
  readonly max?: number;
}
interface MapMember<M extends Member = Member> {
  readonly type: 'map';
  readonly of: M;
  readonly key?: TextMember;
  readonly min?: number;
  readonly max?: number;
}
interface LazyMember {
  readonly type: 'lazy';
  readonly get: () => Member;
}

/** The shape of one operation's input, or of a structure within it. */
export interface Structure<T extends MemberTable = MemberTable> {
  readonly type: 'structure';
  readonly members: T;
}
export type Member =
  | TextMember
  | NumberMember
  | PlainMember
  | ListMember
  | MapMember
  | LazyMember
  | Structure<MemberTable>;
export type MemberTable = { readonly [name: string]: Member & { readonly required?: true } };

/** The TypeScript type of a value which passed `checkMembers` with the member `M`. */
export type ValueOf<M> = M extends TextMember
  ? string
  : M extends NumberMember
    ? number
    : M extends { readonly type: 'flag' }
      ? boolean
      : M extends { readonly type: 'blob' }
        ? string
        : M extends { readonly type: 'timestamp' }
          ? number
          : M extends ListMember<infer E>
            ? ValueOf<E>[]
            : M extends MapMember<infer E>
              ? Record<string, ValueOf<E>>
              : M extends Structure<infer T>
                ? InputOf<T>
                : unknown;
export type InputOf<T extends MemberTable> = {
  -readonly [K in keyof T as T[K] extends { readonly required: true } ? K : never]: ValueOf<T[K]>;
} & { -readonly [K in keyof T as T[K] extends { readonly required: true } ? never : K]?: ValueOf<T[K]> };

/** A string; lengths are in Unicode code points, as the service models count them. */
export const text = (limits: Omit<TextMember, 'type'> = {}): TextMember => ({ type: 'text', ...limits });
/** A string out of a closed set. */
export const oneOf = (...values: readonly string[]): TextMember => ({ type: 'text', values });
export const integer = (min?: number, max?: number): NumberMember => ({ type: 'integer', ...limits(min, max) });
/** Any finite number, for members of type double or float. */
export const number = (min?: number, max?: number): NumberMember => ({ type: 'number', ...limits(min, max) });
export const flag = (): { readonly type: 'flag' } => ({ type: 'flag' });
export const blob = (): { readonly type: 'blob' } => ({ type: 'blob' });
export const timestamp = (): { readonly type: 'timestamp' } => ({ type: 'timestamp' });
/** A value that the emulator checks itself. */
export const anything = (): { readonly type: 'document' } => ({ type: 'document' });
export const list = <M extends Member>(of: M, min?: number, max?: number): ListMember<M> => ({
  type: 'list',
  of,
  ...limits(min, max),
});
export const map = <M extends Member>(of: M, min?: number, max?: number, key?: TextMember): MapMember<M> => ({
  type: 'map',
  of,
  ...(key && { key }),
  ...limits(min, max),
});
export const structure = <T extends MemberTable>(members: T): Structure<T> => ({ type: 'structure', members });
/** For shapes that contain themselves. */
export const lazy = (get: () => Member): LazyMember => ({ type: 'lazy', get });
export const required = <M extends Member>(member: M): M & { readonly required: true } => ({
  ...member,
  required: true,
});

/** Error codes of a service for the two ways in which an input can be wrong. */
export interface MemberCodes {
  /** A constraint is broken, a member is missing or unknown. */
  readonly invalid: string;
  /** A value has another type than the member. */
  readonly type: string;
}
const DEFAULT_CODES: MemberCodes = { invalid: 'ValidationException', type: 'SerializationException' };

/**
 * Checks one operation's input against its table and returns it typed. JSON null counts as absent, as in the services.
 * Throws `ServiceError` with `codes.type` at the first value of a wrong type, else with `codes.invalid` and a message
 * in AWS's words that lists every broken constraint. Unknown members are refused; the services would ignore them.
 */
export function checkMembers<T extends MemberTable>(input: unknown, table: Structure<T>, codes?: MemberCodes) {
  return checkedRecord(input, table, codes) as InputOf<T>;
}

/** `checkMembers` for a table that is only known at run time. */
export function checkedRecord(
  input: unknown,
  table: Structure,
  codes: MemberCodes = DEFAULT_CODES,
): Record<string, unknown> {
  const broken: string[] = [];
  check(input ?? {}, table, [], broken, codes);
  if (broken.length > 0) {
    const count = `${broken.length} validation error${broken.length === 1 ? '' : 's'} detected: `;
    throw new ServiceError(codes.invalid, count + broken.join('; '));
  }
  return input as Record<string, unknown>;
}

type Path = readonly string[];

function check(value: unknown, member: Member, path: Path, broken: string[], codes: MemberCodes): void {
  switch (member.type) {
    case 'lazy':
      check(value, member.get(), path, broken, codes);
      return;
    case 'document':
      return;
    case 'text':
      checkText(expectType(value, 'string', path, codes), member, path, broken);
      return;
    case 'blob': {
      const encoded = expectType(value, 'string', path, codes);
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) throw wrongType(path, 'base64 text', codes);
      return;
    }
    case 'flag':
      expectType(value, 'boolean', path, codes);
      return;
    case 'timestamp':
      expectType(value, 'number', path, codes);
      return;
    case 'integer':
    case 'number': {
      const amount = expectType(value, 'number', path, codes);
      if (member.type === 'integer' && !Number.isInteger(amount)) throw wrongType(path, 'an integer', codes);
      checkRange(amount, member, 'Member must have value', `Value '${amount}'`, path, broken);
      return;
    }
    case 'list': {
      if (!Array.isArray(value)) throw wrongType(path, 'a list', codes);
      checkRange(value.length, member, 'Member must have length', 'Value', path, broken);
      for (const [index, element] of value.entries()) {
        const place = [...path, `${index + 1}`, 'member'];
        if (element === null || element === undefined) broken.push(missing(place));
        else check(element, member.of, place, broken, codes);
      }
      return;
    }
    case 'map': {
      const entries = Object.entries(expectRecord(value, path, codes));
      checkRange(entries.length, member, 'Member must have length', 'Value', path, broken);
      for (const [key, element] of entries) {
        if (member.key) checkText(key, member.key, [...path, 'key'], broken);
        if (element === null || element === undefined) broken.push(missing([...path, key, 'member']));
        else check(element, member.of, [...path, key, 'member'], broken, codes);
      }
      return;
    }
    case 'structure':
      checkStructure(expectRecord(value, path, codes), member.members, path, broken, codes);
      return;
  }
}

function checkStructure(
  value: Record<string, unknown>,
  members: MemberTable,
  path: Path,
  broken: string[],
  codes: MemberCodes,
): void {
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(members, name))
      broken.push(`Unknown member '${name}'${path.length ? ` at '${show(path)}'` : ''}`);
  }
  for (const [name, member] of Object.entries(members)) {
    const given = value[name];
    const place = [...path, name];
    if (given !== undefined && given !== null) check(given, member, place, broken, codes);
    else if (member.required) broken.push(missing(place));
  }
}

function checkText(value: string, member: TextMember, path: Path, broken: string[]): void {
  const shown = member.secret ? 'Value' : `Value '${value}'`;
  const fail = (constraint: string) =>
    broken.push(`${shown} at '${show(path)}' failed to satisfy constraint: ${constraint}`);
  if (member.values && !member.values.includes(value)) {
    fail(`Member must satisfy enum value set: [${member.values.join(', ')}]`);
  }
  if (member.min !== undefined || member.max !== undefined) {
    checkRange([...value].length, member, 'Member must have length', shown, path, broken);
  }
  if (member.pattern && !member.pattern.test(value)) {
    fail(`Member must satisfy regular expression pattern: ${member.pattern.source.replace(/^\^|\$$/g, '')}`);
  }
}

function checkRange(
  size: number,
  member: { readonly min?: number; readonly max?: number },
  words: string,
  shown: string,
  path: Path,
  broken: string[],
): void {
  const fail = (bound: string) =>
    broken.push(`${shown} at '${show(path)}' failed to satisfy constraint: ${words} ${bound}`);
  if (member.min !== undefined && size < member.min) fail(`greater than or equal to ${member.min}`);
  if (member.max !== undefined && size > member.max) fail(`less than or equal to ${member.max}`);
}

interface Scalars {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

function expectType<K extends keyof Scalars>(value: unknown, type: K, path: Path, codes: MemberCodes): Scalars[K] {
  if (typeof value !== type) throw wrongType(path, `a ${type}`, codes);
  return value as Scalars[K];
}

function expectRecord(value: unknown, path: Path, codes: MemberCodes): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(path, 'a structure', codes);
  return value as Record<string, unknown>;
}

const wrongType = (path: Path, expected: string, codes: MemberCodes) =>
  new ServiceError(codes.type, `The value at '${show(path)}' must be ${expected}`);

const missing = (path: Path) => `Value null at '${show(path)}' failed to satisfy constraint: Member must not be null`;

/** AWS names members in such messages with a lower first letter: `tags.1.member.key`. */
const show = (path: Path) => path.map((name) => name.charAt(0).toLowerCase() + name.slice(1)).join('.');

function limits(min?: number, max?: number): { min?: number; max?: number } {
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
}

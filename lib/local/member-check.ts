import type { InputOf, Member, MemberTable, Structure, TextMember } from './members.ts';
import { ServiceError } from './service.ts';

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

import type * as z from 'zod';

/**
 * What checks a value from outside: a schema of zod, or a {@link Guard}. Whoever reads takes either and imports neither.
 */
export interface Reader<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly z.core.$ZodIssue[] } };
}

/**
 * Checks what our own workers wrote, in workers whose start must cost nothing: the construction of schemas takes longer
 * than all else that a child of a Distributed Map loads. Answers the value itself, or the first thing that is wrong.
 */
export interface Guard<T> extends Reader<T> {
  readonly check: Check;
  /** Never set: carries the type. */
  readonly of?: T;
}

/** The type of what a guard lets through. */
export type Guarded<G> = G extends Guard<infer T> ? T : never;

type Path = readonly (string | number)[];
type Problem = { readonly path: Path; readonly message: string } | null;
type Check = (value: unknown, path: Path) => Problem;

function guard<T>(check: Check): Guard<T> {
  return {
    check,
    safeParse(value) {
      const problem = check(value, []);
      if (problem === null) return { success: true, data: value as T };
      const { path, message } = problem;
      return { success: false, error: { issues: [{ code: 'custom', path: [...path], message, input: undefined }] } };
    },
  };
}

/** A value for which `holds` is true; `expected` says for a person what it must be. */
export function plain<T>(expected: string, holds: (value: unknown) => boolean): Guard<T> {
  return guard((value, path) => {
    if (holds(value)) return null;
    return { path, message: value === undefined ? `is missing; it must be ${expected}` : `must be ${expected}` };
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Any text. */
export const text = plain<string>('a text', (value) => typeof value === 'string');
/** True or false. */
export const flag = plain<boolean>('true or false', (value) => typeof value === 'boolean');
/** Any number that JSON can hold. */
export const number = plain<number>('a number', (value) => Number.isFinite(value));
/** A number above zero. */
export const positive = plain<number>('a number above 0', (value) => Number.isFinite(value) && (value as number) > 0);
/** A whole number, this one or more. */
export function wholeFrom(least: number): Guard<number> {
  return plain(`a whole number from ${least}`, (value) => Number.isSafeInteger(value) && (value as number) >= least);
}
/** A whole number, zero or more. */
export const count = wholeFrom(0);
/** The text of a URL. */
export const url = plain<string>('a URL', (value) => typeof value === 'string' && URL.canParse(value));
/** The text of a moment as `Date` writes it. */
export const moment = plain<string>(
  'a date and time',
  (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value)),
);

/** The text of some bytes in Base64, one at least. */
export const base64 = plain<string>(
  'Base64',
  (value) =>
    typeof value === 'string' &&
    value !== '' &&
    value.length % 4 === 0 &&
    /^[\w+/-]+={0,2}$/.test(value) &&
    !/[_-]/.test(value),
);

/** One of these texts. */
export function oneOf<const T extends string>(...texts: readonly T[]): Guard<T> {
  return plain(`one of ${texts.join(', ')}`, (value) => (texts as readonly unknown[]).includes(value));
}

/** That, or null. */
export function nullable<T>(inner: Guard<T>): Guard<T | null> {
  return guard((value, path) => (value === null ? null : inner.check(value, path)));
}

/** That, or nothing: the member of a {@link record} may be absent. */
export function optional<T>(inner: Guard<T>): Guard<T | undefined> {
  return guard((value, path) => (value === undefined ? null : inner.check(value, path)));
}

/** A list of such values, of `least` to `most` entries. */
export function list<T>(inner: Guard<T>, least = 0, most = Number.POSITIVE_INFINITY): Guard<T[]> {
  return guard((value, path) => {
    if (!Array.isArray(value)) return { path, message: 'must be a list' };
    if (value.length < least || value.length > most) return { path, message: `has ${value.length} entries` };
    return firstProblem(value, (entry, index) => inner.check(entry, [...path, index]));
  });
}

/** A list of exactly these values, in order. */
export function tuple<T extends readonly unknown[]>(...inner: { [K in keyof T]: Guard<T[K]> }): Guard<[...T]> {
  return guard((value, path) => {
    if (!Array.isArray(value) || value.length !== inner.length) {
      return { path, message: `must be a list of ${inner.length}` };
    }
    return firstProblem(inner, (entry, index) => entry.check(value[index], [...path, index]));
  });
}

/** An object with any members, each of them such a value. */
export function mapOf<T>(inner: Guard<T>): Guard<Record<string, T>> {
  return guard((value, path) => {
    if (!isRecord(value)) return { path, message: 'must be an object' };
    return firstProblem(Object.entries(value), ([name, member]) => inner.check(member, [...path, name]));
  });
}

/** Whatever JSON can hold. */
export const anything = guard<unknown>(() => null);

type Shape = Readonly<Record<string, Guard<unknown>>>;
type MayBeAbsent<S> = { [K in keyof S]: undefined extends Guarded<S[K]> ? K : never }[keyof S];
type RecordOf<S> = { [K in Exclude<keyof S, MayBeAbsent<S>>]: Guarded<S[K]> } & {
  [K in MayBeAbsent<S>]?: Exclude<Guarded<S[K]>, undefined> | undefined;
};
type Flat<T> = { [K in keyof T]: T[K] };

/** An object with these members and no others. */
export function record<S extends Shape>(shape: S): Guard<Flat<RecordOf<S>>> {
  const members = Object.entries(shape);
  return guard((value, path) => {
    if (!isRecord(value)) return { path, message: 'must be an object' };
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(shape, name));
    if (unknown !== undefined) return { path: [...path, unknown], message: `unknown field "${unknown}"` };
    return firstProblem(members, ([name, inner]) =>
      inner.check(Object.hasOwn(value, name) ? value[name] : undefined, [...path, name]),
    );
  });
}

/** What one of these guards lets through. */
export function either<G extends readonly Guard<unknown>[]>(...guards: G): Guard<Guarded<G[number]>> {
  return guard((value, path) => {
    const problems = guards.map(({ check }) => check(value, path));
    return problems.includes(null) ? null : { path, message: 'is none of what it may be' };
  });
}

function firstProblem<T>(entries: readonly T[], of: (entry: T, index: number) => Problem): Problem {
  for (const [index, entry] of entries.entries()) {
    const problem = of(entry, index);
    if (problem !== null) return problem;
  }
  return null;
}

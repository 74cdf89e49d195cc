export { checkedRecord, checkMembers, type MemberCodes } from './member-check.ts';

export interface TextMember {
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

function limits(min?: number, max?: number): { min?: number; max?: number } {
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
}

import type { AttributeValue, Item } from './dynalite.ts';
import { bytesOf, typeOf } from './filter-values.ts';

/** Names of attributes and indexes of lists, outermost first. */
type Path = readonly (string | number)[];
/** A path, a value of the request or a call of `size`. */
export type Operand = Path | AttributeValue | Expression;
/** Undefined where there is nothing. */
export type Resolved = AttributeValue | undefined;

/** A node of the tree that dynalite's parser makes of a condition; `name` is there when `type` is `function`. */
export interface Expression {
  readonly type: string;
  readonly name?: string;
  readonly args: readonly Operand[];
}

/** What an operand of a condition stands for in an item. */
export function resolve(operand: Operand, item: Item): Resolved {
  if (Array.isArray(operand)) return valueAt(operand, item);
  const { type, args } = operand as Expression;
  if (type !== 'function') return operand as AttributeValue;
  return sizeOf(resolve(args[0] as Operand, item));
}

/** Instead of dynalite's, which takes `a[0]` for a name where `a` is a map and finds inherited members like `constructor`. */
function valueAt(path: Path, item: Item): Resolved {
  let value: Resolved = { M: item };
  for (const step of path) {
    const holder: unknown = typeof step === 'number' ? value.L : value.M;
    if (holder === undefined || !Object.hasOwn(holder as object, step)) return undefined;
    value = (holder as Readonly<Record<string | number, AttributeValue>>)[step];
    if (value === undefined) return undefined;
  }
  return value;
}

/**
 * UTF-16 units of a string (the guide says "length", the service's answers were recorded: `é𝄞` has 3), bytes of a
 * binary, members of the others. Numbers, booleans and null have no size, like what is not there.
 */
function sizeOf(value: Resolved): Resolved {
  if (!value) return undefined;
  const type = typeOf(value);
  if (type === 'N' || type === 'BOOL' || type === 'NULL') return undefined;
  const content = value[type];
  if (type === 'B') return { N: String(bytesOf(type, content).length) };
  return { N: String(type === 'M' ? Object.keys(content as Item).length : (content as string | unknown[]).length) };
}

/** Values of the keys of a request by their names in lower case; a key that is absent has no value. */
export type Context = ReadonlyMap<string, readonly string[]>;

/** Reads a value of a policy as a pattern: null when it has a variable that the request has no single value for. */
export type Reader = (value: string) => Pattern | null;

/** A value of a policy after its variables were replaced. */
export interface Pattern {
  /** Whether `*` and `?` stand for any characters. */
  matches(text: string): boolean;
  /** The value as it is, `*` and `?` included. */
  readonly text: string;
  /** Parts of an ARN, the sixth with all that follows; fewer where the value is no ARN. */
  readonly parts: readonly Pattern[];
}

const variable = /\$\{([^}]*)\}/g;

/**
 * Reads the values of a policy for one request. Variables are replaced by what the request has for them, in which
 * wildcards are plain characters, or by the default (`${aws:PrincipalTag/team, 'none'}`); `${*}`, `${?}` and `${$}`
 * are these characters themselves.
 */
export function readerFor(context: Context, variables: boolean): Reader {
  return (value) => {
    if (!variables || !value.includes('${')) return plainPattern(value);
    let missing = false;
    const pieces: Piece[] = [];
    let end = 0;
    for (const { 0: whole, 1: inner = '', index } of value.matchAll(variable)) {
      if (index > end) pieces.push({ text: value.slice(end, index), literal: false });
      const replaced = replacement(inner, context);
      if (replaced === null) missing = true;
      else pieces.push({ text: replaced, literal: true });
      end = index + whole.length;
    }
    if (missing) return null;
    return patternOf([...pieces, { text: value.slice(end), literal: false }]);
  };
}

function replacement(inner: string, context: Context): string | null {
  if (inner === '*' || inner === '?' || inner === '$') return inner;
  const [, name = '', fallback] = /^\s*([^,]*?)\s*(?:,\s*'([^']*)'\s*)?$/.exec(inner) ?? [];
  const values = context.get(name.toLowerCase());
  if (values?.length === 1) return values[0] ?? null;
  return values === undefined ? (fallback ?? null) : null;
}

interface Piece {
  readonly text: string;
  /** True for text in which `*` and `?` are plain characters. */
  readonly literal: boolean;
}

const cache = new Map<string, Pattern>();

/** A pattern without variables; the few that the policies of a deployment hold are kept. */
function plainPattern(value: string): Pattern {
  let pattern = cache.get(value);
  if (!pattern) {
    if (cache.size > 10_000) cache.clear();
    pattern = patternOf([{ text: value, literal: false }]);
    cache.set(value, pattern);
  }
  return pattern;
}

function patternOf(pieces: readonly Piece[]): Pattern {
  const source = pieces.map(({ text, literal }) => (literal ? plainText(text) : wildcards(text))).join('');
  const expression = new RegExp(`^${source}$`, 's');
  let parts: Pattern[] | undefined;
  return {
    text: pieces.map(({ text }) => text).join(''),
    matches: (text) => expression.test(text),
    get parts() {
      parts ??= arnParts(pieces).map(patternOf);
      return parts;
    },
  };
}

/** Cuts at the first five colons, those of replaced variables included. */
function arnParts(pieces: readonly Piece[]): Piece[][] {
  const parts: Piece[][] = [[]];
  for (const { text, literal } of pieces) {
    const [first = '', ...rest] = cutAtColons(text, 6 - parts.length);
    parts.at(-1)?.push({ text: first, literal });
    parts.push(...rest.map((part) => [{ text: part, literal }]));
  }
  return parts;
}

/** The parts of an ARN: five, and the rest as the sixth. */
export const arnOf = (arn: string): string[] => cutAtColons(arn, 5);

function cutAtColons(text: string, cuts: number): string[] {
  const parts = text.split(':');
  return parts.length <= cuts + 1 ? parts : [...parts.slice(0, cuts), parts.slice(cuts).join(':')];
}

/** Whether an ARN fits a pattern part by part: a wildcard does not reach over the first five colons. */
export function arnMatches(pattern: Pattern, arn: string): boolean {
  const parts = arnOf(arn);
  return (
    parts.length === 6 && pattern.parts.length === 6 && pattern.parts.every((part, i) => part.matches(parts[i] ?? ''))
  );
}

const plainText = (text: string) => text.replace(/[\\^$.|+()[\]{}*?]/g, '\\$&');

const wildcards = (text: string) =>
  text
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');

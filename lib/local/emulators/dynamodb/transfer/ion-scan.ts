/** Reads the tokens of Ion text ("Amazon Ion Specification", text encoding) from where it stands. */
export interface IonScanner {
  ended(): boolean;
  /** Skips white space and comments. */
  skipSpace(): void;
  /** Steps over that text if it comes next. */
  take(expected: string): boolean;
  /** The annotation that comes next, with its colons stepped over; null when a value comes. */
  annotation(): string | null;
  /** A string in either form; null when none comes. */
  text(): string | null;
  /** An integer or decimal as DynamoDB spells numbers; null when none comes. */
  decimal(): string | null;
  /** Letters, digits, `_`, `$` and dots. */
  word(): string;
  /** The Base64 of a blob whose opening braces are stepped over, and its closing ones. */
  blob(): string;
  /** Name of a struct's field, and the colon behind it. */
  fieldName(): string;
  /** The comma between elements, or nothing in front of `end`. */
  separator(end: string): void;
  unexpected(): SyntaxError;
}

const SPACE = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const SYMBOL = /(?:[A-Za-z_$][A-Za-z0-9_$]*|'(?!'')(?:[^'\\\n]|\\[\s\S])*')/y;
const ANNOTATION = new RegExp(`(${SYMBOL.source})\\s*::`, 'y');
const SHORT_TEXT = /"((?:[^"\\\n]|\\[\s\S])*)"/y;
const LONG_TEXT = /'''((?:[^'\\]|\\[\s\S]|'(?!''))*)'''/y;
/** Hexadecimal and binary integers, floats and timestamps are not numbers of DynamoDB. */
const DECIMAL = /(-?)(0|[1-9][0-9_]*)(?:\.([0-9_]*))?(?:[dD]([+-]?[0-9]+))?(?![A-Za-z0-9_.$:+-])/y;
const WORD = /[A-Za-z0-9_.$]+/y;
const BLOB = /\s*([A-Za-z0-9+/\s]*={0,2})\s*\}\}/y;
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(\r\n|[\s\S]))/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  ...{ '0': '\0', a: '\x07', b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', v: '\v', '"': '"', "'": "'", '?': '?' },
  ...{ '\\': '\\', '/': '/', '\n': '', '\r\n': '', '\r': '' },
};

/** A scanner at the beginning of `source`; every method throws SyntaxError for what is no Ion that it knows. */
export function scanIon(source: string): IonScanner {
  let at = 0;

  function match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found) at = pattern.lastIndex;
    return found;
  }

  const scanner: IonScanner = {
    ended: () => at >= source.length,
    skipSpace: () => void match(SPACE),
    take(expected) {
      if (!source.startsWith(expected, at)) return false;
      at += expected.length;
      return true;
    },
    annotation() {
      const found = match(ANNOTATION);
      return found ? symbol(found[1] ?? '') : null;
    },
    text() {
      const short = match(SHORT_TEXT);
      if (short) return unescaped(short[1] ?? '');
      let long: string | null = null;
      for (let part = match(LONG_TEXT); part; part = match(LONG_TEXT)) {
        long = `${long ?? ''}${unescaped(part[1] ?? '')}`;
        scanner.skipSpace();
      }
      return long;
    },
    decimal() {
      const found = match(DECIMAL);
      if (!found) return null;
      const [, sign = '', whole = '', fraction = '', power] = found;
      const plain = `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`.replaceAll('_', '');
      return power === undefined ? plain : `${plain}E${power}`;
    },
    word: () => match(WORD)?.[0] ?? '',
    blob() {
      const found = match(BLOB);
      if (!found) throw scanner.unexpected();
      return (found[1] ?? '').replaceAll(/\s/g, '');
    },
    fieldName() {
      const name = scanner.text() ?? symbolNext();
      scanner.skipSpace();
      if (name === null || !scanner.take(':')) throw scanner.unexpected();
      return name;
    },
    separator(end) {
      scanner.skipSpace();
      if (scanner.take(',')) scanner.skipSpace();
      else if (!source.startsWith(end, at)) throw scanner.unexpected();
    },
    unexpected: () => new SyntaxError(`unexpected Ion text at position ${at}: ${source.slice(at, at + 20)}`),
  };

  function symbolNext(): string | null {
    const found = match(SYMBOL);
    return found ? symbol(found[0]) : null;
  }
  return scanner;
}

const symbol = (token: string): string => (token.startsWith("'") ? unescaped(token.slice(1, -1)) : token);

function unescaped(content: string): string {
  return content.replace(ESCAPE, (_escape, byte?: string, short?: string, long?: string, other = '') => {
    const hexadecimal = byte ?? short;
    // Surrogates come as two escapes of four digits.
    if (hexadecimal !== undefined) return String.fromCharCode(Number.parseInt(hexadecimal, 16));
    if (long !== undefined) return String.fromCodePoint(Number.parseInt(long, 16));
    const character = SHORT_ESCAPES[other];
    if (character === undefined) throw new SyntaxError(`there is no Ion escape \\${other}`);
    return character;
  });
}

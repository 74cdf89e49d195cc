import { jsonOf } from '../../core/json-text.ts';
import { ShapeError } from '../../core/retry.ts';

// JSON is walked as bytes: quotes, backslashes and brackets never occur within a UTF-8 sequence, so nothing is decoded.

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
/** With bit 0x20 set both kinds of brackets are one: `[` becomes `{`, `]` becomes `}`. */
const opening = 0x7b;
const closing = 0x7d;
const bracketBit = 0x20;
const listOpening = 0x5b;
const listClosing = 0x5d;

/** From here on a string is searched by the native search, which costs more to begin and ten times less a byte. */
const longString = 64;

/** The error for bytes that end early or are not JSON of the expected shape. */
export function misshapen(bytes: Buffer, at: number, wanted: string): ShapeError {
  const where = at >= bytes.length ? 'the end' : `"${bytes.toString('latin1', at, at + 12)}"`;
  return new ShapeError(`an answer of ${bytes.length} bytes has ${where} at ${at} instead of ${wanted}`);
}

/** Position of the next byte that is no white space. */
export function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (let byte = bytes[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = bytes[at]) at++;
  return at;
}

/** Position behind the string whose opening quote is at `from`. */
export function skipString(bytes: Buffer, from: number): number {
  const soon = Math.min(bytes.length, from + longString);
  let at = from + 1;
  while (at < soon) {
    const byte = bytes[at++];
    if (byte === quote) return at;
    if (byte === backslash) at++;
  }
  return closeString(bytes, at);
}

/** Position behind the string that `from` is within, and not within an escape. */
function closeString(bytes: Buffer, from: number): number {
  // A quote ends the string unless an odd number of backslashes stands before it.
  for (let end = bytes.indexOf(quote, from); end !== -1; end = bytes.indexOf(quote, end + 1)) {
    let slash = end - 1;
    while (slash >= from && bytes[slash] === backslash) slash--;
    if ((end - slash) % 2 === 1) return end + 1;
  }
  throw misshapen(bytes, bytes.length, 'the end of a string');
}

/**
 * Position behind the object or list that opens at `from`; brackets are counted, not matched by kind. Items spend most of
 * their time here, so short strings are skipped in place.
 */
export function skipNested(bytes: Buffer, from: number): number {
  const length = bytes.length;
  let depth = 0;
  let at = from;
  while (at < length) {
    const byte = bytes[at++] as number;
    if (byte === quote) {
      const soon = at + longString < length ? at + longString : length;
      let inner = 0;
      while (at < soon) {
        inner = bytes[at++] as number;
        if (inner === quote) break;
        if (inner === backslash) at++;
      }
      if (inner !== quote) at = closeString(bytes, at);
    } else if ((byte | bracketBit) === opening) {
      depth++;
    } else if ((byte | bracketBit) === closing && --depth === 0) {
      return at;
    }
  }
  throw misshapen(bytes, length, 'a closing bracket');
}

/** Position behind the value of any type that begins at `from`. */
export function skipValue(bytes: Buffer, from: number): number {
  const byte = bytes[from];
  if (byte === opening || byte === listOpening) return skipNested(bytes, from);
  if (byte === quote) return skipString(bytes, from);
  let at = from;
  // Numbers, true, false and null: letters, digits, sign and point.
  for (let next = bytes[at]; next !== undefined && isScalar(next); next = bytes[at]) at++;
  if (at === from) throw misshapen(bytes, from, 'a value');
  return at;
}

/** Reads the value at `at` and answers the position behind it. */
type Reader = (at: number) => number;

/** Walks the members of the object at `from`; `member` gets where the name's quotes begin and end. */
export function readMembers(
  bytes: Buffer,
  from: number,
  member: (nameStart: number, nameEnd: number, valueStart: number) => number,
): number {
  if (bytes[from] !== opening) throw misshapen(bytes, from, 'an object');
  return readList(bytes, from, closing, (nameStart) => {
    if (bytes[nameStart] !== quote) throw misshapen(bytes, nameStart, 'a name');
    const nameEnd = skipString(bytes, nameStart);
    const at = skipSpace(bytes, nameEnd);
    if (bytes[at] !== colon) throw misshapen(bytes, at, '":"');
    return member(nameStart, nameEnd, skipSpace(bytes, at + 1));
  });
}

/** Walks the members of the object at `from` by their names, escapes resolved. */
export function readObject(bytes: Buffer, from: number, member: (name: string, at: number) => number): number {
  return readMembers(bytes, from, (nameStart, nameEnd, at) => member(parsed(bytes, nameStart, nameEnd) as string, at));
}

/** Walks the elements of the list at `from`. */
export function readArray(bytes: Buffer, from: number, element: Reader): number {
  if (bytes[from] !== listOpening) throw misshapen(bytes, from, 'a list');
  return readList(bytes, from, listClosing, element);
}

/** The value between two positions as JavaScript has it; `__proto__` is a member like any other. */
export function parsed(bytes: Buffer, start: number, end: number): unknown {
  try {
    return jsonOf(bytes.toString('utf8', start, end));
  } catch (error) {
    if (error instanceof SyntaxError) throw misshapen(bytes, start, 'JSON');
    throw error;
  }
}

/** Whether a name, quotes included, has an escape in it. */
export function hasEscape(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === backslash) return true;
  return false;
}

function readList(bytes: Buffer, from: number, end: number, read: Reader): number {
  let at = skipSpace(bytes, from + 1);
  if (bytes[at] === end) return at + 1;
  for (;;) {
    at = skipSpace(bytes, read(at));
    if (bytes[at] === end) return at + 1;
    if (bytes[at] !== comma) throw misshapen(bytes, at, '"," or an end');
    at = skipSpace(bytes, at + 1);
  }
}

function isScalar(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e
  );
}

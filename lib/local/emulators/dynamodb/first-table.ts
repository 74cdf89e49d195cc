const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const OPEN_OBJECT = 0x7b;

/**
 * Reads one member of the top-level JSON object without parsing the rest: its value if that is a string, its first key
 * if it is an object. Null when the member is absent, of another type, or the text is no JSON object. Of repeated
 * members the last counts, as for `JSON.parse`.
 */
export function firstName(body: Buffer, member: string): string | null {
  let found: string | null = null;
  let at = skipSpace(body, 0);
  if (body[at] !== OPEN_OBJECT) return null;
  at = skipSpace(body, at + 1);
  while (body[at] === QUOTE) {
    const keyEnd = endOfString(body, at);
    const value = skipSpace(body, skipSpace(body, keyEnd) + 1);
    if (body[skipSpace(body, keyEnd)] !== COLON) return null;
    if (text(body, at, keyEnd) === member) found = nameAt(body, value);
    at = skipSpace(body, endOfValue(body, value));
    if (body[at] !== COMMA) break;
    at = skipSpace(body, at + 1);
  }
  return found;
}

function nameAt(body: Buffer, start: number): string | null {
  const at = body[start] === OPEN_OBJECT ? skipSpace(body, start + 1) : start;
  return body[at] === QUOTE ? text(body, at, endOfString(body, at)) : null;
}

function text(body: Buffer, start: number, end: number): string | null {
  const quoted = body.toString('utf8', start, end);
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function skipSpace(body: Buffer, start: number): number {
  let at = start;
  while (at < body.length && (body[at] as number) <= 0x20) at += 1;
  return at;
}

/** Index after the closing quote of the string that starts at `start`. */
function endOfString(body: Buffer, start: number): number {
  let at = start + 1;
  for (;;) {
    at = body.indexOf(QUOTE, at);
    if (at < 0) return body.length;
    let escapes = 0;
    while (body[at - 1 - escapes] === BACKSLASH) escapes += 1;
    at += 1;
    if (escapes % 2 === 0) return at;
  }
}

function endOfValue(body: Buffer, start: number): number {
  let at = start;
  let depth = 0;
  while (at < body.length) {
    const byte = body[at] as number;
    if (byte === QUOTE) {
      at = endOfString(body, at);
      if (depth === 0) return at;
      continue;
    }
    if (OPEN.has(byte)) depth += 1;
    else if (CLOSE.has(byte)) {
      if (depth <= 1) return depth === 1 ? at + 1 : at;
      depth -= 1;
    } else if (byte === COMMA && depth === 0) return at;
    at += 1;
  }
  return at;
}

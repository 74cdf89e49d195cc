/**
 * The strings of a JSON text: what stands between the quotes, escapes as they are, and the colon behind it where it is a
 * name. They are met one after the other, none skipped.
 */
export const jsonStrings = /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?/g;

/** What a valid JSON text is made of. */
const tokens = /[{}[\],:]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}[\],:"]+/g;

/**
 * The value of a JSON text; throws `SyntaxError` for any other.
 *
 * From version 12.8 on, and so on Node 24, V8 takes an escaped name for another one that an object began with alike
 * before: after `{"h":[],"\\":0}` it reads `{"h":1,"\"":2}` with `\` for `"` (nodejs/node issue 63785, measured on
 * 24.21). An attribute would change its name silently. So a text with escapes in its names is put together here, from
 * strings and numbers that are parsed one by one.
 */
export function jsonOf(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.includes('\\') && hasEscapedName(text) ? assembled(text) : value;
}

function hasEscapedName(text: string): boolean {
  for (const [, content, colon] of text.matchAll(jsonStrings)) if (colon && content?.includes('\\')) return true;
  return false;
}

/** Of a text that is known to be valid. `__proto__` is a name like any other; of one that stands twice the last counts. */
function assembled(text: string): unknown {
  const all = text.match(tokens) ?? [];
  let at = 0;
  const list = <T>(end: string, element: () => T): T[] => {
    const found: T[] = [];
    while (all[at] !== end) {
      found.push(element());
      if (all[at] === ',') at++;
    }
    at++;
    return found;
  };
  const member = (): [string, unknown] => {
    const name = JSON.parse(all[at] as string) as string;
    // The name and its colon.
    at += 2;
    return [name, value()];
  };
  const value = (): unknown => {
    const token = all[at++] as string;
    if (token === '{') return Object.fromEntries(list('}', member));
    if (token === '[') return list(']', value);
    return JSON.parse(token);
  };
  return value();
}

import { createHash } from 'node:crypto';
import { jsonOf } from './json-text.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * JSON text with members in alphabetical order, so that equal values have equal text.
 * `indent` 2 gives the form of artefact files (with a final newline), 0 the form that is hashed.
 */
export function stableJson(value: unknown, indent: 0 | 2 = 2): string {
  return indent === 0 ? JSON.stringify(sorted(value)) : `${JSON.stringify(sorted(value), null, indent)}\n`;
}

/** The value of a JSON text; undefined where it is none, which no schema of an object takes. */
export function parseJson(text: string): unknown {
  try {
    return jsonOf(text);
  } catch {
    return undefined;
  }
}

/** SHA-256 of a text in UTF-8 or of bytes, 64 hex digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** True when both values have the same canonical JSON text; absent and undefined members count as equal. */
export function sameJson(left: unknown, right: unknown): boolean {
  return stableJson(left ?? null, 0) === stableJson(right ?? null, 0);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]),
  );
}

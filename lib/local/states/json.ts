/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

/** Most bytes of UTF-8 that the input or output of a state, a task or an execution may have: 256 KiB. */
export const DATA_LIMIT = 262_144;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True when the value, as JSON text, is larger than a state may carry. */
export function exceedsDataLimit(value: Json): boolean {
  return Buffer.byteLength(JSON.stringify(value)) > DATA_LIMIT;
}

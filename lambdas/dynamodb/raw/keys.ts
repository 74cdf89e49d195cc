import { canonicalNumber } from '../attributes.ts';
import type { WireItem } from '../engine.ts';

/** Text that is equal for equal keys: neither the order of the attributes counts nor how a number is written. */
export function keyText(key: WireItem): string {
  const members = Object.entries(key).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify(
    members.map(([name, value]) => [name, 'N' in value ? { N: canonicalNumber(String(value.N)) } : value]),
  );
}

/** Each key once: the service refuses a call that has one twice. */
export function distinctKeys(keys: readonly WireItem[]): WireItem[] {
  return [...new Map(keys.map((key) => [keyText(key), key])).values()];
}

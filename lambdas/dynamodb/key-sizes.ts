import type { WireItem, WireValue } from './engine.ts';
import { attributeOf } from './wire-item.ts';

/** Bytes of the two attributes of a primary key at most, partition key first (developer guide, Constraints). */
const mostBytes = [2048, 1024] as const;

/** An attribute of a key that the service would refuse in every call, a read included. */
export interface OverlongKey {
  readonly name: string;
  readonly bytes: number;
  readonly most: number;
}

/** The first attribute of a primary key that is too long; `names` are those of the key, partition key first. */
export function overlongKey(item: WireItem, names: readonly string[]): OverlongKey | null {
  for (const [index, name] of names.entries()) {
    const [bytes, most] = [bytesOf(attributeOf(item, name)), mostBytes[index] ?? 0];
    if (bytes > most) return { name, bytes, most };
  }
  return null;
}

/** Numbers have 21 bytes at most and never matter here. */
function bytesOf(value: WireValue | undefined): number {
  if (typeof value?.S === 'string') return Buffer.byteLength(value.S);
  return typeof value?.B === 'string' ? Buffer.from(value.B, 'base64').length : 0;
}

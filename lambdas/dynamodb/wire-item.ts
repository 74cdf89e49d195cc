import { PromotionError } from '../core/errors.ts';
import { jsonOf } from '../core/json-text.ts';
import { canonicalItem } from './attributes.ts';
import type { WireItem, WireValue } from './engine.ts';

/**
 * Reads an item as a page of a scan holds it. Numbers are texts in this spelling and stay them; an attribute that is
 * named `__proto__` becomes a member like any other.
 */
export function parseItem(bytes: Buffer): WireItem {
  return jsonOf(bytes.toString('utf8')) as WireItem;
}

/** The reverse of {@link parseItem}: UTF-8 bytes of JSON. */
export function serializeItem(item: WireItem): Buffer {
  return Buffer.from(JSON.stringify(item), 'utf8');
}

/** An attribute of an item; undefined where it has none, also for names that every object answers to. */
export function attributeOf(item: WireItem, name: string): WireValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

/** The item with an attribute set; by definition, because an assignment to `__proto__` sets no member. */
export function withAttribute(item: WireItem, name: string, value: WireValue): WireItem {
  return Object.fromEntries([...Object.entries(item), [name, value]]);
}

/** Some of an item's attributes, in the order of the names; absent ones are absent. */
export function pickAttributes(item: WireItem, names: readonly string[]): WireItem {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = attributeOf(item, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The primary key of an item; an item without it is none of the table's: `Promotion.Data`. */
export function wireKeyOf(item: WireItem, names: readonly string[]): WireItem {
  const key = pickAttributes(item, names);
  const lacking = names.find((name) => !Object.hasOwn(key, name));
  if (lacking === undefined) return key;
  throw new PromotionError('Promotion.Data', {
    code: 'KeyMissing',
    message: `an item has no key attribute "${lacking}", only ${Object.keys(item).slice(0, 5).join(', ')}`,
    resolution: 'compare the KeySchema of the bundle with that of the source table',
  });
}

/**
 * Text that is equal for equal items and keys: order of attributes and of set members does not count, nor how a number
 * or a binary is written.
 */
export function canonicalWireItem(item: WireItem): string {
  return canonicalItem(item);
}

/** The same of one value. */
export function canonicalWireValue(value: WireValue): string {
  return canonicalItem({ value });
}

import { keysBefore, nameAfter, prefixStepsOf, transformItem } from './change-steps.ts';
import { meetsCondition } from './conditions.ts';
import type { Rejected, ScanRestriction, TableEngine, WireItem } from './engine.ts';
import { parseExpression } from './expressions.ts';
import { restrictionOf } from './restriction.ts';
import type { ItemChange, SegmentGroup } from './segment-contracts.ts';
import { attributeOf, canonicalWireItem, parseItem, pickAttributes, serializeItem, wireKeyOf } from './wire-item.ts';

/** What a change makes of an item: another item, nothing, or a refusal with a code and the reason. */
export type Changed =
  | { readonly kind: 'item'; readonly item: WireItem }
  | { readonly kind: 'leftOut' }
  | { readonly kind: 'refused'; readonly code: 'AttributeExists' | 'KeyEmpty'; readonly message: string };

/** What a promotion makes of the items of one table. */
export interface Change {
  /** True when the items of a restricted scan are what is to be written, byte for byte. */
  readonly isPlain: boolean;
  /** True when expired items are left out, which only a look at each tells. */
  readonly leavesOut: boolean;
  /** What the scan of the source is restricted to. */
  readonly restriction: ScanRestriction;
  /** Names of the key's attributes at the source, partition key first. */
  readonly sourceKey: readonly string[];
  /** True when two source items may become one: a prefix of the key is replaced. */
  readonly mayCollide: boolean;
  /** True when a whole source item meets the filter; without one every item does. */
  meets(item: WireItem): boolean;
  /** All but the filter, for an item as scanned or read whole; times are seconds since 1970. */
  apply(item: WireItem, nowSeconds: number): Changed;
  /** Keys of source items that could have become the item under this key of the destination. */
  keysBefore(destinationKey: WireItem): WireItem[];
}

/** What a change must know of the source table; `changedTable` takes it from a definition. */
export type ChangedTable = Pick<SegmentGroup, 'sourceKey' | 'indexKeys' | 'expires'>;

/** Compiles what a request changes about the items of a table. */
export function compileChange(request: ItemChange, { sourceKey, indexKeys, expires: by }: ChangedTable): Change {
  const { filter, projection, transform: steps = [], skipExpired } = request;
  const expires = skipExpired ? (by ?? undefined) : undefined;
  const condition = filter && parseExpression(filter.expression);
  const kept = projection && [...new Set([...sourceKey, ...projection])];
  const keysAfter = [...new Set([...sourceKey, ...indexKeys].map((name) => nameAfter(name, steps)))];

  function apply(item: WireItem, nowSeconds: number): Changed {
    if (expires !== undefined && isExpired(item, expires, nowSeconds)) return { kind: 'leftOut' };
    const result = transformItem(kept ? pickAttributes(item, kept) : item, steps);
    if ('taken' in result) {
      const message = `the item has an attribute "${result.taken}" already, which a rename would write over`;
      return { kind: 'refused', code: 'AttributeExists', message };
    }
    // A replaced prefix may leave nothing of a key, for which the service would refuse 24 other items too.
    const empty = keysAfter.find((name) => attributeOf(result.item, name)?.S === '');
    if (empty === undefined) return { kind: 'item', item: result.item };
    return { kind: 'refused', code: 'KeyEmpty', message: `the key attribute "${empty}" would become an empty text` };
  }

  return {
    isPlain: steps.length === 0 && expires === undefined,
    leavesOut: expires !== undefined,
    restriction: restrictionOf(request, [...sourceKey, ...(expires === undefined ? [] : [expires])]),
    sourceKey,
    mayCollide: prefixStepsOf(sourceKey, steps).length > 0,
    meets: (item) =>
      !condition || meetsCondition(condition, item, { names: filter?.names ?? {}, values: filter?.values ?? {} }),
    apply,
    keysBefore: (destinationKey) => keysBefore(destinationKey, steps),
  };
}

/** A page after the change. */
export interface ChangedPage {
  readonly items: Buffer[];
  /** Source items that cannot be written, `KeyCollision` among the reasons. */
  readonly rejected: Rejected[];
  /** Items whose time to live is over. */
  readonly leftOut: number;
}

/**
 * Changes the items of a scanned page. Of items that would get one key the first is written and the others are
 * rejected: in one batch they would fail with all others, in two the last would win without a word. Collisions across
 * pages are found by the verification, which sees more than one source item behind a key (see {@link lookUp}).
 */
export function changePage(
  change: Change,
  items: readonly Buffer[],
  destinationKey: readonly string[],
  nowSeconds: number = Math.floor(Date.now() / 1000),
): ChangedPage {
  const page: ChangedPage & { leftOut: number } = { items: [], rejected: [], leftOut: 0 };
  const seen = new Set<string>();
  for (const item of items) {
    const changed = change.apply(parseItem(item), nowSeconds);
    if (changed.kind === 'leftOut') page.leftOut++;
    else if (changed.kind === 'refused') page.rejected.push({ item, code: changed.code, message: changed.message });
    else {
      const key = change.mayCollide ? canonicalWireItem(wireKeyOf(changed.item, destinationKey)) : null;
      if (key !== null && seen.has(key)) page.rejected.push({ item, code: 'KeyCollision', message: collision });
      else page.items.push(serializeItem(changed.item));
      if (key !== null) seen.add(key);
    }
  }
  return page;
}

const collision = 'after the change the item has the key of another one of the same page, which was written';

/**
 * The source items behind keys of the destination, changed as the copy changes them, under the canonical text of the
 * destination's key; strongly consistent. What the filter or the time to live leaves out is absent. More than one item
 * under a key is a collision. Reads by key cannot be filtered by the service, and a Query cannot filter by the key's
 * attributes, so the filter is evaluated here on whole items.
 */
export async function lookUp(
  source: Pick<TableEngine, 'read'>,
  change: Change,
  destinationKeys: readonly WireItem[],
  destinationKey: readonly string[],
  nowSeconds: number = Math.floor(Date.now() / 1000),
): Promise<Map<string, WireItem[]>> {
  const before = destinationKeys.flatMap((key) => change.keysBefore(key));
  const distinct = new Map(before.map((key) => [canonicalWireItem(key), key]));
  const found = new Map<string, WireItem[]>();
  for (const bytes of await source.read([...distinct.values()])) {
    const item = parseItem(bytes);
    const changed = change.meets(item) ? change.apply(item, nowSeconds) : null;
    if (changed?.kind !== 'item') continue;
    const key = canonicalWireItem(wireKeyOf(changed.item, destinationKey));
    found.set(key, [...(found.get(key) ?? []), changed.item]);
  }
  return found;
}

/** Five years in seconds: what lies further back the service takes for a mistake and keeps (developer guide, TTL). */
const oldest = 5 * 365 * 86_400;

/** The service deletes by a number of seconds since 1970 only; an item without it never expires. */
function isExpired(item: WireItem, attribute: string, nowSeconds: number): boolean {
  const text = attributeOf(item, attribute)?.N;
  if (typeof text !== 'string') return false;
  const seconds = Number(text);
  return seconds <= nowSeconds && seconds > nowSeconds - oldest;
}

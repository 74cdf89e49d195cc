import { isContested, keysBefore, nameAfter, prefixStepsOf, transformItem } from './change-steps.ts';
import { meetsCondition } from './conditions.ts';
import type { Rejected, ScanRestriction, WireItem } from './engine.ts';
import { parseExpression } from './expressions.ts';
import { overlongKey } from './key-sizes.ts';
import { restrictionOf } from './restriction.ts';
import type { ItemChange, SegmentGroup } from './segment-contracts.ts';
import { attributeOf, canonicalWireItem, parseItem, pickAttributes, serializeItem, wireKeyOf } from './wire-item.ts';

/** What a change makes of an item: another item, nothing, or a refusal with a code and the reason. */
export type Changed =
  | { readonly kind: 'item'; readonly item: WireItem }
  | { readonly kind: 'leftOut' }
  | {
      readonly kind: 'refused';
      readonly code: 'AttributeExists' | 'KeyEmpty' | 'KeyTooLong';
      readonly message: string;
    };

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
  /** True for a source key that another one may become; see {@link isContested}. */
  contested(sourceKey: WireItem): boolean;
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
  const keyAfter = sourceKey.map((name) => nameAfter(name, steps));
  const keysAfter = [...new Set([...keyAfter, ...indexKeys.map((name) => nameAfter(name, steps))])];

  function apply(item: WireItem, nowSeconds: number): Changed {
    if (expires !== undefined && isExpired(item, expires, nowSeconds)) return { kind: 'leftOut' };
    const result = transformItem(kept ? pickAttributes(item, kept) : item, steps);
    if ('taken' in result) {
      const message = `the item has an attribute "${result.taken}" already, which a rename would write over`;
      return { kind: 'refused', code: 'AttributeExists', message };
    }
    // A replaced prefix may leave nothing of a key, for which the service would refuse 24 other items too.
    const empty = keysAfter.find((name) => attributeOf(result.item, name)?.S === '');
    if (empty !== undefined) {
      return { kind: 'refused', code: 'KeyEmpty', message: `the key attribute "${empty}" would become an empty text` };
    }
    // The service would refuse every read by such a key too, and with it all keys that are asked for in one call.
    const long = overlongKey(result.item, keyAfter);
    if (!long) return { kind: 'item', item: result.item };
    const message = `the key attribute "${long.name}" would have ${long.bytes} bytes, where ${long.most} are the most`;
    return { kind: 'refused', code: 'KeyTooLong', message };
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
    contested: (sourceKey) => isContested(sourceKey, steps),
    keysBefore: (destinationKey) => keysBefore(destinationKey, steps),
  };
}

/** A source item and what becomes of it. */
export interface ChangedItem {
  readonly source: WireItem;
  readonly item: WireItem;
}

/** Items of a page, each after the change; several may have one key by then. */
export interface ChangedItems {
  readonly changed: ChangedItem[];
  /** Source items that cannot be written as they would become. */
  readonly rejected: Rejected[];
  /** Items whose time to live is over. */
  readonly leftOut: number;
}

/** Changes each item of a scanned page by itself; in the order of the page. */
export function changeItems(change: Change, items: readonly Buffer[], nowSeconds: number): ChangedItems {
  const page: ChangedItems & { leftOut: number } = { changed: [], rejected: [], leftOut: 0 };
  for (const item of items) {
    const source = parseItem(item);
    const changed = change.apply(source, nowSeconds);
    if (changed.kind === 'leftOut') page.leftOut++;
    else if (changed.kind === 'refused') page.rejected.push({ item, code: changed.code, message: changed.message });
    else page.changed.push({ source, item: changed.item });
  }
  return page;
}

/** A page after the change, as it is written. */
export interface ChangedPage extends Pick<ChangedItems, 'rejected' | 'leftOut'> {
  readonly items: Buffer[];
}

/**
 * Changes the items of a scanned page. Of items that would get one key the first is written and the others are
 * rejected, `KeyCollision` among the reasons: in one batch they would fail with all others, in two the last would win
 * without a word. Collisions across pages are found by the verification, which sees more than one source item behind a
 * key (see `lookUp`).
 */
export function changePage(
  change: Change,
  items: readonly Buffer[],
  destinationKey: readonly string[],
  nowSeconds: number = Math.floor(Date.now() / 1000),
): ChangedPage {
  const { changed, rejected, leftOut } = changeItems(change, items, nowSeconds);
  const page: ChangedPage = { items: [], rejected, leftOut };
  const seen = new Set<string>();
  for (const { source, item } of changed) {
    const key = change.mayCollide ? canonicalWireItem(wireKeyOf(item, destinationKey)) : null;
    if (key !== null && seen.has(key)) {
      rejected.push({ item: serializeItem(source), code: 'KeyCollision', message: collision });
    } else page.items.push(serializeItem(item));
    if (key !== null) seen.add(key);
  }
  return page;
}

const collision = 'after the change the item has the key of another one of the same page, which was written';

/** Five years in seconds: what lies further back the service takes for a mistake and keeps (developer guide, TTL). */
const oldest = 5 * 365 * 86_400;

/** The service deletes by a number of seconds since 1970 only; an item without it never expires. */
function isExpired(item: WireItem, attribute: string, nowSeconds: number): boolean {
  const text = attributeOf(item, attribute)?.N;
  if (typeof text !== 'string') return false;
  const seconds = Number(text);
  return seconds <= nowSeconds && seconds > nowSeconds - oldest;
}

/** A value as DynamoDB's JSON protocol spells it: `{"S":"…"}`, binaries in Base64, numbers as texts. */
export type WireValue = { readonly [type: string]: unknown };

/** An item or a key in the spelling of the protocol; attribute names may be any text, `__proto__` too. */
export type WireItem = { readonly [name: string]: WireValue };

/** Paces calls so that a share of a capacity is not exceeded; units are those that the service bills. */
export interface Limiter {
  /** Waits until this many units may be spent, and spends them. */
  take(units: number): Promise<void>;
  /** Corrects an estimate by what the service said it took. */
  settle(estimated: number, taken: number): void;
  /** Units that one call should take at most; an item that takes more goes alone. Default: as many as a call can. */
  readonly unitsPerCall?: number;
}

/** What a scan is restricted to, in the members of the Scan operation. */
export interface ScanRestriction {
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: WireItem;
}

/** One page of one scan segment. */
export interface PageRequest {
  readonly segment: number;
  readonly total: number;
  /** LastEvaluatedKey of the page before; null at the beginning of the segment. */
  readonly after: WireItem | null;
  readonly consistent: boolean;
  readonly restriction?: ScanRestriction;
  /** Only counts are wanted: `items` of the answer is empty. */
  readonly countOnly?: boolean;
  /** Items at most, so that a page is worked off in time where capacity is limited; the limiter keeps the rate. */
  readonly limit?: number;
}

/** A page: its items as DynamoDB JSON, one text of UTF-8 bytes each, in the order of the answer. */
export interface ItemPage {
  readonly items: readonly Buffer[];
  /** Where the next page begins; null at the end of the segment. An empty page with a key is not the end. */
  readonly next: WireItem | null;
  /** Items of the page, delivered or only counted. */
  readonly count: number;
  /** Items that the service looked at; more than `items` where a filter is set. */
  readonly scanned: number;
}

/** An item that the service refuses for what it is, with the service's words. */
export interface Rejected {
  readonly item: Buffer;
  readonly code: string;
  readonly message: string;
}

/**
 * Reads and writes the items of one table. Two implementations: the raw one moves the bytes of the answers into the
 * requests, the SDK one is its fallback and its judge. Errors are `PromotionError`s.
 */
export interface TableEngine {
  page(request: PageRequest): Promise<ItemPage>;
  /** Puts all items and answers when each is acknowledged or rejected; what the service leaves unprocessed is sent again. */
  write(items: readonly Buffer[]): Promise<Rejected[]>;
  /** Puts each item whose key (attributes `keyNames`) the table has not, by a condition of the service; counts those it has. */
  writeAbsent(
    items: readonly Buffer[],
    keyNames: readonly string[],
  ): Promise<{ readonly rejected: Rejected[]; readonly present: number }>;
  /** Deletes the items of these keys; a key without an item is none to delete. */
  remove(keys: readonly WireItem[]): Promise<void>;
  /** Strongly consistent reads by key; absent items are absent from the answer, whose order is free. */
  read(keys: readonly WireItem[], names?: { readonly keysOnly: readonly string[] }): Promise<Buffer[]>;
  /** Ends the connections; calls under way fail. */
  close(): void;
}

/** What an engine is opened with. */
export interface EngineOptions {
  readonly table: string;
  /** Milliseconds until the worker must have written its checkpoint; asked before each repetition. */
  remaining(): number;
  readonly readLimiter?: Limiter;
  readonly writeLimiter?: Limiter;
  /** Asked before each call that writes; nothing stands for yes, a rejection ends the write. */
  readonly mayWrite?: () => Promise<void> | undefined;
  /** Batches under way at once over all callers of this engine. */
  readonly batchesInFlight: number;
}

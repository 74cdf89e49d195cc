/** Ways to copy that are measured side by side. */
export const variantNames = ['raw', 'sdk', 'document', 'null'] as const;
/** One of {@link variantNames}. */
export type VariantName = (typeof variantNames)[number];

/** What every variant is opened with; all share the limits. */
export interface VariantOptions {
  readonly endpoint: string;
  readonly table: string;
  readonly copy: string;
  readonly segments: number;
  /** Batches under way at once, over all segments. */
  readonly inFlight: number;
}

/** A place in a segment, in the spelling of the variant's client. */
export type Place = Readonly<Record<string, unknown>>;

/** A page that was read, and whose items are on their way. */
export interface PageOnItsWay {
  /** Where the next page is read; null at the end of the segment. */
  readonly next: Place | null;
  /** What became of its items, when all are acknowledged. */
  readonly written: Promise<Written>;
}

/** Items that were acknowledged, and the sum of their checksums where the variant keeps one. */
export interface Written {
  readonly items: number;
  readonly fingerprint?: number;
}

/** Copies one page; the walk of the workers calls it, which reads ahead and interleaves for all variants alike. */
export type Variant = (segment: number, after: Place | null) => Promise<PageOnItsWay>;

/** Items of one BatchWriteItem (API reference). */
export const batchItems = 25;

/** Where the pretended credentials and region of all variants are kept. */
export const caller = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDBENCH', secretAccessKey: 'bench', sessionToken: 'bench-session' },
} as const;

/** One socket for each batch under way and one for the page that each segment reads ahead. */
export function socketsOf({ segments, inFlight }: VariantOptions): number {
  return segments + inFlight;
}

/** Lets at most `width` calls be under way; the others wait in their order. */
export function createSlots(width: number): <T>(call: () => Promise<T>) => Promise<T> {
  let free = width;
  const waiting: (() => void)[] = [];
  return async (call) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await call();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** Runs a write for each batch of a page, and answers how many items that were. */
export async function writeAll<T>(
  items: readonly T[],
  slot: ReturnType<typeof createSlots>,
  write: (batch: readonly T[]) => Promise<void>,
): Promise<Written> {
  const batches: Promise<void>[] = [];
  for (let start = 0; start < items.length; start += batchItems) {
    const batch = items.slice(start, start + batchItems);
    batches.push(slot(() => write(batch)));
  }
  await Promise.all(batches);
  return { items: items.length };
}

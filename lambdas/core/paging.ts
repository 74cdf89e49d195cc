import { PromotionError } from './errors.ts';

/** One page of a listing, and the token of the next; null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/**
 * All items of a paged listing, in order. A token that comes back unchanged would lead round for ever, so it ends the
 * listing with `Promotion.Transient`: a partial listing is never taken for a whole one.
 */
export async function allPages<T>(what: string, read: (token: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const page = await read(token);
    all.push(...page.items);
    if (page.next !== null && page.next === token) {
      throw new PromotionError('Promotion.Transient', {
        code: 'ListingStuck',
        message: `${what} did not move on after ${all.length} entries`,
      });
    }
    token = page.next ?? undefined;
  } while (token);
  return all;
}

import { ServiceError } from '../../service.ts';

/** Entries of a page where the request names no number, or 0. */
export const PAGE_SIZE = 100;

/** One page of a list and the token of the next one. */
export interface Page<T> {
  readonly entries: readonly T[];
  readonly nextToken?: string;
}

/**
 * Cuts a page out of the list. A token is good only for the request that it came from, named by `subject`.
 * Throws `InvalidToken`.
 */
export function pageOf<T>(
  entries: readonly T[],
  subject: string,
  maxResults: number | undefined,
  nextToken: string | undefined,
): Page<T> {
  let from = 0;
  if (nextToken !== undefined) {
    const [position, ...rest] = Buffer.from(nextToken, 'base64url').toString('utf8').split(' ');
    from = Number(position);
    if (rest.join(' ') !== subject || !Number.isInteger(from)) {
      throw new ServiceError('InvalidToken', `Invalid Token: '${nextToken}'`);
    }
  }
  const until = from + (maxResults || PAGE_SIZE);
  const page = entries.slice(from, until);
  if (until >= entries.length) return { entries: page };
  return { entries: page, nextToken: Buffer.from(`${until} ${subject}`).toString('base64url') };
}

import { ServiceError } from '../service.ts';

/** One page of a list, and the token for the next one. */
export interface TokenPage<T> {
  readonly items: readonly T[];
  /** Undefined on the last page. */
  readonly next: string | undefined;
}

/**
 * Cuts a page out of a list. Tokens are opaque to clients and hold the position; a token of another list, or one that
 * was made up, throws `code`. `name` tells lists apart.
 */
export function tokenPage<T>(
  all: readonly T[],
  { token, size, name, code }: { token: string | undefined; size: number; name: string; code: string },
): TokenPage<T> {
  const [, position] = token === undefined ? [] : (/^(.*)#(\d+)$/.exec(decoded(token)) ?? []);
  if (token !== undefined && (position === undefined || decoded(token) !== `${name}#${position}`)) {
    throw new ServiceError(code, 'The token is invalid');
  }
  const start = Number(position ?? 0);
  const end = start + size;
  const next = end < all.length ? Buffer.from(`${name}#${end}`).toString('base64') : undefined;
  return { items: all.slice(start, end), next };
}

const decoded = (token: string) => Buffer.from(token, 'base64').toString('utf8');

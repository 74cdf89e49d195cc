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
  const text = token === undefined ? `${name}#0` : Buffer.from(token, 'base64').toString('utf8');
  const position = text.startsWith(`${name}#`) ? text.slice(name.length + 1) : '';
  if (!/^\d+$/.test(position)) throw new ServiceError(code, 'The token is invalid');
  const start = Number(position);
  const end = start + size;
  const next = end < all.length ? Buffer.from(`${name}#${end}`).toString('base64') : undefined;
  return { items: all.slice(start, end), next };
}

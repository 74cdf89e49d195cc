import { ServiceError } from '../../service.ts';
import { notImplemented } from './errors.ts';

/** Byte positions, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The range which a `Range` header asks for of `size` bytes; null for the whole, also when the header is malformed
 * (RFC 9110, 14.2). Throws InvalidRange when no byte of it exists; several ranges are refused by name.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | null {
  if (header?.includes(',')) throw notImplemented('several ranges in one Range header');
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return null;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < first) return null;
  if (first >= size) {
    const members = { RangeRequested: header, ActualObjectSize: size };
    throw new ServiceError('InvalidRange', 'The requested range is not satisfiable', 416, members);
  }
  return { first, last };
}

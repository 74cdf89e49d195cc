import type { DynamodbRequest, SegmentGroup } from './contracts.ts';

/** Segments that one child works through; spread over the table, so that neighbours do not go to one partition. */
const segmentsPerChild = 4;

const mebibyte = 1024 * 1024;

/** Up to 64 MiB one child's segments are enough; above, 128 MiB a segment, between 16 and 16,384 of them. */
export function segmentCount(requested: DynamodbRequest['segments'], bytes: number): number {
  if (requested !== 'auto') return requested;
  if (bytes < 64 * mebibyte) return segmentsPerChild;
  const wanted = 2 ** Math.ceil(Math.log2(bytes / (128 * mebibyte)));
  return Math.min(16_384, Math.max(16, wanted));
}

/**
 * Groups the segments of one table: child g takes g, g + n, g + 2n … with n children, so that every segment is in
 * exactly one group and those of a group lie far apart.
 */
export function groupSegments(table: Omit<SegmentGroup, 'segments'>): SegmentGroup[] {
  const children = Math.ceil(table.total / segmentsPerChild);
  return Array.from({ length: children }, (_, first) => ({
    ...table,
    segments: Array.from({ length: Math.ceil((table.total - first) / children) }, (_, turn) => first + turn * children),
  }));
}

/** dynalite knows this many hash ranges; beyond that its own arithmetic repeats items. */
const RANGES = 4096;

/** A segment of a parallel Scan, as the caller names it. */
export interface Segment {
  readonly segment: number;
  readonly total: number;
}

/**
 * The segment that dynalite is asked for, or null where the wanted one holds no hash range. Range h belongs to the
 * segment s with `ceil(4096 s / N) <= h < ceil(4096 (s + 1) / N)`: with N > 4096 that is at most one range, and every
 * range belongs to exactly one segment.
 */
export function foldSegment({ segment, total }: Segment): Segment | null {
  if (total <= RANGES) return { segment, total };
  const first = Math.ceil((RANGES * segment) / total);
  const next = Math.ceil((RANGES * (segment + 1)) / total);
  return first < next ? { segment: first, total: RANGES } : null;
}

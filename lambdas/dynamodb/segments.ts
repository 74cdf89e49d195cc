import type { DynamodbRequest } from './contracts.ts';

/**
 * Segments that one child works through at a time, spread over the table: a scan answers in the order of the keys'
 * hashes, which is that of the destination's partitions too, so that neighbours would go to one partition.
 */
export const segmentsPerChild = 4;

const mebibyte = 1024 * 1024;
/** A segment of this size takes one worker a few seconds and a retried one loses little. */
const wantedBytes = 128 * mebibyte;
/**
 * Tables between 64 MiB and a few GiB would fall into more children than they are worth: a child costs at least three
 * state transitions, $0.000075, and a second to start. Segments of 16 MiB make that 0.2 % of what writing their items
 * costs, and a child takes as long as it took to start.
 */
const leastBytes = 16 * mebibyte;
/** 4,096 children of four: a list and checkpoints that one control worker still reads within its time. */
const mostSegments = 16_384;

/**
 * TotalSegments of a table's scans. Asked-for numbers are kept. Else a power of two, so that the order below has no
 * gaps: four children a worker, so that the last ones end together, and 128 MiB a segment at most, as long as a segment
 * keeps 16 MiB; never under one child's segments. Sizes are up to six hours old; 0 stands for unknown and counts as small.
 */
export function segmentCount(requested: DynamodbRequest['segments'], bytes: number, concurrency: number): number {
  if (requested !== 'auto') return requested;
  const wanted = nextPowerOfTwo(Math.max(4 * concurrency * segmentsPerChild, bytes / wantedBytes));
  const worthwhile = 2 ** Math.floor(Math.log2(Math.max(1, bytes / leastBytes)));
  return Math.max(segmentsPerChild, Math.min(wanted, worthwhile, mostSegments));
}

/**
 * Groups the segments of one table: child g takes g, g + n, g + 2n … with n children, so that every segment is in
 * exactly one group and those of a group lie far apart. Groups come in van der Corput order of g: whichever of them run
 * at a time lie evenly over the table, and with them their writes over the destination's partitions.
 */
export function groupSegments<T extends { readonly total: number }>(table: T): (T & { segments: number[] })[] {
  const children = Math.ceil(table.total / segmentsPerChild);
  return vanDerCorputOrder(children).map((first) => ({
    ...table,
    segments: Array.from({ length: Math.ceil((table.total - first) / children) }, (_, turn) => first + turn * children),
  }));
}

/**
 * One list of the groups of all tables, each table in its own order. A group stands where its table is as far through
 * its groups as the others are through theirs, so that large tables leave no tail and several fill evenly. Tables begin
 * at different phases, so that those of a single group do not stand all together.
 */
export function interleaveTables<T>(tables: readonly (readonly T[])[]): T[] {
  return tables
    .flatMap((groups, table) => {
      const phase = radicalInverse(table);
      return groups.map((group, index) => ({ group, position: (index + phase) / groups.length }));
    })
    .sort((one, other) => one.position - other.position)
    .map(({ group }) => group);
}

/** 0 … count − 1, each once: the numbers by their bits reversed, so that every beginning of the list lies evenly. */
export function vanDerCorputOrder(count: number): number[] {
  const size = nextPowerOfTwo(count);
  return Array.from({ length: size }, (_, index) => radicalInverse(index) * size).filter((place) => place < count);
}

/** The bits of a number behind the point and reversed: 0 ≤ result < 1. */
function radicalInverse(number: number): number {
  let [result, weight] = [0, 1 / 2];
  for (let rest = number; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result += weight;
    weight /= 2;
  }
  return result;
}

function nextPowerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, value)));
}

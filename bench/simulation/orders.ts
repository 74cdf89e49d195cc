import { groupSegments, vanDerCorputOrder } from '../../lambdas/dynamodb/segments.ts';
import { seededRandom } from '../../lib/local/faults/random.ts';

/** A way to divide segments into groups and to hand these out. */
export interface Order {
  readonly name: string;
  groups(segments: number, seed: number): readonly (readonly number[])[];
}

/** What a user could do instead, and last what we do. */
export const orders: readonly Order[] = [
  { name: 'in order', groups: (segments) => singles(range(segments)) },
  { name: 'random', groups: (segments, seed) => singles(shuffled(range(segments), seed)) },
  { name: 'van der Corput, one at a time', groups: (segments) => singles(vanDerCorputOrder(segments)) },
  { name: 'random, four spread', groups: (segments, seed) => shuffled(ours(segments), seed) },
  { name: 'van der Corput, four spread (ours)', groups: (segments) => ours(segments) },
];

/** The groups that a promotion makes, in its order. */
export function ours(segments: number): readonly (readonly number[])[] {
  const table = { table: 'simulated', as: 'simulated', tableId: '', total: segments };
  return groupSegments(table as Parameters<typeof groupSegments>[0]).map((group) => group.segments);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function singles(segments: readonly number[]): number[][] {
  return segments.map((segment) => [segment]);
}

/** Fisher–Yates; the same for the same seed. */
function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  const result = [...values];
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [result[index], result[other]] = [result[other] as T, result[index] as T];
  }
  return result;
}

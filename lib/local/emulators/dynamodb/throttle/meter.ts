import type { Table } from '../table.ts';
import { createBuckets } from './buckets.ts';
import type { Demand } from './demands.ts';
import { type Kind, type Limit, type Partitions, partitionLimit, throughputLimit } from './limits.ts';

/** Units by what they were used of. */
export interface Used {
  readonly table: number;
  readonly global: ReadonlyMap<string, number>;
}

/** Counts what is used of tables, indexes and partitions, and tells whether more may be. */
export interface Meter {
  /** Takes what a request is expected to use, unless that meets a limit; answers the limits that it met. */
  admit(table: Table, kind: Kind, demand: Demand): readonly Limit[];
  /** Corrects what was expected by what was used; only of a single item is it known in which partition. */
  settle(table: Table, kind: Kind, expected: Pick<Demand, 'table' | 'global'>, used: Used, hash: number | null): void;
}

/** @param burstSeconds see `createBuckets`; @param now real milliseconds */
export function createMeter(burstSeconds: number, partitions: Partitions | undefined, now: () => number): Meter {
  const buckets = createBuckets(burstSeconds, now);

  function ofPartition(table: Table, kind: Kind, hash: number | null): Limit | null {
    if (!partitions || hash === null) return null;
    return partitionLimit(table, Math.floor(hash * partitions.count), kind, partitions);
  }

  function take(table: Table, kind: Kind, { table: units, global }: Used, hash: number | null): void {
    const shares = [
      [throughputLimit(table, null, kind), units] as const,
      [ofPartition(table, kind, hash), units] as const,
      ...[...global].map(([name, used]) => [throughputLimit(table, name, kind), used] as const),
    ];
    for (const [limit, used] of shares) if (limit) buckets.take(limit.bucket, used);
  }

  return {
    admit(table, kind, demand) {
      const limits = [
        demand.table === null ? null : throughputLimit(table, null, kind),
        ofPartition(table, kind, demand.hash),
        ...[...demand.global.keys()].map((name) => throughputLimit(table, name, kind)),
      ];
      const met = limits.flatMap((limit) => (limit && !buckets.isOpen(limit.bucket) ? [limit] : []));
      if (met.length === 0) take(table, kind, usedBy(demand), demand.hash);
      return met;
    },
    settle(table, kind, demand, used, hash) {
      const expected = usedBy(demand);
      const names = new Set([...expected.global.keys(), ...used.global.keys()]);
      const rest = (name: string) => (used.global.get(name) ?? 0) - (expected.global.get(name) ?? 0);
      const global = new Map([...names].map((name) => [name, rest(name)]));
      take(table, kind, { table: used.table - expected.table, global }, hash);
    },
  };
}

const usedBy = ({ table, global }: Pick<Demand, 'table' | 'global'>): Used => ({ table: table ?? 0, global });

/** Tokens by name, refilled by real time: workers' clocks are real, whatever the modelled time. */
export interface Buckets {
  /** Whether a bucket has anything left. */
  isOpen(bucket: Bucket): boolean;
  /** Takes units, also those that are not there: the debt has to be refilled first. Negative units give back. */
  take(bucket: Bucket, units: number): void;
}

export interface Bucket {
  readonly name: string;
  /** Units per second. */
  readonly rate: number;
}

interface Level {
  units: number;
  /** Milliseconds. */
  at: number;
}

/** A bucket is full when it is first used, and holds what `burstSeconds` bring. */
export function createBuckets(burstSeconds: number, now: () => number): Buckets {
  const levels = new Map<string, Level>();

  function refilled({ name, rate }: Bucket): Level {
    const full = rate * burstSeconds;
    const at = now();
    const level = levels.get(name) ?? { units: full, at };
    level.units = Math.min(full, level.units + (rate * (at - level.at)) / 1000);
    level.at = at;
    levels.set(name, level);
    return level;
  }

  return {
    isOpen: (bucket) => refilled(bucket).units > 0,
    take(bucket, units) {
      refilled(bucket).units -= units;
    },
  };
}

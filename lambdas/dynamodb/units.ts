/** Estimates what a call will take of a limit, and learns from what calls took. */
export interface UnitEstimate {
  of(texts: readonly Buffer[]): number;
  /** How many texts from the first on take `most` units at most together; one at least. */
  affordable(texts: readonly Buffer[], most: number): number;
  /** Says what these texts took; null where the service did not tell. */
  learn(texts: readonly Buffer[], taken: number | null): void;
}

/** A share that a new measurement has in the factor. */
const weight = 0.3;

/** A table and 20 indexes, in transactions: 42 units for one. */
const largestFactor = 50;

/**
 * Units by the length of the JSON texts, one for each begun kilobyte. JSON is longer than what the service bills, and
 * indexes take units of their own, so the sum is corrected by a factor that follows the last calls.
 */
export function createUnitEstimate(): UnitEstimate {
  let factor = 1;
  const plain = (texts: readonly Buffer[]) => {
    let sum = 0;
    for (const text of texts) sum += Math.max(1, Math.ceil(text.length / 1024));
    return sum;
  };
  return {
    of: (texts) => plain(texts) * factor,
    affordable(texts, most) {
      let units = 0;
      const over = texts.findIndex((text) => {
        units += plain([text]) * factor;
        return units > most;
      });
      return over === -1 ? texts.length : Math.max(1, over);
    },
    learn(texts, taken) {
      const units = plain(texts);
      if (taken !== null && units > 0) factor += weight * (Math.min(largestFactor, taken / units) - factor);
    },
  };
}

import type { Journal, JournalEntry } from '../../lambdas/core/journal.ts';

/** Entries that outlive a run, as the artefact bucket keeps them. */
export type Entries = JournalEntry[];

/** A journal over entries in memory, as a run of this execution has it; a worker that is dead writes nothing. */
export function memoryJournal(entries: Entries, execution: string, isDead = () => false): Journal {
  return {
    of: (asset) => entries.filter((entry) => entry.asset === asset),
    get assets() {
      return [...new Set(entries.map(({ asset }) => asset))];
    },
    async append(entry) {
      if (isDead()) throw new Error('killed');
      // As it comes back from a file: what JSON does not hold is lost.
      entries.push(JSON.parse(JSON.stringify({ ...entry, execution, at: new Date().toISOString() })));
    },
  };
}

/** Step and phase of every entry, in order. */
export const stepsOf = (entries: Entries): string[] => entries.map(({ step, phase }) => `${step} ${phase}`);

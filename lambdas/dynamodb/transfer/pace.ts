import type { PlanAsset } from '../plan-file.ts';

/** True for a table that the service exports and imports: nothing is scanned, so that it has no segments to copy. */
export function isTransferred({ action, engine }: Pick<PlanAsset, 'action' | 'engine'>): boolean {
  return action === 'create' && engine === 'exportImport';
}

/** How tables that are not ready are waited for. */
export interface Pace {
  readonly waitSeconds: number;
  /** Polls after which what is not ready counts as stuck. */
  readonly polls: number;
  /** The same for a person. */
  readonly within: string;
}

/** A table takes 5 to 30 seconds to be created, an index rather more. */
const creations: Pace = { waitSeconds: 5, polls: 720, within: 'an hour' };

/**
 * An export takes minutes at least, and with its import hours for a terabyte. 1440 polls of nine events each are 12,960
 * of the 25,000 that the history of an execution holds (quotas of Step Functions).
 */
const transfers: Pace = { waitSeconds: 60, polls: 1440, within: 'a day' };

/** The pace for the tables that are not ready: the quick one while any of them is being created. */
export function paceOf(waiting: readonly Pick<PlanAsset, 'action' | 'engine'>[]): Pace {
  return waiting.every(isTransferred) ? transfers : creations;
}

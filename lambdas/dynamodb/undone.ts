import type { Finding } from '../core/contracts.ts';
import type { Surroundings } from '../core/handler.ts';
import type { Journal } from '../core/journal.ts';
import type { Holder } from '../core/lock.ts';
import type { Run } from './run.ts';
import type { TableClients } from './table-clients.ts';

/** What a rollback works with. */
export interface Undoing {
  readonly surroundings: Surroundings;
  readonly run: Run;
  readonly clients: TableClients;
  /** Of the promotion that is undone. */
  readonly journal: Journal;
  readonly holder: Holder;
}

/**
 * What became of one table of the journal: `removed` because the promotion had made it, `restored` to what it was before,
 * `gone` where nothing of the promotion is left, `left` as it is, `failed` where a call for it was refused, or `busy` where
 * it has to be looked at again.
 */
export interface Undone {
  readonly asset: string;
  readonly outcome: 'removed' | 'restored' | 'gone' | 'left' | 'failed' | 'busy';
  readonly reason: string;
  /** What is not as it was before although the rest is. */
  readonly findings?: readonly Finding[];
}

/** The finding for what a rollback leaves. */
export function notRolledBack(asset: string, message: string): Finding {
  return { code: 'NotRolledBack', asset, message };
}

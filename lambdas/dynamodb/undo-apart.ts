import { isRetried, PromotionError } from '../core/errors.ts';
import type { Undoing, Undone } from './undone.ts';

/** How a table's part ended that no further look of the same run can end otherwise. */
type Ended = Pick<Undone, 'outcome' | 'reason'>;

/**
 * Does one table's part of a rollback. A final error ends that part alone, as outcome `failed` with its reason: what is
 * refused for one table says nothing of the others. Raised are errors that the Retry set repeats, and a
 * `Promotion.Conflict`: whoever has lost the lock must do nothing more to any table.
 */
export async function apart(undoing: Undoing, asset: string, part: () => Promise<Undone>): Promise<Undone> {
  const last = undoing.journal.of(asset).at(-1);
  // A run asks once for what was refused: it may have to wait for other tables, and the journal would grow with each look.
  if (last?.phase === 'refused' && last.execution === undoing.holder.promotionExecution) {
    return { asset, ...(last.after as Ended) };
  }
  try {
    return await part();
  } catch (error) {
    if (!isOfOneTable(error)) throw error;
    return { asset, outcome: 'failed', reason: reasonOf(error) };
  }
}

/** Makes the call of a noted intent; one that the service refuses has changed nothing, and the journal says so. */
export async function refusable<T>(
  { journal }: Undoing,
  asset: string,
  step: 'release' | 'remove' | 'restore',
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isOfOneTable(error)) await noteRefused(journal, asset, step, { outcome: 'failed', reason: reasonOf(error) });
    throw error;
  }
}

/** Notes that the service has refused what the last intent of that step was about, and how the table's part ends with it. */
export async function noteRefused(
  journal: Undoing['journal'],
  asset: string,
  step: 'release' | 'remove' | 'restore',
  after: Ended,
): Promise<void> {
  await journal.append({ asset, step, phase: 'refused', after });
}

function isOfOneTable(error: unknown): error is PromotionError {
  return error instanceof PromotionError && !isRetried(error) && error.name !== 'Promotion.Conflict';
}

function reasonOf(error: PromotionError): string {
  return `${error.name}: ${error.message}`;
}

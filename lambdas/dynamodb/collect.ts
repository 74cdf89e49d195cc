import type * as z from 'zod';
import type { Surroundings } from '../core/handler.ts';
import type { Progress, Round, roundInput } from './contracts.ts';
import { collectRound } from './rounds.ts';

/** Looks at the checkpoints after a round of copies and lists what the next round takes; null when nothing may follow. */
export async function collect(
  { promotionId, round, concurrency }: z.infer<typeof roundInput>,
  { artefacts }: Surroundings,
): Promise<Progress & Round> {
  return {
    more: false,
    waitSeconds: 0,
    ...(await collectRound(artefacts, promotionId, 'import', '', { round, concurrency })).round,
  };
}

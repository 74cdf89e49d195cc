import type { Artefacts } from '../core/artefacts.ts';
import { keys } from '../core/keys.ts';
import type { Comparison } from './compare.ts';

/** Key of the note that a run may have repaired something of a table. */
function noteKey(promotionId: string, scope: string, as: string): string {
  return keys.work(promotionId, 'dynamodb', 'verify', `repairs/${scope}${as}.json`);
}

const noted = new WeakSet<Comparison>();

/** Notes before the first write of a worker that something may have been repaired from now on, also when it is killed. */
export async function noteRepairs(comparison: Comparison): Promise<void> {
  if (noted.has(comparison)) return;
  const { run, group, scope, surroundings } = comparison;
  await surroundings.artefacts.write(noteKey(run.promotionId, scope, group.as), { table: group.as });
  noted.add(comparison);
}

/** False when no worker of the run got as far as to write an item of the table. */
export async function mayHaveRepaired(
  artefacts: Artefacts,
  promotionId: string,
  scope: string,
  as: string,
): Promise<boolean> {
  return (await artefacts.read(noteKey(promotionId, scope, as))) !== null;
}

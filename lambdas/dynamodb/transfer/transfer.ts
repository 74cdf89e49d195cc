import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Surroundings } from '../../core/handler.ts';
import type { Journal, JournalEntry } from '../../core/journal.ts';
import { keys } from '../../core/keys.ts';
import type { TableDefinition } from '../definition.ts';
import type { PlanAsset } from '../plan-file.ts';
import type { Run } from '../run.ts';

/** One table on its way by export and import, and what its steps work with. */
export interface Transfer {
  readonly surroundings: Pick<Surroundings, 'environments' | 'artefacts' | 'bucket' | 'bucketKeyArn' | 'sts'>;
  readonly run: Run;
  readonly journal: Journal;
  /** Under the destination's role. */
  readonly destination: DynamoDBClient;
  readonly planned: Pick<PlanAsset, 'asset' | 'destination'>;
  /** The table as the destination is to have it. */
  readonly wanted: TableDefinition;
}

/** Entries of the table so far. */
export function entriesOf({ journal, planned }: Pick<Transfer, 'journal' | 'planned'>): readonly JournalEntry[] {
  return journal.of(planned.destination);
}

/** Notes a step of the table. */
export async function note(
  { journal, planned }: Pick<Transfer, 'journal' | 'planned'>,
  step: 'export' | 'create' | 'import',
  phase: JournalEntry['phase'],
  after: object,
): Promise<void> {
  await journal.append({
    asset: planned.destination,
    step,
    phase,
    ...(phase === 'intent' ? { before: null } : {}),
    after,
  });
}

/** Below this prefix of the artefact bucket exports of the table lie; access roles may use nothing else there. */
export function prefixOf({ run, planned }: Pick<Transfer, 'run' | 'planned'>): string {
  return keys.work(run.promotionId, 'dynamodb', 'import', `transfer/${planned.destination}`);
}

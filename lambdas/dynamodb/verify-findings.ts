import type { Artefacts } from '../core/artefacts.ts';
import type { Finding } from '../core/contracts.ts';
import { type Checkpoint, readCheckpointsOf } from './checkpoint.ts';
import { differencesPrefix, unwritablePrefix } from './mismatches.ts';
import type { Run } from './run.ts';
import type { VerifiedAsset } from './verify-file.ts';

/** What a table was compared by, and how its items had come there. */
export interface Comparison {
  readonly run: Run;
  readonly scope: string;
  /** Id of the destination table; null where there is none. */
  readonly tableId: string | null;
  readonly compared: readonly Checkpoint[];
  /** When the export was asked for by which the items travelled, ISO 8601; null where they were copied by scans. */
  readonly exportedAt: string | null;
}

/** What a person must know of a comparison beside its verdict. */
export async function verifyFindings(
  artefacts: Artefacts,
  verifiedAsset: VerifiedAsset,
  comparison: Comparison,
): Promise<Finding[]> {
  const { asset, destination, verified, items } = verifiedAsset;
  const { run, scope } = comparison;
  const found = (items.missing ?? 0) + (items.extra ?? 0) + (items.different ?? 0);
  const findings: Finding[] = [];
  if (verified === null) {
    findings.push({
      code: 'NotVerified',
      asset,
      message: `items of ${destination} were not compared, as was asked for`,
    });
  }
  if (found === 0) return findings;
  if (run.request.verify !== 'count') {
    const place = differencesPrefix(run.promotionId, scope, destination);
    findings.push({
      code: 'DifferencesListed',
      asset,
      message:
        found === 1
          ? `the key of the item is listed in ${place}`
          : `the keys of all ${found} items are listed in ${place}`,
    });
  }
  // Where an import has come before in the same run, its own finding says so already.
  const rejected = items.rejected ?? 0;
  if (rejected > 0 && run.mode === 'verify') {
    const place = unwritablePrefix(run.promotionId, scope, destination);
    const message = `${rejected} items of ${asset} cannot be written; they are listed in ${place}, each with the reason`;
    findings.push({ code: 'ItemsRejected', asset, message });
  }
  const changed = await sourceChange(artefacts, verifiedAsset, comparison);
  if (changed === null) return findings;
  const message = `${changed}; promote what has changed by a new promotion with existing "merge"`;
  return [...findings, { code: 'SourceChanged', asset, message }];
}

/**
 * Says that the source is not what was copied; null where nothing shows it. An import is called whole only with every
 * item of the export, which is the source at one moment: what differs later has come later.
 */
async function sourceChange(
  artefacts: Artefacts,
  { asset, destination }: VerifiedAsset,
  { run, tableId, compared, exportedAt }: Comparison,
): Promise<string | null> {
  if (exportedAt !== null) {
    return `${asset} was written since its export of ${exportedAt}, or ${destination} since its import, which brought every item of the export`;
  }
  if (run.request.verify !== 'full' || tableId === null) return null;
  // By their names, whatever the last run still had to copy.
  const copied = await readCheckpointsOf(artefacts, run.promotionId, 'import', { as: destination, tableId });
  const changed = changedSegments(copied, compared);
  if (changed === 0) return null;
  return `${asset} was written while it was copied or since: ${changed} of its ${compared[0]?.total ?? 0} segments are not read as they were`;
}

/** Segments of the source that the comparison read otherwise than the copy did. */
export function changedSegments(copied: readonly Checkpoint[], compared: readonly Checkpoint[]): number {
  const marks = (checkpoints: readonly Checkpoint[]) =>
    new Map(
      checkpoints.flatMap(({ total, segments }) =>
        Object.entries(segments).flatMap(([segment, { done, fingerprint }]) =>
          done ? [[`${segment}/${total}`, fingerprint] as const] : [],
        ),
      ),
    );
  const before = marks(copied);
  return [...marks(compared)].filter(([segment, mark]) => before.has(segment) && before.get(segment) !== mark).length;
}

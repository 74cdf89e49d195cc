import type { Artefacts } from '../core/artefacts.ts';
import type { Finding } from '../core/contracts.ts';
import type { Checkpoint } from './checkpoint.ts';
import { differencesPrefix } from './mismatches.ts';
import { readProgress } from './rounds.ts';
import type { Run } from './run.ts';
import type { VerifiedAsset } from './verify-file.ts';

/** What a person must know of a comparison beside its verdict. */
export async function verifyFindings(
  artefacts: Artefacts,
  run: Run,
  scope: string,
  { asset, destination, verified, items }: VerifiedAsset,
  compared: readonly Checkpoint[],
): Promise<Finding[]> {
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
  if (run.request.verify !== 'full') return findings;
  const copied = (await readProgress(artefacts, run.promotionId, 'import', '')).get(destination) ?? [];
  const changed = changedSegments(copied, compared);
  if (changed > 0) {
    findings.push({
      code: 'SourceChanged',
      asset,
      message: `${asset} was written while it was copied or since: ${changed} of its ${compared[0]?.total ?? 0} segments are not read as they were; promote what has changed by a new promotion with existing "merge"`,
    });
  }
  return findings;
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

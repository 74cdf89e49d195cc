import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { Finding } from '../core/contracts.ts';

/** What was read beside the description and is not carried over. */
interface Beside {
  readonly scheduledActions: readonly string[];
  /** True when the stream has a policy of its own. */
  readonly streamPolicy: boolean;
}

/** What a table has and a copy of it will not have, each with what becomes of it. */
export function findingsOf(
  asset: string,
  described: TableDescription,
  { scheduledActions, streamPolicy }: Beside = { scheduledActions: [], streamPolicy: false },
): Finding[] {
  const findings: Finding[] = [];
  const add = (code: string, message: string) => findings.push({ code, asset, message });
  const { Replicas = [], GlobalTableWitnesses = [], VectorIndexes = [], MultiRegionConsistency } = described;
  if (Replicas.length > 0) {
    const witnesses = GlobalTableWitnesses.length > 0 ? `, witness in ${regions(GlobalTableWitnesses)}` : '';
    const consistency = MultiRegionConsistency ? `, consistency ${MultiRegionConsistency}` : '';
    add(
      'ReplicasNotCarried',
      `${asset} is a global table with replicas in ${regions(Replicas)}${witnesses}${consistency}; the destination gets one table`,
    );
  }
  if (VectorIndexes.length > 0) {
    const names = VectorIndexes.map(({ IndexName }) => IndexName).join(', ');
    add(
      'VectorIndexesNotCarried',
      `${asset} has vector indexes (${names}); add them to the destination's table by hand`,
    );
  }
  if (described.DisassociationProtectionEnabled) {
    add(
      'DisassociationProtectionNotCarried',
      `${asset} is protected from leaving its global table; a table alone is not`,
    );
  }
  if (scheduledActions.length > 0) {
    const names = scheduledActions.join(', ');
    add(
      'ScheduledScalingNotCarried',
      `${asset} is scaled by the clock (${names}); its times may be over: add what is still wanted`,
    );
  }
  if (streamPolicy) {
    add(
      'StreamPolicyNotCarried',
      `the stream of ${asset} has a resource policy; the destination's stream is another one: grant access to it`,
    );
  }
  return findings;
}

function regions(of: readonly { RegionName?: string | undefined }[]): string {
  return of.map(({ RegionName }) => RegionName).join(', ');
}
